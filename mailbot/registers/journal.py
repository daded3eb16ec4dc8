"""Steps that were carried out, written down in the same transaction, so that a replay after a crash does nothing more.

The embedded register has the table. In a company's own database it is used where somebody has created it
(docs/data-map.md); without it a replay still changes nothing, since steps say how rows are to be, not what to add.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import JSON, Column, Connection, Engine, MetaData, String, Table, inspect, select
from sqlalchemy.exc import IntegrityError

from mailbot.core.plan import Outcome
from mailbot.core.plandata import outcome_from_data, outcome_to_data
from mailbot.registers.engine import reading, writing

TABLE = "mailbot_applied"


class Journal:
    """The table of steps done in one database, if it has one."""

    def __init__(self, engine: Engine, name: str, schema: str | None) -> None:
        self._engine, self._name = engine, name
        self._table = _table(schema)
        self._there: bool | None = None

    @staticmethod
    def create(connection: Connection) -> None:
        """Make the table, unless it is there."""
        _table(None).create(connection, checkfirst=True)

    def once(self, key: str, act: Callable[[Connection], Outcome]) -> Outcome:
        """Do something in one transaction, or give what came of it when it was done before."""
        try:
            with writing(self._engine, self._name) as connection:
                if not self._used(connection):
                    return act(connection)
                done = self._done(connection, key)
                if done is None:
                    done = act(connection)
                    self._note(connection, key, done)
                return done
        except _DoneElsewhereError:
            with reading(self._engine, self._name) as connection:
                done = self._done(connection, key)
            if done is None:
                raise
            return done

    def _used(self, connection: Connection) -> bool:
        if self._there is None:
            self._there = inspect(connection).has_table(TABLE, schema=self._table.schema)
        return self._there

    def _done(self, connection: Connection, key: str) -> Outcome | None:
        data = connection.execute(select(self._table.c.outcome).where(self._table.c.key == key)).scalar()
        return outcome_from_data(data) if data else None

    def _note(self, connection: Connection, key: str, outcome: Outcome) -> None:
        try:
            connection.execute(self._table.insert().values(key=key, outcome=outcome_to_data(outcome)))
        except IntegrityError:
            raise _DoneElsewhereError from None


def _table(schema: str | None) -> Table:
    key = Column("key", String(200), primary_key=True)
    return Table(TABLE, MetaData(), key, Column("outcome", JSON, nullable=False), schema=schema)


class _DoneElsewhereError(Exception):
    """Another process finished the same step while this one was at it; this transaction is rolled back."""
