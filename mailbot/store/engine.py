"""Opening mailbot's own database: SQLite as the embedded default, PostgreSQL for several replicas."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError
from sqlmodel import Session

from mailbot.errors import MailbotError, SettingsError

READS_ONLY = "mailbot_reads_only"
SQLITE_BUSY_SECONDS = 30
"""How long a writer waits for another one before it gives up."""


class DatabaseUnreachable(MailbotError, ConnectionError):
    """The database of mailbot's own cannot be opened."""


def open_engine(url: str) -> Engine:
    """An engine whose transactions on SQLite take the write lock at once, so that read-then-write cannot deadlock.

    Raises:
        SettingsError: the URL is not one that the program has a driver for.
    """
    try:
        parsed = make_url(url)
        if parsed.drivername in {"postgresql", "postgres"}:
            parsed = parsed.set(drivername="postgresql+psycopg")
        engine = create_engine(parsed, pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError):
        raise SettingsError("database.url: not a URL of SQLite or PostgreSQL, such as postgresql://host/name") from None
    if parsed.get_backend_name() == "sqlite":
        _prepare_sqlite(engine, parsed.database)
    return engine


def check_reachable(engine: Engine) -> None:
    """Open one connection.

    Raises:
        DatabaseUnreachable: naming the server or file, never the password.
    """
    try:
        with engine.connect():
            pass
    except OperationalError:
        where = engine.url.render_as_string(hide_password=True)
        raise DatabaseUnreachable(
            f"database.url: cannot open {where}; is it running, and may this user open it?"
        ) from None


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that only reads, a consistent view of one moment; on SQLite it waits for no writer and stops none."""
    with engine.connect() as connection:
        view = connection.execution_options(**{READS_ONLY: True})
        with Session(view, expire_on_commit=False, autoflush=False) as session:
            yield session


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """A session whose work is committed as one when the block ends, and undone if it raises."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


def _prepare_sqlite(engine: Engine, database: str | None) -> None:
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:  # noqa: ANN401 - the driver's own connection
        connection.isolation_level = None  # BEGIN is ours, below
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute(f"PRAGMA busy_timeout={SQLITE_BUSY_SECONDS * 1000}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:  # noqa: ANN401 - SQLAlchemy's connection, passed through
        reads_only = connection.get_execution_options().get(READS_ONLY)
        connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")
