"""The retention run purges what is due, and nothing that somebody is owed."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.plan import Operation, Row
from mailbot.core.retention import plan_retention
from tests.support.holdings import CONTACT, ENQUIRY, INVOICED, MAP, REGISTERED, held
from tests.support.registers import ANNA

CONTACTS = ("contacts", 0)


def run(found, today, **more):
    return plan_retention(MAP, found, today, **more)


def profile(last_active):
    return held(contacts=[CONTACT | {"last_active_at": last_active, "language": "en"}]).rows["contacts"]


def does(made):
    return {(step.dataset, step.operation): [row.key for row in step.before] for step in made.steps}


class TestProfiles:
    """Two years after the last activity, with a reminder in good time before (the privacy policy)."""

    due = date(2026, 3, 1)
    rows = profile("2024-03-01T17:00:00")

    def reminded(self, delivered):
        return {("contacts", "1", self.due): delivered}

    def test_a_reminder_goes_out_thirty_days_before(self):
        (reminder,) = run({CONTACTS: self.rows}, self.due - timedelta(days=30)).reminders
        assert (reminder.for_day, reminder.day, reminder.address, reminder.language) == (self.due, self.due, ANNA, "en")

    def test_and_not_earlier(self):
        assert run({CONTACTS: self.rows}, self.due - timedelta(days=31)).reminders == ()

    def test_a_reminded_profile_is_purged_on_the_day(self):
        made = run({CONTACTS: self.rows}, self.due, reminded=self.reminded(date(2026, 1, 30)))
        assert does(made) == {("contacts", Operation.ERASE): ["1"]}
        assert made.reminders == ()

    def test_and_not_the_day_before(self):
        made = run({CONTACTS: self.rows}, self.due - timedelta(days=1), reminded=self.reminded(date(2026, 1, 30)))
        assert made.steps == ()

    def test_without_a_delivered_reminder_it_is_never_purged(self):
        made = run({CONTACTS: self.rows}, self.due + timedelta(days=900))
        assert (made.steps, made.waiting) == ((), {"contacts": 1})
        assert made.reminders[0].day == self.due + timedelta(days=930)

    def test_a_reminder_for_another_day_does_not_count(self):
        reminded = {("contacts", "1", date(2025, 3, 1)): date(2025, 1, 30)}
        assert run({CONTACTS: self.rows}, self.due, reminded=reminded).steps == ()

    def test_a_late_reminder_leaves_its_whole_time(self):
        late = self.reminded(date(2026, 2, 20))
        assert run({CONTACTS: self.rows}, date(2026, 3, 21), reminded=late).waiting == {"contacts": 1}
        assert run({CONTACTS: self.rows}, date(2026, 3, 22), reminded=late).steps

    def test_an_open_request_holds_it(self):
        made = run({CONTACTS: self.rows}, self.due, reminded=self.reminded(date(2026, 1, 30)), held={("contacts", "1")})
        assert (made.steps, made.held) == ((), {"contacts": 1})

    def test_whoever_has_no_address_cannot_be_reminded_and_stays(self):
        rows = held(contacts=[{"name": "Anna Ek", "last_active_at": "2020-01-01"}]).rows["contacts"]
        made = run({CONTACTS: rows}, self.due)
        assert (made.steps, made.reminders, made.waiting) == ((), (), {"contacts": 1})


def test_enquiries_go_a_year_after_the_last_contact_without_a_reminder():
    rows = held(enquiries=[ENQUIRY | {"last_activity_at": "2025-03-01"}]).rows["enquiries"]
    assert run({("enquiries", 0): rows}, date(2026, 2, 28)).steps == ()
    assert does(run({("enquiries", 0): rows}, date(2026, 3, 1))) == {("enquiries", Operation.ERASE): ["1"]}


def test_an_event_is_minimised_to_what_invoicing_needs():
    rows = held(event_registrations=[INVOICED, REGISTERED]).rows["event_registrations"]
    made = run({("event_registrations", 0): rows}, date(2025, 5, 31))
    assert does(made) == {("event_registrations", Operation.BLANK): ["1"]}
    assert made.steps[0].after["1"] == {"title": None, "mobile": None, "dietary": None, "personal_id": None}


@pytest.mark.parametrize(("today", "purged"), [(date(2032, 12, 31), False), (date(2033, 1, 1), True)])
def test_an_invoice_goes_after_the_seventh_year(today, purged):
    rows = held(event_registrations=[INVOICED]).rows["event_registrations"]
    assert bool(run({("event_registrations", 2): rows}, today).steps) is purged


def test_what_is_deleted_is_not_blanked_as_well():
    rows = held(event_registrations=[INVOICED | {"invoiced_at": None}]).rows["event_registrations"]
    found = {("event_registrations", 0): rows, ("event_registrations", 1): rows}
    assert does(run(found, date(2027, 1, 1))) == {("event_registrations", Operation.ERASE): ["1"]}


@given(
    st.lists(st.dates(date(2015, 1, 1), date(2030, 1, 1)), max_size=5),
    st.dates(date(2015, 1, 1), date(2035, 1, 1)),
    st.sets(st.integers(1, 5)),
)
def test_nothing_is_purged_before_its_day_or_while_it_is_held(days, today, held_keys):
    rows = tuple(Row(str(key), ENQUIRY | {"last_activity_at": day.isoformat()}) for key, day in enumerate(days, 1))
    held_rows = {("enquiries", str(key)) for key in held_keys}
    made = run({("enquiries", 0): rows}, today, held=held_rows)
    for step in made.steps:
        for row in step.before:
            assert ("enquiries", row.key) not in held_rows
            assert date.fromisoformat(row.values["last_activity_at"]) + timedelta(days=365) <= today
