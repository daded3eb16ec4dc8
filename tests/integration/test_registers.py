"""The same promises on every kind of system of record."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from shutil import copy

import pytest
from sqlalchemy import MetaData, Table, event, text

from mailbot.core.identity import Level
from mailbot.core.kinds import RIGHTS, Field, Kind, Language
from mailbot.core.plan import Operation, Step
from mailbot.core.planning import make_plan, suppression_plan
from mailbot.core.reading import Change
from mailbot.core.retention import plan_retention
from mailbot.registers.engine import open_engine
from mailbot.registers.errors import RegisterError
from mailbot.registers.http import HttpRegister
from mailbot.registers.journal import TABLE as JOURNAL
from mailbot.registers.register import Registers
from mailbot.registers.tables import TABLES
from tests.support.register_server import TOKEN, System, serving
from tests.support.registers import (
    ANNA,
    ANNA_AT_HOME,
    BO,
    CUSTOMER,
    CUSTOMER_CONTACT,
    SECRET,
    Filled,
    filled_database,
    filled_register,
    refill,
    register_on,
    shipped_map,
)

TODAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def on_postgres(postgres):
    with postgres.new_database() as url:
        made = filled_register(url)
        yield made
        made.registers.close()


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A filled SQLite file to copy, with and without a journal."""
    folder = tmp_path_factory.mktemp("template")
    for name, journal in (("sqlite", True), ("sqlite without journal", False)):
        filled_database(f"sqlite:///{folder / name}", journal=journal).dispose()
    return folder


@pytest.fixture(scope="module")
def system():
    """A system behind HTTP, its records exchanged for every test."""
    made = System(engine=None)
    with serving(made) as url:
        yield made, url


def behind_http(system, file):
    made, url = system
    made.__init__(open_engine(file, "test"))
    source = HttpRegister(url, TOKEN, 5, "sources.crm")
    return Filled(Registers(shipped_map(), {"register": source}, SECRET), made.engine)


BACKENDS = ["sqlite", "postgres", "http"]


@pytest.fixture(params=BACKENDS)
def filled(request, template, tmp_path):
    if request.param == "postgres":
        made = request.getfixturevalue("on_postgres")
        refill(made.engine)
        yield made
        return
    copied = copy(template / request.param.replace("http", "sqlite"), tmp_path)
    url = f"sqlite:///{copied}"
    over_http = request.param == "http"
    made = behind_http(request.getfixturevalue("system"), url) if over_http else register_on(open_engine(url, "test"))
    yield made
    made.registers.close()
    made.engine.dispose()


def plan_for(filled, kind, address=ANNA, changes=(), **more):
    person = filled.registers.find(address)
    holdings = filled.registers.holdings(person)
    data_map = filled.registers.data_map
    return make_plan(kind, data_map, holdings, person, changes, TODAY, level=Level.PROVEN, **more)


def carried_out(filled, plan, case="case"):
    return [filled.registers.apply(step, f"{case}-{number}") for number, step in enumerate(plan.steps)]


CHANGES = (
    Change(Field.PHONE, None, "070-111 22 33"),
    Change(Field.NAME, "Anna Ek", "Anna Lind"),
    Change(Field.EMAIL, None, "anna.lind@kund.example"),
)


class TestFinding:
    @pytest.mark.parametrize(
        "address",
        [ANNA, ANNA.upper(), f" {ANNA} ", "anna.ek+nyheter@kund.example", ANNA_AT_HOME, "anna.ek+kurs@kund.example"],
    )
    def test_a_person_is_found_whole_by_any_of_their_addresses(self, filled, address):
        person = filled.registers.find(address)
        assert person.addresses == (ANNA, ANNA_AT_HOME, "anna.ek+kurs@kund.example")
        assert (person.name, person.language, person.ambiguous) == ("Anna Ek", Language.SWEDISH, False)
        assert person.key == filled.registers.find(ANNA).key
        assert "anna" not in person.key

    @pytest.mark.parametrize("address", ["nobody@kund.example", "boxek@kund.example", "bo%@kund.example", "", "@", "%"])
    def test_nobody_is_found_by_an_address_that_is_not_registered(self, filled, address):
        assert filled.registers.find(address) is None

    def test_the_language_is_that_of_the_contact(self, filled):
        assert filled.registers.find(BO).language is Language.ENGLISH

    @pytest.mark.parametrize("address", ["info@kund.example", "cia@kund.example", "dan@kund.example"])
    def test_an_address_that_two_people_share_makes_them_ambiguous(self, filled, address):
        assert filled.registers.find(address).ambiguous

    def test_keys_of_two_installations_differ(self, filled):
        key = filled.registers.find(ANNA).key
        other = Registers(filled.registers.data_map, filled.registers._sources, b"of another one")
        assert other.find(ANNA).key != key


class TestHoldings:
    def test_everything_is_held_and_nothing_of_anybody_else(self, filled):
        holdings = filled.registers.holdings(filled.registers.find(ANNA))
        assert holdings.counts == {
            "contacts": 1,
            "consents": 2,
            "tickets": 1,
            "event_registrations": 2,
            "suppressions": 1,
        }
        assert BO not in repr(holdings)

    def test_what_is_a_customers_is_not_even_read(self, filled):
        person = filled.registers.find(ANNA)
        assert "Olle" not in repr(filled.registers.holdings(person))
        assert "Olle" in repr(filled.registers.holdings(person, customer_data=True))

    def test_the_customers_privacy_contact_is_known_however_the_name_is_written(self, filled):
        assert filled.registers.holdings(filled.registers.find(ANNA)).contacts == {CUSTOMER: CUSTOMER_CONTACT}
        assert filled.registers.holdings(filled.registers.find(BO)).contacts == {"kund ab": CUSTOMER_CONTACT}


class TestApplying:
    @pytest.mark.parametrize("filled", [*BACKENDS, "sqlite without journal"], indirect=True)
    @pytest.mark.parametrize("kind", RIGHTS)
    def test_twice_is_once(self, filled, kind):
        plan = plan_for(filled, kind, changes=CHANGES)
        first = carried_out(filled, plan)
        after = filled.everything()
        assert carried_out(filled, plan) == first
        assert carried_out(filled, plan, "a crash before the key was noted") == first
        assert filled.everything() == after
        assert all(outcome.left == 0 for outcome in first)

    @pytest.mark.parametrize("kind", RIGHTS)
    def test_other_peoples_rows_stay_as_they_are(self, filled, kind):
        def others():
            rows = [row for dataset in filled.everything().values() for row in dataset.values()]
            return [row for row in rows if BO in row.values() or "Cia Alm" in row.values()]

        before = others()
        carried_out(filled, plan_for(filled, kind, changes=CHANGES))
        assert others() == before

    def test_an_erasure_leaves_what_invoicing_needs_and_nothing_else(self, filled):
        carried_out(filled, plan_for(filled, Kind.ERASURE))
        person = filled.registers.find(ANNA)
        assert filled.registers.holdings(person).counts == {"event_registrations": 1}
        (kept,) = filled.stored("event_registrations").values()
        assert {name for name, value in kept.items() if value is not None} == {
            "id",
            "name",
            "email",
            "organisation",
            "event",
            "event_date",
            "invoiced_at",
        }
        (ticket,) = [row for row in filled.stored("tickets").values() if row["number"] == "T1"]
        assert (ticket["requester_email"], ticket["body"]) == (None, "Olle saknar två dagar.")

    def test_the_suppression_list_stays_after_an_erasure_of_its_own_address(self, filled):
        carried_out(filled, plan_for(filled, Kind.ERASURE, ANNA_AT_HOME))
        assert [row["email"] for row in filled.stored("suppressions").values()] == [ANNA_AT_HOME]

    def test_a_withdrawal_ends_open_consents_and_lists_every_address_once(self, filled):
        carried_out(filled, plan_for(filled, Kind.CONSENT_WITHDRAWAL))
        consents = [(row["email"], row["withdrawn_at"]) for row in filled.stored("consents").values()]
        assert consents == [(ANNA, "2026-03-02"), (ANNA, "2023-01-01"), (BO, None)]
        listed = [row["email"] for row in filled.stored("suppressions").values()]
        assert sorted(listed) == sorted([ANNA, ANNA_AT_HOME, "anna.ek+kurs@kund.example"])

    def test_an_unknown_address_is_listed(self, filled):
        plan = suppression_plan(filled.registers.data_map, "stranger@else.example", TODAY)
        assert [outcome.rows for outcome in carried_out(filled, plan)] == [1]
        assert filled.registers.find("stranger@else.example").name == ""

    def test_a_correction_reaches_every_row(self, filled):
        carried_out(filled, plan_for(filled, Kind.RECTIFICATION, changes=CHANGES))
        (anna, *_) = filled.stored("contacts").values()
        assert (anna["name"], anna["email"], anna["phone"]) == ("Anna Lind", "anna.lind@kund.example", "+46701112233")
        holdings = filled.registers.holdings(filled.registers.find("anna.lind@kund.example"))
        assert {row.values["name"] for row in holdings.rows["event_registrations"]} == {"Anna Lind"}

    def test_a_value_that_changed_since_the_plan_was_made_is_left_alone(self, filled):
        plan = plan_for(filled, Kind.RECTIFICATION, changes=CHANGES[:1])
        with filled.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE contacts SET phone = '08-1' WHERE name = 'Anna Ek'")
        outcomes = {outcome.dataset: outcome for outcome in carried_out(filled, plan)}
        assert (outcomes["contacts"].rows, outcomes["contacts"].left) == (0, 1)
        assert filled.stored("contacts")[1]["phone"] == "08-1"

    def test_a_row_that_became_somebody_elses_is_not_erased(self, filled):
        plan = plan_for(filled, Kind.ERASURE)
        with filled.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE contacts SET email = 'new@kund.example' WHERE name = 'Anna Ek'")
        outcomes = {(outcome.dataset, outcome.operation): outcome for outcome in carried_out(filled, plan)}
        assert outcomes["contacts", Operation.ERASE].left == 1
        assert len(filled.stored("contacts")) == 4

    def test_a_step_that_fails_changes_nothing(self, filled):
        (shown, *_) = plan_for(filled, Kind.ACCESS).steps
        broken = Step("contacts", Operation.CHANGE, shown.before, ("no_such",), {"1": {"no_such": "x"}})
        before = filled.everything()
        with pytest.raises((KeyError, RegisterError)):
            filled.registers.apply(broken, "broken")
        assert filled.everything() == before


class TestRetention:
    def test_only_rows_that_may_be_due_are_looked_at(self, filled):
        (rule,) = filled.registers.data_map.dataset("contacts").retention
        found = filled.registers.due("contacts", rule, TODAY)
        assert [row.values["name"] for row in found] == ["Bo Ek"]

    def test_a_condition_and_what_is_left_to_blank_narrow_them_further(self, filled):
        registrations = filled.registers.data_map.dataset("event_registrations")
        blanking, uninvoiced, invoiced = registrations.retention

        def found(rule, today):
            return [row.values["event"] for row in filled.registers.due(registrations.id, rule, today)]

        assert found(blanking, TODAY) == ["Kunddag"]
        carried_out(filled, plan_for(filled, Kind.ERASURE))
        assert found(blanking, TODAY) == []
        assert found(uninvoiced, date(2030, 1, 1)) == []
        assert found(invoiced, date(2032, 1, 1)) == []
        assert found(invoiced, date(2033, 1, 1)) == ["Kunddag"]

    def test_what_is_restricted_is_never_purged(self, filled):
        carried_out(filled, plan_for(filled, Kind.RESTRICTION, BO))
        (rule,) = filled.registers.data_map.dataset("contacts").retention
        assert filled.registers.due("contacts", rule, TODAY) == ()

    def test_the_run_is_carried_out_like_any_plan(self, filled):
        data_map = filled.registers.data_map
        later = date(2027, 6, 1)
        found = {
            (dataset.id, index): filled.registers.due(dataset.id, rule, later)
            for dataset in data_map.sets
            for index, rule in enumerate(dataset.retention)
        }
        run = plan_retention(data_map, found, later)
        outcomes = [filled.registers.apply(step, f"retention-{number}") for number, step in enumerate(run.steps)]
        assert {(outcome.dataset, outcome.operation.value, outcome.rows) for outcome in outcomes} == {
            ("consents", "erase", 1),
            ("tickets", "blank", 2),
            ("event_registrations", "blank", 2),
        }
        assert run.waiting == {"contacts": 1}


class TestSeveralPeople:
    def test_an_officer_can_tell_them_apart_by_the_addresses_that_are_theirs_alone(self, filled):
        cia, dan = filled.registers.people("info@kund.example")
        assert (cia.addresses, dan.addresses) == (("cia@kund.example",), ("dan@kund.example",))
        assert not cia.ambiguous
        assert filled.registers.holdings(cia).counts == {"contacts": 1}

    def test_one_person_is_one(self, filled):
        assert [one.name for one in filled.registers.people(ANNA)] == ["Anna Ek"]


def test_a_restored_backup_shows_whom_to_erase_again(filled):
    ledger = {filled.registers.key_of(ANNA), filled.registers.key_of("gone@kund.example")}
    assert "anna" not in repr(ledger)
    assert filled.registers.addresses_with(ledger) == (ANNA, "anna.ek+kurs@kund.example")


def test_a_register_that_fits_its_map_is_found_in_order(filled):
    assert filled.registers.check() == {"register": ""}


def statements(filled, act):
    seen = []
    event.listen(filled.engine, "before_cursor_execute", lambda *arguments: seen.append(arguments[2]))
    act()
    return len(seen)


@pytest.mark.parametrize("filled", ["sqlite", "postgres"], indirect=True)
def test_statements_do_not_grow_with_the_rows(filled):
    person = filled.registers.find(ANNA)
    filled.registers.holdings(person)
    few = statements(filled, lambda: filled.registers.holdings(filled.registers.find(ANNA)))
    with filled.engine.begin() as connection:
        for number in range(300):
            row = {"number": f"N{number}", "email": ANNA}
            connection.execute(
                text(
                    "INSERT INTO tickets (number, requester_email, created_at) VALUES (:number, :email, '2025-01-01')"
                ),
                row,
            )
    many = statements(filled, lambda: filled.registers.holdings(filled.registers.find(ANNA)))
    assert filled.registers.holdings(person).counts["tickets"] == 301
    assert many <= few


@pytest.mark.parametrize("filled", ["sqlite", "postgres"], indirect=True)
def test_the_same_step_at_the_same_time_is_done_once(filled):
    plan = suppression_plan(filled.registers.data_map, "stranger@else.example", TODAY)
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(filled.registers.apply, plan.steps[0], "one key") for _ in range(4)]
        assert {one.result().rows for one in waiting} == {1}
    listed = [row["email"] for row in filled.stored("suppressions").values()]
    assert listed.count("stranger@else.example") == 1


@pytest.mark.parametrize("filled", ["sqlite", "postgres"], indirect=True)
@pytest.mark.parametrize("kind", [Kind.RECTIFICATION, Kind.ERASURE, Kind.CONSENT_WITHDRAWAL])
def test_broken_off_at_any_statement_it_can_be_finished(filled, kind):
    plan, start = plan_for(filled, kind, changes=CHANGES), filled.everything()
    carried_out(filled, plan)
    wanted = filled.everything()
    for point in itertools.count(1):
        restore(filled, start)
        try:
            with broken_off(filled.engine, point):
                carried_out(filled, plan)
        except BrokenOffError:
            assert all(outcome.left == 0 for outcome in carried_out(filled, plan))
        else:
            break
        assert without_ids(filled.everything()) == without_ids(wanted)
    assert point > 2 * len(plan.steps)


def without_ids(everything):
    """Rows that were added have other ids after every attempt."""
    return {name: [{**row, "id": None} for row in rows.values()] for name, rows in everything.items()}


class BrokenOffError(Exception):
    pass


@contextmanager
def broken_off(engine, number):
    """Fail when the n-th statement is to be sent."""
    seen = itertools.count(1)

    def fail(*_arguments):
        if next(seen) == number:
            raise BrokenOffError

    event.listen(engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", fail)


def restore(filled, start):
    """Put the register back to how it was, ids and all."""
    with filled.engine.begin() as connection:
        for table in (*TABLES.values(), Table(JOURNAL, MetaData())):
            connection.execute(table.delete())
        for dataset, rows in start.items():
            if rows:
                connection.execute(TABLES[dataset].insert(), list(rows.values()))
