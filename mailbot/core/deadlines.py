"""When an answer is due: Article 12(3) counted by Regulation 1182/71 in Swedish time (docs/rights.md, time).

All instants are timezone-aware; all dates are days in Europe/Stockholm. A due date is the last day on which to answer.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")
SATURDAY = 5


class ExtensionRefused(ValueError):
    """The extension is not allowed by Article 12(3); the argument is the reason's code."""


class Urgency(StrEnum):
    """How a due date stands to today; the queue sorts and colours by it."""

    OVERDUE = "overdue"
    DUE_TODAY = "due_today"
    SOON = "soon"
    """Seven days or fewer are left."""
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Clock:
    """The dates of one request. `due` is a ceiling, `target` the earlier day we aim at (rule 4)."""

    received: date
    target: date
    due: date
    extended: bool = False


@lru_cache(maxsize=64)
def _public_holidays(year: int) -> frozenset[date]:
    from holidays import PUBLIC, country_holidays  # noqa: PLC0415 - half a second that `mailbot --help` does not need

    # Public in law: the eves of midsummer, Christmas and New Year are not (rule 3). Sundays are the weekday test's.
    return frozenset(country_holidays("SE", years=year, categories=PUBLIC, include_sundays=False))


def is_working_day(day: date) -> bool:
    """Whether a period may end on this day: no Saturday, Sunday or Swedish public holiday (Reg. 1182/71 art. 3(4))."""
    return day.weekday() < SATURDAY and day not in _public_holidays(day.year)


def roll(day: date) -> date:
    """The day itself, or the next working day."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def add_months(day: date, months: int) -> date:
    """The same date some months later, or that month's last day if it has no such date (Reg. 1182/71 art. 3(2)(c))."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month0 + 1, min(day.day, monthrange(year, month0 + 1)[1]))


def received_day(received_at: datetime) -> date:
    """The Swedish calendar day on which the mail reached the server (rule 1)."""
    if received_at.tzinfo is None:
        msg = "received_at must be timezone-aware"
        raise ValueError(msg)
    return received_at.astimezone(STOCKHOLM).date()


def due_date(received: date) -> date:
    """The last day to answer: one month, then rolled to a working day (12(3), rules 2-3)."""
    return roll(add_months(received, 1))


def extended_due_date(received: date) -> date:
    """The last day after an extension: the earlier of receipt + 3 months and month end + 2 months, rolled (rule 5)."""
    return roll(min(add_months(received, 3), add_months(add_months(received, 1), 2)))


def start_clock(received_at: datetime, target_days: int) -> Clock:
    """The clock of a new request.

    Args:
        received_at: IMAP INTERNALDATE, aware; never `Date:` and never the time of the poll.
        target_days: the internal target, in calendar days from receipt; never later than the due date.
    """
    received = received_day(received_at)
    due = due_date(received)
    target = min(roll(received + timedelta(days=target_days)), due)
    return Clock(received=received, target=target, due=due)


def extend(clock: Clock, reason: str, today: date) -> Clock:
    """The clock after an extension by two further months (12(3), rule 5).

    Raises:
        ExtensionRefused: `no_reason`, `already_extended` or `too_late` (after the first due date).
    """
    if not reason.strip():
        raise ExtensionRefused("no_reason")
    if clock.extended:
        raise ExtensionRefused("already_extended")
    if today > clock.due:
        raise ExtensionRefused("too_late")
    return Clock(clock.received, clock.target, extended_due_date(clock.received), extended=True)


def days_left(due: date, now: datetime) -> int:
    """Whole days until the due date is over; 0 on the day itself, negative when it has passed."""
    return (due - now.astimezone(STOCKHOLM).date()).days


def urgency(due: date, now: datetime) -> Urgency:
    """How a due date stands to now."""
    left = days_left(due, now)
    if left < 0:
        return Urgency.OVERDUE
    if left == 0:
        return Urgency.DUE_TODAY
    return Urgency.SOON if left <= 7 else Urgency.LATER  # noqa: PLR2004 - a week
