"""Values that people write, and how long things last."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.kinds import Field
from mailbot.core.terms import Period, YearEnd
from mailbot.core.values import alike, day_of, is_address, normalised, same

DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))


@pytest.mark.parametrize(
    ("field", "written", "kept"),
    [
        (Field.PHONE, "070-174 06 05", "+46701740605"),
        (Field.PHONE, "0046 70 174 06 05", "+46701740605"),
        (Field.PHONE, "+44 20 7946 0958", "+442079460958"),
        (Field.PHONE, "08-123 456 78", "+46812345678"),
        (Field.PHONE, "112", None),
        (Field.PHONE, "ring mig", None),
        (Field.EMAIL, " Anna.Ek@Kund.Example ", "anna.ek@kund.example"),
        (Field.EMAIL, "anna@kund", None),
        (Field.EMAIL, "Anna <anna@kund.example>", None),
        (Field.EMAIL, "anna@kund.example, bo@kund.example", None),
        (Field.PERSONAL_ID, "19811228 9874", "19811228-9874"),
        (Field.PERSONAL_ID, "811228-9874", "811228-9874"),
        (Field.PERSONAL_ID, "811228+9874", "811228+9874"),
        (Field.PERSONAL_ID, "8112289874", "811228-9874"),
        (Field.PERSONAL_ID, "19811228-9875", None),
        (Field.PERSONAL_ID, "19811328-9874", None),
        (Field.NAME, "  Anna\u00a0 Ek ", "Anna Ek"),
        (Field.NAME, "Jürgen O’Neill-Ek", "Jürgen O’Neill-Ek"),
        (Field.NAME, "anna@kund.example", None),
        (Field.TITLE, "HR-chef", "HR-chef"),
        (Field.TITLE, "x" * 201, None),
        (Field.TITLE, "a\x07b", None),
        (Field.ORGANISATION, "", None),
    ],
)
def test_a_new_value_is_kept_in_one_form_or_refused(field, written, kept):
    assert normalised(field, written) == kept


@given(st.sampled_from(Field), st.text())
def test_what_is_kept_is_kept_as_it_is_the_next_time(field, text):
    kept = normalised(field, text)
    if kept is not None:
        assert normalised(field, kept) == kept
        assert same(field, kept, text) or field is Field.EMAIL


@pytest.mark.parametrize(
    ("one", "other"),
    [("anna@kund.example", True), ("anna", False), ("a@b@c", False), ("a b@c.se", False), ("@", False)],
)
def test_the_shape_of_an_address(one, other):
    assert is_address(one) is other


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [
        ("Anna Ek", "Ek, Anna", True),
        ("Anna Ek", "Anna Maria Ek", True),
        ("Anna Ek", "anna", True),
        ("Anna Ek", "A. Ek", True),
        ("Anna Ek", "Anna Lind", True),
        ("Anna Ek", "", True),
        ("Anna Ek", "Bo Ek", False),
        ("Anna Ek", "B. Ek", False),
        ("Anna Ek", "A. Lind", False),
        ("Anna Ek", "Ek, Bo", False),
    ],
)
def test_names_that_can_be_the_same_persons(one, other, answer):
    assert alike(one, other) is answer
    assert alike(other, one) is answer


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("P2Y", date(2024, 2, 29), date(2026, 2, 28)),
        ("P1M", date(2026, 1, 31), date(2026, 2, 28)),
        ("P30D", date(2026, 1, 31), date(2026, 3, 2)),
        ("P1Y6M", date(2026, 1, 1), date(2027, 7, 1)),
        ("P2W", date(2026, 1, 1), date(2026, 1, 15)),
    ],
)
def test_periods_are_counted_in_calendar_days(text, start, end):
    assert Period.parse(text).after(start) == end


@pytest.mark.parametrize("text", ["", "P", "2Y", "P2", "PT3H", "P-1D", "P1.5Y", "P1D1Y"])
def test_what_is_no_period_is_refused(text):
    with pytest.raises(ValueError, match="ISO 8601"):
        Period.parse(text)


@given(DAYS, DAYS, st.builds(Period, st.integers(0, 200), st.integers(0, 400), st.just("")))
def test_the_bound_of_a_search_leaves_nothing_out(start, today, period):
    if period.after(start) <= today:
        assert start <= period.latest_start(today)


@given(DAYS, st.integers(1, 12), st.integers(1, 10))
def test_a_financial_year_ends_within_a_year_and_the_kept_years_after_it(day, month, years):
    last = (date(2001, month % 12 + 1, 1) - timedelta(days=1)).day
    end = YearEnd(month, last)
    assert timedelta(0) <= end.of(day) - day < timedelta(days=366)
    assert end.years_after(day, years).year == end.of(day).year + years
    assert (end.of(day) + timedelta(days=1)).day == 1


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026-01-31", date(2026, 1, 31)),
        ("2026-01-31T23:59:00+01:00", date(2026, 1, 31)),
        ("", None),
        (None, None),
        ("i går", None),
    ],
)
def test_the_day_of_a_moment(value, day):
    assert day_of(value) == day
