"""Carrying one step of a plan out in a database, inside the caller's transaction.

A step says how rows are to be. A row that is so already counts as done, a row that has become somebody else's or was
changed since the plan was made is left alone: so a replay changes nothing and reports the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, func, or_, select

from mailbot.core.datamap import DataSet
from mailbot.core.plan import Operation, Outcome, Row, Step, Value
from mailbot.registers.source import NEEDS_ITS_ROW, WRITES, guarding
from mailbot.registers.sqlvalues import chunks, key_text, key_values, to_column, to_value


def carry_out(connection: Connection, table: Table, dataset: DataSet, step: Step) -> Outcome:
    """Do what the step says and report it, without content."""
    wanted, left = len(step.before), 0
    if step.operation is Operation.SUPPRESS:
        wanted = _suppress(connection, table, dataset, step)
    elif step.operation is Operation.ERASE:
        left = _erase(connection, table, dataset, step)
    elif step.operation in WRITES:
        left = _write(connection, table, dataset, step)
    return Outcome(step.dataset, step.operation, wanted - left, step.ground, step.until, left)


def _erase(connection: Connection, table: Table, dataset: DataSet, step: Step) -> int:
    """Delete the rows that still are the person's; give how many are not."""
    now = _current(connection, table, dataset, step.before, guarding(dataset, step))
    mine = [row.key for row in step.before if row.key in now and _still(row, now[row.key], {})]
    for condition in _with_keys(table, dataset, mine):
        connection.execute(table.delete().where(condition))
    return len(now) - len(mine)


def _write(connection: Connection, table: Table, dataset: DataSet, step: Step) -> int:
    """Write new values into the rows that still are as the plan knew them; give how many are not."""
    now = _current(connection, table, dataset, step.before, guarding(dataset, step))
    alike: defaultdict[tuple[tuple[str, Value], ...], list[str]] = defaultdict(list)
    left = 0
    for row in step.before:
        after = step.after[row.key]
        if row.key in now and _still(row, now[row.key], after):
            alike[tuple(sorted(after.items()))].append(row.key)
        elif row.key in now or step.operation in NEEDS_ITS_ROW:
            left += 1
    for values, keys in alike.items():
        written = {name: to_column(value, table.c[name]) for name, value in values}
        for condition in _with_keys(table, dataset, keys):
            connection.execute(table.update().where(condition).values(written))
    return left


def _suppress(connection: Connection, table: Table, dataset: DataSet, step: Step) -> int:
    """Put the addresses on the list that are not yet; give how many stand on it then."""
    if dataset.suppression is None:
        raise LookupError(f"data set {dataset.id} is no suppression list")
    address = func.lower(func.trim(table.c[dataset.suppression.address]))
    listed: set[str] = set()
    for portion in chunks(list(step.after)):
        listed.update(connection.execute(select(address).where(address.in_(portion))).scalars())
    new = [
        {name: to_column(value, table.c[name]) for name, value in values.items()}
        for one, values in step.after.items()
        if one not in listed
    ]
    if new:
        connection.execute(table.insert(), new)
    return len(step.after)


def _still(row: Row, now: Mapping[str, Value], after: Mapping[str, Value]) -> bool:
    """Whether a row is as the plan knew it, or already as the plan wants it."""
    return all(value in (row.values.get(name), after.get(name, row.values.get(name))) for name, value in now.items())


def _current(
    connection: Connection, table: Table, dataset: DataSet, rows: Sequence[Row], columns: Collection[str]
) -> dict[str, dict[str, Value]]:
    """These columns of the rows that are there, by row key."""
    names = tuple(dict.fromkeys(columns))
    keys = [table.c[name] for name in dataset.key]
    found = {}
    for condition in _with_keys(table, dataset, [row.key for row in rows]):
        chosen: Sequence[Any] = [*keys, *(table.c[name].label(f"f_{name}") for name in names)]
        for record in connection.execute(select(*chosen).where(condition).with_for_update()):
            values = map(to_value, record[len(keys) :])
            found[key_text(record[: len(keys)])] = dict(zip(names, values, strict=True))
    return found


def _with_keys(table: Table, dataset: DataSet, keys: Sequence[str]) -> Iterator[ColumnElement[bool]]:
    """Conditions that together hold for the rows with these keys."""
    columns = [table.c[name] for name in dataset.key]
    for portion in chunks(keys):
        values = [key_values(key, columns) for key in portion]
        if len(columns) == 1:
            yield columns[0].in_([only for (only,) in values])
        else:
            yield or_(*(and_(*(column == part for column, part in zip(columns, each, strict=True))) for each in values))
