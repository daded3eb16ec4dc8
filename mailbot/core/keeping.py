"""How long rows are kept and what an erasure does to them: the map's rules for Articles 5(1)(e) and 17."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from mailbot.core.plan import Row
from mailbot.core.terms import Period, YearEnd
from mailbot.core.values import filled
from mailbot.core.wording import Name, Strict


def _period(text: str) -> str:
    Period.parse(text)
    return text


PeriodText = Annotated[str, AfterValidator(_period)]

Where = dict[str, Literal["filled", "empty"]]
"""A condition on a row: columns that all have to be filled or empty."""


def meets(row: Row, where: Mapping[str, str]) -> bool:
    """Whether a row meets a condition of the map."""
    return all(filled(row.values.get(column)) == (state == "filled") for column, state in where.items())


class Until(Strict):
    """The end of the n-th financial year after the one that a date lies in."""

    financial_years: int = Field(ge=1, le=50)
    after: Name


class EraseRule(Strict):
    """What an erasure does to the rows that meet `where`; the first rule that fits counts."""

    do: Literal["delete", "blank", "keep"]
    where: Where = Field(default_factory=dict)
    blank: tuple[str, ...] = ()
    """Fields that are emptied, the row stays: with `blank` all that is done, with `keep` what need not be kept."""
    ground: str | None = None
    until: Until | None = None
    """Last day of keeping; without it the ground holds until further notice."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.do == "keep" and not self.ground:
            raise ValueError("what is kept needs a ground")
        if self.do == "blank" and not self.blank:
            raise ValueError("what is blanked has to be named in `blank`")
        if self.do == "delete" and (self.blank or self.ground or self.until):
            raise ValueError("a deleted row has no `blank`, `ground` or `until`")
        if set(self.blank) & set(self.where):
            # Emptied, the row would meet another rule next time, perhaps one that deletes what this one keeps.
            raise ValueError("a field that `where` looks at cannot be in `blank` of the same rule")
        return self


class RetentionRule(Strict):
    """When rows that meet `where` are purged without being asked: a period or financial years after a date column."""

    after: Name
    period: PeriodText | None = None
    financial_years: int | None = Field(None, ge=1, le=50)
    remind: PeriodText | None = None
    """How long before the person is reminded, so that what is still in use can be renewed."""
    do: Literal["delete", "blank"]
    blank: tuple[str, ...] = ()
    where: Where = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.period is None) == (self.financial_years is None):
            raise ValueError("give either `period` or `financial_years`")
        if (self.do == "blank") != bool(self.blank):
            raise ValueError("`blank` names the fields to empty, and only when `do` is blank")
        return self

    def due(self, start: date, year_end: YearEnd) -> date:
        """The first day on which a row whose date is `start` is to be purged."""
        if self.period is not None:
            return Period.parse(self.period).after(start)
        return Period(0, 1, "P1D").after(year_end.years_after(start, self.financial_years or 0))

    def latest_start(self, today: date, year_end: YearEnd) -> date:
        """No row whose date is after this day is due, or to be reminded of, today; a bound for a search."""
        horizon = Period.parse(self.remind).after(today) if self.remind else today
        if self.period is not None:
            return Period.parse(self.period).latest_start(horizon)
        return year_end.years_after(horizon, -1 - (self.financial_years or 0))

    def reminder_day(self, due: date) -> date | None:
        """The day from which the person is to be reminded."""
        return Period.parse(self.remind).before(due) if self.remind else None
