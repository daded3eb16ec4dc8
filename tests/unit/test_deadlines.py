"""When an answer is due: the month of Article 12(3) as Regulation 1182/71 counts it (docs/rights.md, time)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailbot.core.deadlines import (
    STOCKHOLM,
    Clock,
    ExtensionRefused,
    Urgency,
    add_months,
    days_left,
    due_date,
    extend,
    extended_due_date,
    is_working_day,
    received_day,
    start_clock,
    urgency,
)

DAYS = st.dates(date(2020, 1, 1), date(2060, 12, 31))
SWEDISH_HOLIDAYS_OF_2026 = {
    "2026-01-01": "New Year's Day",
    "2026-01-06": "Epiphany",
    "2026-04-03": "Good Friday",
    "2026-04-06": "Easter Monday",
    "2026-05-01": "May Day",
    "2026-05-14": "Ascension Day",
    "2026-12-25": "Christmas Day",
}


def day(text):
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("received", "due", "why"),
    [
        ("2026-03-05", "2026-04-07", "5 April is Easter Sunday, 6 April Easter Monday"),
        ("2026-08-31", "2026-09-30", "September has no 31st"),
        ("2026-01-31", "2026-03-02", "28 February is a Saturday"),
        ("2026-12-01", "2027-01-04", "New Year's Day is a Friday"),
        ("2026-12-06", "2027-01-07", "6 January is Epiphany"),
        ("2028-01-31", "2028-02-29", "a leap year"),
        ("2026-05-19", "2026-06-19", "Midsummer Eve is no public holiday"),
        ("2026-11-24", "2026-12-24", "nor is Christmas Eve"),
        ("2026-11-30", "2026-12-30", "an ordinary day"),
        ("2027-11-30", "2027-12-30", "the day before New Year's Eve"),
        ("2029-11-30", "2029-12-31", "30 December is a Sunday, and New Year's Eve is no public holiday"),
        ("2026-05-06", "2026-06-08", "6 June is the National Day and a Saturday"),
        ("2026-04-01", "2026-05-04", "May Day is a Friday"),
        ("2026-04-14", "2026-05-15", "Ascension Day is a Thursday"),
    ],
)
def test_the_answer_is_due_within_a_month(received, due, why):
    assert due_date(day(received)) == day(due), why


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-11-30", "2027-03-01"),  # 28 February is a Sunday
        ("2026-01-31", "2026-04-28"),  # month end 28 February plus two months is before receipt plus three
        ("2026-03-05", "2026-06-05"),
        ("2026-10-31", "2027-02-01"),  # 31 January is a Sunday; 30 November plus two months is a Saturday
    ],
)
def test_an_extension_gives_two_further_months(received, due):
    assert extended_due_date(day(received)) == day(due)


@pytest.mark.parametrize("holiday", SWEDISH_HOLIDAYS_OF_2026)
def test_public_holidays_are_no_working_days(holiday):
    assert not is_working_day(day(holiday))


@pytest.mark.parametrize("eve", ["2026-06-19", "2026-12-24", "2026-12-31", "2027-06-25", "2028-06-23"])
def test_eves_are_working_days(eve):
    assert is_working_day(day(eve))


@pytest.mark.parametrize("weekend", ["2026-06-20", "2026-06-21", "2026-03-07"])
def test_weekends_are_no_working_days(weekend):
    assert not is_working_day(day(weekend))


@given(DAYS)
def test_nothing_is_due_on_a_day_that_nobody_works(received):
    assert is_working_day(due_date(received))
    assert is_working_day(extended_due_date(received))


@given(DAYS)
def test_the_due_date_is_the_first_working_day_from_the_months_end_on(received):
    month_end, due = add_months(received, 1), due_date(received)
    assert due >= month_end
    assert not any(is_working_day(month_end + timedelta(days)) for days in range((due - month_end).days))


@given(DAYS)
def test_who_writes_later_is_never_due_earlier(received):
    following = received + timedelta(days=1)
    assert due_date(received) <= due_date(following)
    assert extended_due_date(received) <= extended_due_date(following)


@given(DAYS)
def test_an_extension_never_gives_more_than_three_months(received):
    unrolled = min(add_months(received, 3), add_months(add_months(received, 1), 2))
    assert due_date(received) < extended_due_date(received) < unrolled + timedelta(days=8)
    assert unrolled <= add_months(received, 3)


@given(DAYS, st.integers(1, 48))
def test_months_later_is_the_same_day_or_the_months_last(received, months):
    later = add_months(received, months)
    assert (later.year * 12 + later.month) - (received.year * 12 + received.month) == months
    assert later.day == received.day or (later + timedelta(days=1)).day == 1


@pytest.mark.parametrize(
    ("instant", "day_in_sweden"),
    [
        ("2026-03-05T22:59:59+00:00", "2026-03-05"),
        ("2026-03-05T23:00:00+00:00", "2026-03-06"),  # an hour ahead of UTC in winter
        ("2026-07-05T22:00:00+00:00", "2026-07-06"),  # two in summer
        ("2026-03-05T23:30:00-05:00", "2026-03-06"),
    ],
)
def test_the_clock_starts_on_the_day_it_was_in_sweden(instant, day_in_sweden):
    assert received_day(datetime.fromisoformat(instant)) == day(day_in_sweden)


def test_an_instant_of_no_time_zone_is_refused():
    with pytest.raises(ValueError, match="timezone-aware"):
        received_day(datetime(2026, 3, 5, 12, 0))  # noqa: DTZ001 - the point


@given(st.datetimes(datetime(2020, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)), st.integers(1, 30))  # noqa: DTZ001
@example(datetime(2026, 2, 10, tzinfo=UTC), 30)
def test_the_target_lies_on_a_working_day_and_never_after_the_due_date(received_at, target_days):
    clock = start_clock(received_at, target_days)
    assert clock.received < clock.target <= clock.due
    assert is_working_day(clock.target)
    assert not clock.extended


def test_an_extended_clock_keeps_its_start_and_target():
    clock = start_clock(datetime(2026, 11, 30, 9, tzinfo=STOCKHOLM), 14)
    extended = extend(clock, "många ärenden", day("2026-12-30"))
    assert extended == Clock(clock.received, clock.target, day("2027-03-01"), extended=True)


@pytest.mark.parametrize(
    ("reason", "today", "refused"),
    [
        ("", "2026-12-01", "no_reason"),
        (" \n", "2026-12-01", "no_reason"),
        ("complex", "2026-12-31", "too_late"),
    ],
)
def test_an_extension_is_refused_without_a_reason_or_after_the_first_month(reason, today, refused):
    clock = start_clock(datetime(2026, 11, 30, 9, tzinfo=STOCKHOLM), 14)
    with pytest.raises(ExtensionRefused, match=rf"^{refused}$"):
        extend(clock, reason, day(today))


def test_an_extension_is_refused_a_second_time():
    clock = extend(start_clock(datetime(2026, 11, 30, 9, tzinfo=STOCKHOLM), 14), "complex", day("2026-12-01"))
    with pytest.raises(ExtensionRefused, match=r"^already_extended$"):
        extend(clock, "complex", day("2026-12-02"))


@pytest.mark.parametrize(
    ("due", "left", "stands"),
    [
        ("2026-03-04", -1, Urgency.OVERDUE),
        ("2026-03-05", 0, Urgency.DUE_TODAY),
        ("2026-03-06", 1, Urgency.SOON),
        ("2026-03-12", 7, Urgency.SOON),
        ("2026-03-13", 8, Urgency.LATER),
    ],
)
def test_how_a_due_date_stands_to_now(due, left, stands):
    now = datetime(2026, 3, 5, 22, 59, tzinfo=UTC)  # a minute to midnight in Sweden
    assert (days_left(day(due), now), urgency(day(due), now)) == (left, stands)
