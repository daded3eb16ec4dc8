"""How long data is kept: ISO 8601 periods and whole financial years, counted in calendar days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from mailbot.core.deadlines import add_months

_PERIOD = re.compile(r"P(?=\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?")
_ANCHOR_SLACK_DAYS = 3
"""A month can be up to three days shorter than the day's number needs, so counting back needs that much room."""


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar period such as `P2Y`, `P18M` or `P30D`; years and months are counted before weeks and days."""

    months: int
    days: int
    text: str

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read an ISO 8601 duration of years, months, weeks and days.

        Raises:
            ValueError: it is none.
        """
        found = _PERIOD.fullmatch(text)
        if not found:
            raise ValueError(f"is not an ISO 8601 period such as P2Y, P18M or P30D: {text!r}")
        years, months, weeks, days = (int(part or 0) for part in found.groups())
        return cls(years * 12 + months, weeks * 7 + days, text)

    def after(self, day: date) -> date:
        """The day on which the period that starts on `day` has run out."""
        return add_months(day, self.months) + timedelta(days=self.days)

    def before(self, day: date) -> date:
        """The day from which the period leads to `day`."""
        return add_months(day - timedelta(days=self.days), -self.months)

    def latest_start(self, today: date) -> date:
        """No period that starts after this day has run out today; some that start before it may not have either."""
        return self.before(today) + timedelta(days=_ANCHOR_SLACK_DAYS)


@dataclass(frozen=True, slots=True)
class YearEnd:
    """The last day of a company's financial year."""

    month: int = 12
    day: int = 31

    @classmethod
    def parse(cls, text: str) -> YearEnd:
        """Read `MM-DD`; 02-29 is refused, 02-28 meant the last of February.

        Raises:
            ValueError: it is no such day.
        """
        try:
            day = date.fromisoformat(f"2001-{text}")
        except ValueError:
            raise ValueError(f"is not the last day of a financial year such as 12-31: {text!r}") from None
        return cls(day.month, day.day)

    def of(self, day: date) -> date:
        """The end of the financial year that a day lies in."""
        end = self._in(day.year)
        return end if day <= end else self._in(day.year + 1)

    def years_after(self, day: date, years: int) -> date:
        """The end of the n-th financial year after the one that a day lies in; before it where n is negative."""
        return self._in(self.of(day).year + years)

    def _in(self, year: int) -> date:
        # The month's last day stays its last day in leap years.
        last = add_months(date(year, self.month, 1), 1) - timedelta(days=1)
        is_last = (date(2001, self.month, self.day) + timedelta(days=1)).day == 1
        return last if is_last else date(year, self.month, self.day)
