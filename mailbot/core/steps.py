"""Making the steps that several rights share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mailbot.core.datamap import DataMap, DataSet
from mailbot.core.plan import Operation, Row, Step, Told


def only(row: Row, fields: Sequence[str]) -> Row:
    """A row with some of its fields."""
    return Row(row.key, {name: row.values[name] for name in fields if name in row.values})


def recipients(data_map: DataMap, dataset: DataSet) -> tuple[Told, ...]:
    """Those who have to be told of rectification, erasure and restriction (Article 19)."""
    return tuple(Told(recipient.name, recipient.contact) for recipient in data_map.recipients_of(dataset.id))


def writing(
    dataset: DataSet,
    operation: Operation,
    rows: tuple[Row, ...],
    values: Mapping[str, str | None],
    *,
    notify: tuple[Told, ...] = (),
    reason: str = "",
) -> Step:
    """A step that writes the same values into every row."""
    after = {row.key: values for row in rows}
    return Step(dataset.id, operation, rows, tuple(values), after, reason=reason, notify=notify)


def erasing(dataset: DataSet, rows: tuple[Row, ...], *, notify: tuple[Told, ...] = (), reason: str = "") -> Step:
    """A step that deletes rows."""
    return Step(dataset.id, Operation.ERASE, rows, dataset.own_fields, reason=reason, notify=notify)
