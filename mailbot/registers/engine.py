"""Database engines for registers: nothing that a row holds gets into a log or a message."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError, SQLAlchemyError

from mailbot.registers.errors import RegisterError, RegisterSetupError

BUSY_MILLISECONDS = 30_000


def open_engine(url: str, name: str) -> Engine:
    """An engine for a SQLAlchemy URL. SQLite gets a write-ahead log, patience, and a write lock before a write begins.

    Args:
        url: the database.
        name: what to call it in messages; the URL itself can hold a password.

    Raises:
        RegisterSetupError: the URL is none, or its driver is not installed.
    """
    try:
        parsed = make_url(url)
        if parsed.drivername in {"postgresql", "postgres"}:
            parsed = parsed.set(drivername="postgresql+psycopg")
        engine = create_engine(parsed, hide_parameters=True, pool_pre_ping=parsed.get_backend_name() != "sqlite")
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise RegisterSetupError(f"{name}: not a usable database URL ({type(error).__name__})") from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def reading(engine: Engine, name: str) -> Iterator[Connection]:
    """A connection that only reads.

    Raises:
        RegisterError: the database fails.
    """
    with _named(name), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine, name: str) -> Iterator[Connection]:
    """One transaction, committed at the end and rolled back when anything is raised.

    Raises:
        RegisterError: the database fails.
    """
    with _named(name), engine.execution_options(mailbot_writes=True).begin() as connection:
        yield connection


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Say which database failed and how, and nothing of what the statement held."""
    try:
        yield
    except OperationalError as error:
        raise RegisterError(f"{name}: the database does not answer ({_code(error)}); is it running?") from None
    except DBAPIError as error:
        raise RegisterError(f"{name}: the database refused a statement ({_code(error)})") from None
    except SQLAlchemyError as error:
        raise RegisterError(f"{name}: the database cannot be used ({type(error).__name__})") from None


def _code(error: DBAPIError) -> str:
    """The driver's class or SQLSTATE: its text can quote a row."""
    state = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None)
    return str(state or type(error.orig).__name__)


def _prepare_sqlite(connection: Any, _record: Any) -> None:  # noqa: ANN401 - the driver's own
    # The driver's own transactions begin too late; ours are begun below.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        f"busy_timeout={BUSY_MILLISECONDS}",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("mailbot_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
