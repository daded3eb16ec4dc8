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
    LIFT = "lift"
    """A restriction ends; the person was told before (18(3))."""
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
class Holdings:
    """All that the registers hold on one person: rows per data set in the map's order, empty data sets left out."""

    person: str
    rows: Mapping[str, tuple[Row, ...]]
    contacts: Mapping[str, str] = field(default_factory=dict)
    """The privacy contact's address of every customer that the person's records belong to, by the customer's name."""

    @property
    def counts(self) -> dict[str, int]:
        """How many rows each data set holds: the finding of a search, without content (rule 26)."""
        return {dataset: len(rows) for dataset, rows in self.rows.items()}


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody who has to be told of a step: a recipient (Article 19, rule 19) or a customer (Article 28, rule 18)."""

    name: str
    contact: str | None
    """The e-mail address; None where the officer has to reach them otherwise."""


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to some rows of one data set.

    `before` holds the rows as they were when the plan was made, our own fields only (SHOW: what is shown; REFER: no
    values at all). `fields` are the fields that the step is about. `after` holds what CHANGE, BLANK, RESTRICT, LIFT and
    WITHDRAW write, by row key, and what SUPPRESS puts on the list, by address. `ground` is an id under the map's
    `grounds`; `until` the last day that KEEP keeps, None while its ground lasts. `reason` is a code that templates and
    console have words for.
    """

    dataset: str
    operation: Operation
    before: tuple[Row, ...] = ()
    fields: tuple[str, ...] = ()
    after: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    ground: str = ""
    until: date | None = None
    reason: str = ""
    notify: tuple[Told, ...] = ()
    """Who has to be told. For REFER it holds customers that may not be named to the person yet."""
    named: tuple[str, ...] = ()
    """For REFER: the customers that the person may be told of – none before the person is proven (rule 18)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that one request will do. `obstacles` are codes for why no machine may carry it out alone (empty: it may)."""

    kind: Kind
    person: str
    steps: tuple[Step, ...]
    obstacles: tuple[str, ...] = ()
    confirm: str | None = None
    """The new e-mail address that has to be confirmed as well before the plan is carried out."""

    def steps_of(self, *operations: Operation) -> tuple[Step, ...]:
        """The steps that do one of some things."""
        return tuple(step for step in self.steps if step.operation in operations)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step did, without content. Replaying the step gives the same."""

    dataset: str
    operation: Operation
    rows: int
    """How many rows are now as the step wants them."""
    ground: str = ""
    until: date | None = None
    left: int = 0
    """Rows that no longer were what the plan was made from, and were left alone: an officer has to look."""
