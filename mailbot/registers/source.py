"""What every kind of system of record can do; `sql` and `http` implement it, `register` puts several together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from mailbot.core.datamap import DataSet
from mailbot.core.keeping import RetentionRule
from mailbot.core.plan import Outcome, Row, Step, Value


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
