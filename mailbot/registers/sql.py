"""A system of record in a database that SQLAlchemy reaches: tables are reflected and compared with the map."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Engine,
    MetaData,
    Table,
    and_,
    func,
    inspect,
    or_,
    select,
)
from sqlalchemy.exc import NoSuchTableError
from sqlalchemy.types import String

from mailbot.core.datamap import DataSet
from mailbot.core.keeping import RetentionRule
from mailbot.core.plan import Outcome, Row, Step, Value
from mailbot.registers.engine import reading
from mailbot.registers.errors import RegisterSetupError
from mailbot.registers.journal import Journal
from mailbot.registers.source import How, Matching, misfit
from mailbot.registers.sqlapply import carry_out
from mailbot.registers.sqlvalues import chunks, key_text, to_value


class SqlRegister:
    """Data sets that are tables of one database.

    Args:
        engine: from `open_engine`.
        name: what to call the source in messages.
        schema: the database schema that the tables lie in; None for the default one.
    """

    def __init__(self, engine: Engine, name: str, schema: str | None = None) -> None:
        self.engine, self.name, self.schema = engine, name, schema
        self._tables: dict[str, Table] = {}
        self._journal = Journal(engine, name, schema)

    def check(self, datasets: Sequence[DataSet]) -> None:
        for dataset in datasets:
            self._table(dataset)

    def rows(self, dataset: DataSet, columns: Sequence[str], matching: Matching) -> tuple[Row, ...]:
        table = self._table(dataset)
        found: dict[str, Row] = {}
        with reading(self.engine, self.name) as connection:
            for values in chunks(matching.values):
                condition = or_(*_matches(table, matching, values, self.engine.dialect.name))
                found |= {row.key: row for row in _select(connection, table, dataset, columns, condition)}
        return tuple(found.values())

    def due(self, dataset: DataSet, rule: RetentionRule, latest: date) -> tuple[Row, ...]:
        table = self._table(dataset)
        conditions = [_not_after(table.c[rule.after], latest)]
        conditions += [_is(table.c[name], state) for name, state in rule.where.items()]
        if rule.blank:
            conditions.append(or_(*(_is(table.c[name], "filled") for name in rule.blank)))
        if dataset.restriction:
            conditions.append(_is(table.c[dataset.restriction], "empty"))
        with reading(self.engine, self.name) as connection:
            return tuple(_select(connection, table, dataset, dataset.own_fields, and_(*conditions)))

    def addresses(self, dataset: DataSet) -> Iterator[str]:
        table = self._table(dataset)
        for name in dataset.match.addresses:
            with reading(self.engine, self.name) as connection:
                statement = select(table.c[name]).where(_is(table.c[name], "filled")).distinct()
                yield from map(str, connection.execution_options(yield_per=1000).execute(statement).scalars())

    def apply(self, dataset: DataSet, step: Step, idempotency_key: str) -> Outcome:
        table = self._table(dataset)
        return self._journal.once(idempotency_key, lambda connection: carry_out(connection, table, dataset, step))

    def close(self) -> None:
        self.engine.dispose()

    def _table(self, dataset: DataSet) -> Table:
        """The reflected table, compared with the map when it is first used."""
        if dataset.table not in self._tables:
            with reading(self.engine, self.name) as connection:
                table = self._reflected(dataset, connection)
            key = [column.name for column in table.primary_key]
            if what := misfit(dataset, [column.name for column in table.columns], key or dataset.key):
                raise self._unfit(dataset, what)
            self._tables[dataset.table] = table
        return self._tables[dataset.table]

    def _reflected(self, dataset: DataSet, connection: Connection) -> Table:
        """Columns and key as the database has them; indexes and foreign keys are not needed. Views have no key."""
        inspector = inspect(connection)
        try:
            columns = inspector.get_columns(dataset.table, schema=self.schema)
        except NoSuchTableError:
            raise self._unfit(dataset, f"there is no table {dataset.table!r}") from None
        key = inspector.get_pk_constraint(dataset.table, schema=self.schema)["constrained_columns"]
        described = (Column(each["name"], each["type"], primary_key=each["name"] in key) for each in columns)
        return Table(dataset.table, MetaData(), *described, schema=self.schema)

    def _unfit(self, dataset: DataSet, what: str) -> RegisterSetupError:
        return RegisterSetupError(f"{self.name}: data set {dataset.id}: {what}")


def _select(
    connection: Connection,
    table: Table,
    dataset: DataSet,
    columns: Sequence[str],
    condition: ColumnElement[bool],
) -> Iterator[Row]:
    keys = [table.c[name] for name in dataset.key]
    statement = select(*keys, *(table.c[name].label(f"f_{name}") for name in columns)).where(condition).order_by(*keys)
    for record in connection.execute(statement):
        values = record[len(keys) :]
        yield Row(key_text(record[: len(keys)]), dict(zip(columns, map(to_value, values), strict=True)))


def _matches(table: Table, matching: Matching, values: Sequence[Value], dialect: str) -> Iterator[ColumnElement[bool]]:
    # Only SQLite is sure to compare letter by letter; elsewhere the order of signs is the locale's.
    indexed = dialect == "sqlite"
    for name in matching.columns:
        column = table.c[name]
        if matching.how is How.EXACT:
            yield column.in_(values)
            continue
        compared = func.lower(func.trim(column))
        yield compared.in_([str(value) for value in values])
        if matching.how is How.ADDRESS:
            yield from (_with_any_detail(compared, str(value), letter_by_letter=indexed) for value in values)


def _with_any_detail(compared: ColumnElement[str], address: str, *, letter_by_letter: bool) -> ColumnElement[bool]:
    """Whether a column holds an address with any sub-address: anna+x@kund.example for anna@kund.example (RFC 5233)."""
    local, _, domain = address.rpartition("@")
    begins = compared.startswith(f"{local}+", autoescape=True)
    if letter_by_letter:
        # The same as a range, which an index serves; ',' comes after '+'.
        begins = and_(compared >= f"{local}+", compared < f"{local},")
    return and_(begins, compared.endswith(f"@{domain}", autoescape=True))


def _not_after(column: Column[Any], latest: date) -> ColumnElement[bool]:
    """A plain comparison that an index serves, whether the column holds dates, moments or ISO 8601 text."""
    bound = latest + timedelta(days=1)
    limit = bound if isinstance(column.type, (Date, DateTime)) else bound.isoformat()
    present = and_(column.is_not(None), column != "") if isinstance(column.type, String) else column.is_not(None)
    return and_(present, column < limit)


def _is(column: Column[Any], state: str) -> ColumnElement[bool]:
    is_text = isinstance(column.type, String)
    if state == "filled":
        return and_(column.is_not(None), column != "") if is_text else column.is_not(None)
    return or_(column.is_(None), column == "") if is_text else column.is_(None)
