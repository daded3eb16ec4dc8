"""CSV files are taken whole or not at all, and no message repeats what a cell holds."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from mailbot.registers.csv_columns import LAYOUTS
from mailbot.registers.csv_import import import_csv
from mailbot.registers.errors import ImportRefused, RegisterError, RegisterSetupError
from mailbot.registers.opening import open_embedded
from mailbot.registers.tables import TABLES

CONTACTS = "name,email,phone,language,last_active_at\n"


class Desk:
    """An embedded register, and a folder for files."""

    def __init__(self, folder):
        self.folder = folder
        self.engine = open_embedded(folder / "data")

    def take(self, dataset, content, name=None):
        path = self.folder / (name or f"{dataset}.csv")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return import_csv(self.engine, dataset, path)

    def refused(self, dataset, content):
        before = self.rows(dataset) if dataset in TABLES else None
        with pytest.raises(ImportRefused) as refusal:
            self.take(dataset, content)
        assert refusal.value.exit_code == 2
        assert before is None or self.rows(dataset) == before
        return str(refusal.value)

    def rows(self, dataset):
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(select(TABLES[dataset])).mappings()]


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path)
    yield made
    made.engine.dispose()


def test_the_columns_are_the_tables():
    for dataset, layout in LAYOUTS.items():
        assert set(layout.columns) | {"id", "restricted_at"} == set(TABLES[dataset].c.keys())
    assert set(LAYOUTS) == set(TABLES)


def test_rows_are_taken_as_they_stand(desk):
    result = desk.take(
        "contacts", CONTACTS + 'Åsa Ek,Asa@Kund.example,070-1,SV,2026-01-01T10:00:00+01:00\n"Ö, Bo",bo@x.example,,,\n'
    )
    assert (result.rows, result.added, result.updated, result.unchanged) == (2, 2, 0, 0)
    first, second = desk.rows("contacts")
    assert (first["name"], first["email"], first["phone"]) == ("Åsa Ek", "asa@kund.example", "070-1")
    assert (first["language"], first["last_active_at"]) == ("sv", "2026-01-01T10:00:00+01:00")
    assert (second["name"], second["phone"]) == ("Ö, Bo", None)


@pytest.mark.parametrize(
    "encoded",
    [
        (CONTACTS + "Åsa Ek,a@x.example,,,\n").encode("utf-8-sig"),
        (CONTACTS + "Åsa Ek,a@x.example,,,\n").encode("cp1252"),
        (CONTACTS + "Åsa Ek,a@x.example,,,\n").replace(",", ";").encode(),
        (CONTACTS + "Åsa Ek,a@x.example,,,\n").replace("\n", "\r\n").encode(),
        (CONTACTS.upper() + " Åsa Ek , a@x.example ,,,\n\n,,,,\n").encode(),
    ],
)
def test_files_come_as_spreadsheets_write_them(desk, encoded):
    desk.take("contacts", encoded)
    (row,) = desk.rows("contacts")
    assert (row["name"], row["email"]) == ("Åsa Ek", "a@x.example")


@pytest.mark.parametrize("dataset", LAYOUTS)
def test_the_same_file_twice_changes_nothing(desk, dataset):
    cells = {
        name: {"address": "a@x.example", "day": "2026-01-01", "language": "sv", "personal_id": "19811228-9874"}.get(
            reader.__name__, "text"
        )
        for name, reader in LAYOUTS[dataset].columns.items()
    }
    content = ",".join(cells) + "\n" + ",".join(cells.values()) + "\n"
    assert desk.take(dataset, content).added == 1
    before = desk.rows(dataset)
    assert desk.take(dataset, content).unchanged == 1
    assert desk.rows(dataset) == before


def test_a_newer_file_updates_the_columns_that_it_has(desk):
    desk.take("contacts", CONTACTS + "Anna Ek,a@x.example,070-1,sv,2026-01-01\n")
    result = desk.take("contacts", "email,name,title\na@x.example,Anna Lind,Chef\n")
    assert (result.added, result.updated) == (0, 1)
    (row,) = desk.rows("contacts")
    assert (row["name"], row["title"], row["phone"]) == ("Anna Lind", "Chef", "070-1")


def test_two_people_with_one_address_stay_two(desk):
    content = "name,email\nAnna Ek,info@x.example\nBo Ek,info@x.example\n"
    assert desk.take("contacts", content).added == 2
    assert desk.take("contacts", content).unchanged == 2


def test_a_line_that_stands_twice_is_taken_once(desk):
    result = desk.take("organisations", "name,privacy_contact\nKund AB,dpo@x.example\nKund AB,dpo@x.example\n")
    assert (result.rows, result.added) == (2, 1)


def test_an_old_file_does_not_bring_a_withdrawn_consent_back(desk):
    content = "email,purpose,given_at,withdrawn_at\na@x.example,nyhetsbrev,2024-01-01,\n"
    desk.take("consents", content)
    with desk.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE consents SET withdrawn_at = '2026-03-01', restricted_at = '2026-03-01'")
    desk.take("consents", content)
    (row,) = desk.rows("consents")
    assert (row["withdrawn_at"], row["restricted_at"]) == ("2026-03-01", "2026-03-01")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (CONTACTS + "Anna,anna,,,\n", "contacts.csv:2: email: not an e-mail address"),
        (CONTACTS + "Anna,a@x.example,,,\nBo,b@x.example,,,31/1 2026\n", "contacts.csv:3: last_active_at: not a date"),
        (CONTACTS + "Anna,a@x.example,,fi,\n", "contacts.csv:2: language: not a language of sv, en"),
        (CONTACTS + ",a@x.example,,,\n", "contacts.csv:2: name: is empty"),
        (CONTACTS + "Anna,a@x.example\n", "contacts.csv:2: has 2 cells where the header has 5"),
        (CONTACTS + '"Anna\nEk",a@x.example,,,\nBo,b,,,\n', "contacts.csv:4: email: not an e-mail address"),
        (
            CONTACTS + "A,a@x.example,1,,\nA,a@x.example,2,,\n",
            "contacts.csv:3: email, name: also on line 2, with other",
        ),
        ("name,email,shoe\n", "contacts.csv:1: unknown column 'shoe'; the columns are name, email,"),
        ("name,phone\n", "contacts.csv:1: column email is missing"),
        ("name,email,email\n", "contacts.csv:1: column email stands 2 times"),
        ("Anna Ek,a@x.example\n", "contacts.csv:1: the first line does not name the columns"),
        ("", "contacts.csv:1: is empty"),
        ("\n\n", "contacts.csv:1: is empty"),
        (CONTACTS + '"Anna', "contacts.csv: is no CSV file"),
        (CONTACTS.encode("utf-16"), "contacts.csv: is no text in UTF-8 or Windows-1252"),
        (CONTACTS.encode() + b"\x81\xff", "contacts.csv: is no text in UTF-8 or Windows-1252"),
    ],
)
def test_a_mistake_is_named_by_row_and_column_and_nothing_is_taken(desk, content, message):
    assert desk.refused("contacts", content).startswith(message)


def test_messages_repeat_no_cell(desk):
    content = CONTACTS + "Hemlig Person,hemlig person,hemlig,hemlig,hemlig\n"
    assert "hemlig" not in desk.refused("contacts", content).lower()
    assert "hemlig" not in desk.refused("contacts", "Hemlig Person,hemlig@x.example\n").lower()


def test_a_wrong_personal_identity_number_is_refused(desk):
    content = "email,event,event_date,personal_id\na@x.example,Kurs,2026-01-01,19811228-9875\n"
    assert ":2: personal_id: not a Swedish personal" in desk.refused("event_registrations", content)


def test_many_mistakes_are_named_and_the_rest_counted(desk):
    refusal = desk.refused("contacts", CONTACTS + "Anna,no,,,\n" * 30)
    lines = refusal.splitlines()
    assert len(lines) == 21
    assert lines[19].startswith("contacts.csv:21: ")
    assert lines[20] == "… and 10 more"


def test_a_good_line_before_a_bad_one_is_not_taken(desk):
    desk.refused("contacts", CONTACTS + "Anna,a@x.example,,,\nBo,bo,,,\n")
    assert desk.rows("contacts") == []


def test_an_unknown_data_set_and_a_missing_file_are_named(desk):
    assert desk.refused("customers", "x\n").startswith("there is no data set 'customers'; there are contacts,")
    with pytest.raises(ImportRefused, match=r"gone\.csv: No such file"):
        import_csv(desk.engine, "contacts", desk.folder / "gone.csv")
    with pytest.raises(ImportRefused, match="Is a directory"):
        import_csv(desk.engine, "contacts", desk.folder)


def test_a_failing_register_says_nothing_of_the_rows(desk):
    with desk.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE contacts")
    with pytest.raises(RegisterError) as failure:
        desk.take("contacts", CONTACTS + "Hemlig,hemlig@x.example,,,\n")
    assert "hemlig" not in str(failure.value).lower()
    assert failure.value.__suppress_context__


def test_a_register_that_is_no_database_is_named(tmp_path):
    (tmp_path / "register.db").write_text("not a database" * 100)
    with pytest.raises(RegisterError, match=r"register\.db: the database"):
        open_embedded(tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RegisterSetupError, match="data_dir: "):
        open_embedded(tmp_path / "file" / "data")


def test_the_register_is_for_its_owner_only(desk):
    folder = desk.folder / "data"
    assert folder.stat().st_mode & 0o077 == 0


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=120) | st.text(max_size=120).map(lambda text: (CONTACTS + text).encode()))
def test_whatever_the_file_holds_it_is_taken_or_refused(desk, content):
    try:
        result = desk.take("contacts", content)
    except ImportRefused:
        return
    assert result.rows == result.added + result.updated + result.unchanged
