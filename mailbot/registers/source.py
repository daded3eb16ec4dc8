"""What every kind of system of record can do; `sql` and `http` implement it, `register` puts several together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from mailbot.core.datamap import DataSet
from mailbot.core.keeping import RetentionRule
from mailbot.core.plan import Operation, Outcome, Row, Step, Value


class How(StrEnum):
    """How a value is compared with a column."""

    ADDRESS = "address"
    """An e-mail address without sub-address, in lower case, equals the column's without its sub-address."""
    TEXT = "text"
    """Equal but for case and surrounding blanks."""
    EXACT = "exact"


@dataclass(frozen=True, slots=True)
class Matching:
    """Which rows are asked for: any of `columns` equals any of `values`."""

    columns: tuple[str, ...]
    values: tuple[Value, ...]
    how: How


WRITES = frozenset({Operation.CHANGE, Operation.BLANK, Operation.RESTRICT, Operation.LIFT, Operation.WITHDRAW})
"""Operations that write new values into rows."""

NEEDS_ITS_ROW = frozenset({Operation.CHANGE})
"""Operations for which a row that is gone is not as good as done."""


def guarding(dataset: DataSet, step: Step) -> tuple[str, ...]:
    """The columns that must still be as the plan knew them, or already as it wants them, for a row to be touched.

    They say that the row is the person's. A correction was asked for on what stood there, so it guards that as well;
    the other operations hold whatever stands there now.
    """
    through = dataset.match.through
    columns = (through.equals,) if through else dataset.match.addresses
    known = tuple(name for name in columns if step.before and name in step.before[0].values)
    return tuple(dict.fromkeys((*known, *(step.fields if step.operation is Operation.CHANGE else ()))))


def misfit(dataset: DataSet, columns: Collection[str], key: Collection[str]) -> str | None:
    """Why a table, or what a system offers under that name, is not what the map says; None where it is."""
    if lacking := sorted(dataset.columns - set(columns)):
        return f"{dataset.table!r} has no column {', '.join(lacking)}"
    # What the map does not speak of would never be shown to anybody, nor erased.
    if unspoken := sorted(set(columns) - dataset.columns - set(dataset.ignore)):
        what = f"{dataset.table!r} has columns that are no fields: {', '.join(unspoken)}"
        return f"{what}; describe them, or list them under ignore"
    if set(key) != set(dataset.key):
        return f"the key of {dataset.table!r} is {', '.join(key)}"
    return None


class Source(Protocol):
    """One system of record. Every method may raise `RegisterError`."""

    def check(self, datasets: Sequence[DataSet]) -> None:
        """See that it answers and holds what the map says.

        Raises:
            RegisterSetupError: it does not; the message names data set and column.
        """

    def rows(self, dataset: DataSet, columns: Sequence[str], matching: Matching) -> tuple[Row, ...]:
        """The rows that match, with these columns, in the order of the key; a bounded number of statements."""

    def due(self, dataset: DataSet, rule: RetentionRule, latest: date) -> tuple[Row, ...]:
        """Our own fields of the rows that a retention rule may concern.

        Their date is `latest` or before, the rule's condition is met, they are not restricted and – where fields are
        blanked – one of those is filled.
        """

    def apply(self, dataset: DataSet, step: Step, idempotency_key: str) -> Outcome:
        """Carry a step out, all of it or nothing. The same key again changes nothing and gives the same outcome."""

    def addresses(self, dataset: DataSet) -> Iterator[str]:
        """Every address that a data set found by address holds, as it stands there."""

    def close(self) -> None:
        """Give connections back."""
