"""Who is behind an address, whatever a system of record took for a match."""

import pytest

from mailbot.core.kinds import Language
from mailbot.core.plan import Row
from mailbot.registers.people import Trace, person_of, traced
from tests.support.registers import ANNA, ANNA_AT_HOME, SECRET, shipped_map

MAP = shipped_map()


def trace(dataset, key="1", **values):
    return Trace(MAP.dataset(dataset), Row(key, values))


def person(*traces):
    return person_of(traces, MAP, SECRET)


def test_a_row_that_does_not_hold_the_address_is_nobodys():
    contacts = MAP.dataset("contacts")
    rows = [Row("1", {"email": ANNA}), Row("2", {"email": "annaxek@kund.example"}), Row("3", {"email": None})]
    assert [one.row.key for one in traced(contacts, rows, [ANNA])] == ["1"]


def test_a_sub_address_is_the_same_mailbox():
    rows = [Row("1", {"email": "Anna.Ek+Kurs@Kund.example "})]
    assert traced(MAP.dataset("contacts"), rows, [ANNA])


def test_the_profile_names_the_person_and_gives_the_main_address():
    found = person(
        trace("enquiries", name="A. Ek", email=ANNA_AT_HOME),
        trace("contacts", name="Anna Ek", email=ANNA, secondary_email=ANNA_AT_HOME, language="EN-gb"),
    )
    assert (found.name, found.addresses, found.language) == ("Anna Ek", (ANNA, ANNA_AT_HOME), Language.ENGLISH)


@pytest.mark.parametrize("language", [None, "", "fi", "svenska"])
def test_swedish_is_what_people_are_answered_in_unless_they_chose(language):
    assert person(trace("contacts", email=ANNA, language=language)).language is Language.SWEDISH


@pytest.mark.parametrize(
    ("traces", "several"),
    [
        ([trace("contacts", name="Anna Ek", email=ANNA), trace("contacts", "2", name="Bo Ek", email=ANNA)], True),
        ([trace("contacts", name="Anna Ek", email=ANNA), trace("contacts", "2", name="Anna Al", email=ANNA)], True),
        ([trace("contacts", name="Anna Ek", email=ANNA), trace("contacts", "2", name="Ek, Anna", email=ANNA)], False),
        ([trace("contacts", name="Anna Ek", email=ANNA), trace("enquiries", name="Anna Al", email=ANNA)], False),
        (
            [
                trace("contacts", name="Anna Ek", email=ANNA, secondary_email="info@kund.example"),
                trace("contacts", "2", name="Anna Berg", email="info@kund.example"),
            ],
            True,
        ),
        ([trace("enquiries", name="Anna Ek", email=ANNA), trace("enquiries", "2", name="Bo Ek", email=ANNA)], True),
        ([trace("enquiries", name="Anna Ek", email=ANNA), trace("enquiries", "2", name="", email=ANNA)], False),
        ([trace("enquiries", str(i), name=f"Anna {i}", email=ANNA) for i in range(25)], True),
    ],
)
def test_one_address_can_be_several_peoples(traces, several):
    assert person(*traces).ambiguous is several


def test_nobody_is_found_in_no_rows():
    assert person() is None


def test_the_key_is_the_mailboxs_and_tells_nothing():
    key = person(trace("contacts", email=ANNA)).key
    assert key == person(trace("contacts", email="anna.ek+kurs@kund.example")).key
    assert key != person_of([trace("contacts", email=ANNA)], MAP, b"another").key
    assert len(key) == 64
