"""A plan says what a request will do to each data set, row by row, before anything is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from mailbot.core.kinds import Kind

Value = str | int | float | bool | None
"""What a register's field holds, dates and times as ISO 8601 text."""


class Operation(StrEnum):
    """What a step does to the rows it names."""

    SHOW = "show"
    """Goes into the copy (15, 20)."""
    CHANGE = "change"
    """Fields get new values (16)."""
    ERASE = "erase"
    """Rows are deleted (17)."""
    BLANK = "blank"
    """Fields are emptied, the row stays (17, 5(1)(c))."""
    KEEP = "keep"
    """Stays, on a ground and until a day (17(3))."""
    RESTRICT = "restrict"
    """Storage only from now on (18)."""
    WITHDRAW = "withdraw"
    """A consent's end is written (7(3))."""
    SUPPRESS = "suppress"
    """The address goes on the suppression list (rule 21)."""
    REFER = "refer"
    """Processor data: nothing shown or changed, the customer is notified (rule 18)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a data set, as it stands in the register. `key` is the primary key's value as text."""

    key: str
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to some rows of one data set.

    `before` holds the rows as they were when the plan was made (for SHOW: what is shown); `after` the fields that a
    CHANGE, BLANK, RESTRICT or WITHDRAW writes, by row key. `until` is the last day that KEEP keeps. `reason` is a code
    that templates and console have words for.
    """

    dataset: str
    operation: Operation
    before: tuple[Row, ...] = ()
    after: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    ground: str = ""
    until: date | None = None
    reason: str = ""
    notify: tuple[str, ...] = ()
    """Who has to be told (rule 18: the customer's privacy contact; rule 19: recipients), by name or address."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that one request will do. `obstacles` are codes for why no machine may carry it out alone (empty: it may)."""

    kind: Kind
    person: str
    steps: tuple[Step, ...]
    obstacles: tuple[str, ...] = ()
