"""What stands between a map and a system of record is said in one line, and nothing that a row holds with it."""

from datetime import date
from pathlib import Path

import pytest
import stamina
import yaml
from sqlalchemy import func, select, text

from mailbot.core.kinds import Kind
from mailbot.core.mapfile import parse_data_map
from mailbot.core.planning import make_plan, suppression_plan
from mailbot.registers.errors import RegisterError, RegisterSetupError
from mailbot.registers.http import HttpRegister
from mailbot.registers.opening import SHIPPED_MAP, open_registers, read_data_map
from mailbot.registers.tables import TABLES
from tests.support.register_server import TOKEN, System, register_app, serving
from tests.support.registers import ANNA, BO, SECRET, filled_database, filled_register, shipped_map, sql_map

TODAY = date(2026, 3, 2)
DOCS = Path(__file__).parents[2] / "docs"
SHIPPED = SHIPPED_MAP.read_text(encoding="utf-8")


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'register.db'}"


def with_source(source, **replaced):
    text = SHIPPED.replace("{ type: embedded }", source)
    for old, new in replaced.items():
        text = text.replace(old, new)
    return parse_data_map(text, "map.yaml")


def checked(data_map, tmp_path, environment=None):
    registers = open_registers(data_map, tmp_path / "data", SECRET, environment or {})
    try:
        return registers.check()["register"]
    finally:
        registers.close()


class TestSql:
    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ("DROP TABLE consents", "sources.register: data set consents: there is no table 'consents'"),
            ("ALTER TABLE contacts RENAME COLUMN phone TO fon", "data set contacts: 'contacts' has no column phone"),
            ("ALTER TABLE contacts ADD COLUMN shoe TEXT", "'contacts' has columns that are no fields: shoe; describe"),
        ],
    )
    def test_a_table_that_is_not_what_the_map_says_is_named(self, url, change, message):
        filled = filled_register(url)
        with filled.engine.begin() as connection:
            connection.execute(text(change))
        assert message in filled.registers.check()["register"]
        filled.registers.close()

    def test_columns_that_say_nothing_of_a_person_can_be_ignored(self, url, tmp_path):
        engine = filled_database(url)
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE contacts ADD COLUMN etag TEXT"))
        engine.dispose()
        source = f"{{ type: sql, url: '{url}' }}"
        ignoring = SHIPPED.replace("    source: register\n", "    source: register\n    ignore: [etag]\n", 1)
        assert checked(parse_data_map(ignoring.replace("{ type: embedded }", source), "m"), tmp_path) == ""

    def test_another_key_than_the_maps_is_named(self, url, tmp_path):
        filled_database(url).dispose()
        mapped = SHIPPED.replace("key: [id]", "key: [email]\n    ignore: [id]", 1)
        source = f"{{ type: sql, url: '{url}' }}"
        found = checked(parse_data_map(mapped.replace("{ type: embedded }", source), "m"), tmp_path)
        assert found.endswith("data set contacts: the key of 'contacts' is id")

    @pytest.mark.parametrize(
        ("source", "message"),
        [
            ("nonsense", "sources.register: not a usable database URL (ArgumentError)"),
            ("oracle9://host/db", "sources.register: not a usable database URL (NoSuchModuleError)"),
            ("${CRM_URL}", "sources.register.url: the environment has no CRM_URL"),
        ],
    )
    def test_a_url_that_cannot_be_used_is_named(self, source, message, tmp_path):
        with pytest.raises(RegisterSetupError) as refused:
            checked(with_source(f"{{ type: sql, url: '{source}' }}"), tmp_path)
        assert (str(refused.value), refused.value.exit_code) == (message, 2)

    def test_a_server_that_does_not_answer_is_named_without_its_password(self, tmp_path):
        found = checked(with_source("{ type: sql, url: 'postgresql://u:hemlig@127.0.0.1:1/db' }"), tmp_path)
        assert found.startswith("sources.register: the database does not answer")
        assert "hemlig" not in found

    def test_the_environment_fills_a_url_in(self, url, tmp_path):
        filled_database(url).dispose()
        data_map = with_source("{ type: sql, url: '${CRM_URL}' }")
        assert checked(data_map, tmp_path, {"CRM_URL": url}) == ""

    def test_no_error_repeats_what_a_row_holds(self, url):
        filled = filled_register(url)
        assert filled.registers.find(ANNA)
        with filled.engine.begin() as connection:
            connection.execute(text("DROP TABLE consents"))
        with pytest.raises(RegisterError) as failure:
            filled.registers.find(ANNA)
        assert str(failure.value) == "sources.register: the database does not answer (SQLITE_ERROR); is it running?"
        assert failure.value.__suppress_context__
        filled.registers.close()


class TestThroughAnotherDataSet:
    """Rows that hold no address, found by what leads to them, in a table with a key of two columns."""

    @pytest.fixture
    def registers(self, url, tmp_path):
        engine = filled_database(url)
        with engine.begin() as connection:
            connection.exec_driver_sql(
                "CREATE TABLE badges (office TEXT, number INTEGER, contact_id INTEGER, colour TEXT,"
                " PRIMARY KEY (office, number))"
            )
            connection.exec_driver_sql(
                "INSERT INTO badges VALUES ('Umeå', 1, 1, 'röd'), ('Lund', 2, 1, 'blå'), ('Lund', 1, 2, 'grön')"
            )
        engine.dispose()
        contacts = SHIPPED[SHIPPED.index("  contacts:\n") : SHIPPED.index("  consents:\n")]
        badges = (
            contacts[: contacts.index("    match:")]
            .replace("  contacts:", "  badges:")
            .replace("key: [id]", "key: [office, number]")
            .replace("&recipients", "")
            .replace("&transfers", "")
            + "    match: { through: { dataset: contacts, column: id, equals: contact_id } }\n"
            "    fields:\n      colour: { label: { sv: Färg, en: Colour }, category: identity }\n"
            "    erasure: [{ do: delete }]\n    unrestricted: { sv: Behövs., en: Needed. }\n"
        )
        source = f"{{ type: sql, url: '{url}' }}"
        data_map = parse_data_map((SHIPPED + "\n" + badges).replace("{ type: embedded }", source), "m")
        registers = open_registers(data_map, tmp_path, SECRET, {})
        yield registers
        registers.close()

    def test_they_are_found(self, registers):
        rows = registers.holdings(registers.find(ANNA)).rows["badges"]
        assert {row.key: row.values for row in rows} == {
            '["Lund", "2"]': {"colour": "blå"},
            '["Umeå", "1"]': {"colour": "röd"},
        }

    def test_they_are_erased_with_the_person_and_nobody_elses(self, registers):
        anna, bo = registers.find(ANNA), registers.find(BO)
        plan = make_plan(Kind.ERASURE, registers.data_map, registers.holdings(anna), anna, (), TODAY)
        (step,) = [step for step in plan.steps if step.dataset == "badges"]
        assert registers.apply(step, "once").rows == 2
        assert "badges" not in registers.holdings(anna).rows
        assert [row.values for row in registers.holdings(bo).rows["badges"]] == [{"colour": "grön"}]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A system behind HTTP, and its URL."""
    system = System(filled_database(f"sqlite:///{tmp_path_factory.mktemp('system') / 'register.db'}"))
    with serving(system) as url:
        yield system, url
    system.engine.dispose()


@pytest.fixture
def without_waiting():
    with stamina.set_testing(True, attempts=4):
        yield


@pytest.mark.usefixtures("without_waiting")
class TestHttp:
    def registers(self, url, token=TOKEN, **more):
        more = "".join(f", {name}: {value}" for name, value in more.items())
        return open_registers(
            with_source(f"{{ type: http, url: '{url}', token: '${{CRM_TOKEN}}'{more} }}"),
            None,
            SECRET,
            {"CRM_TOKEN": token},
        )

    def test_a_busy_system_is_asked_again(self, served):
        system, url = served
        system.busy = 2
        registers = self.registers(url)
        assert registers.find(ANNA).name == "Anna Ek"
        registers.close()

    def test_one_that_stays_busy_is_named(self, served):
        system, url = served
        system.busy = 4
        registers = self.registers(url)
        assert registers.check()["register"] == "sources.register: answers 503 again and again; try later"
        registers.close()

    def test_a_wrong_token_is_named(self, served):
        registers = self.registers(served[1], token="wrong")
        assert registers.check()["register"] == "sources.register.token: the system refuses it (401)"
        registers.close()

    def test_a_wrong_path_is_named(self, served):
        registers = self.registers(served[1] + "/elsewhere")
        assert "nothing that speaks register-openapi.yaml (404)" in registers.check()["register"]
        registers.close()

    def test_nobody_there_is_named(self):
        registers = self.registers("http://127.0.0.1:1")
        assert "does not answer (ConnectError)" in registers.check()["register"]
        registers.close()

    def test_a_lost_answer_is_asked_for_again_and_nothing_done_twice(self, served):
        system, url = served
        registers = self.registers(url)
        plan = suppression_plan(registers.data_map, "stranger@else.example", TODAY)
        system.lost = 1
        assert registers.apply(plan.steps[0], "once").rows == 1
        listed = [row["email"] for row in system.rows(TABLES["suppressions"])]
        assert listed.count("stranger@else.example") == 1
        registers.close()

    @pytest.mark.parametrize("url", ["ftp://crm.example", "crm.example", "http://crm.example/x", "https:///x"])
    def test_only_https_or_this_machine(self, url):
        with pytest.raises(RegisterSetupError, match=r"sources\.crm\.url: "):
            HttpRegister(url, "", 1, "sources.crm")

    def test_a_system_that_lacks_a_column_is_named(self, served):
        registers = self.registers(served[1])
        changed = SHIPPED.replace("      title:\n", "      rank:\n", 1)
        registers.data_map = parse_data_map(changed, "m")
        assert registers.check()["register"].endswith("data set contacts: 'contacts' has no column rank")
        registers.close()


def test_the_protocol_is_documented_as_it_is_spoken():
    written = yaml.safe_load((DOCS / "register-openapi.yaml").read_text(encoding="utf-8"))
    assert written == register_app(System(None)).openapi()


@pytest.mark.parametrize(("content", "what"), [(None, "No such file"), (b"\xff", "is not UTF-8")])
def test_a_map_that_cannot_be_read_is_named(tmp_path, content, what):
    path = tmp_path / "map.yaml"
    if content:
        path.write_bytes(content)
    with pytest.raises(RegisterSetupError, match=rf"data_map: .*map\.yaml: {what}"):
        read_data_map(path)


def test_the_shipped_map_is_read_by_default():
    assert read_data_map() == shipped_map()
    assert sql_map("sqlite://").datasets == shipped_map().datasets


def test_a_key_is_never_used_again_for_another_row(url):
    engine = filled_database(url)
    contacts = TABLES["contacts"]
    with engine.begin() as connection:
        last = connection.execute(select(func.max(contacts.c.id))).scalar()
        connection.execute(contacts.delete().where(contacts.c.id == last))
        new = connection.execute(contacts.insert().values(name="Eva Al", email="eva@kund.example"))
        assert new.inserted_primary_key.id > last
    engine.dispose()
