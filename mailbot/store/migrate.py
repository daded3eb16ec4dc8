"""Bringing the database to the tables that this version of the program works with.

Every command that opens the database calls `upgrade`, so the usual case, nothing to be done, costs one query and does
not load alembic.
"""

from __future__ import annotations

from pathlib import Path

import structlog
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DatabaseError

from mailbot.errors import MailbotError
from mailbot.store.engine import reading

FOLDER = Path(__file__).parent / "migrations"
_ADVISORY_LOCK = 0x6D696772  # 'migr': one process at a time migrates on PostgreSQL; SQLite has its write lock
_log = structlog.get_logger(__name__)


class DatabaseTooNew(MailbotError):
    """The database was written by a later version, whose tables this one does not know."""


class MigrationFailed(MailbotError):
    """The database did not take the change; it is as it was before."""


def upgrade(engine: Engine) -> bool:
    """Bring the tables up to date, in one transaction. Safe when several processes start at once.

    Returns:
        Whether there was anything to do.

    Raises:
        DatabaseTooNew: the database was made by a later version of the program.
        MigrationFailed: the database refused, such as for want of rights.
    """
    found, known = version(engine), revisions()
    if found == known[-1]:
        return False
    if found is not None and found not in known:
        raise DatabaseTooNew(
            f"database.url: made by a later mailbot (tables {found}, this one knows up to {known[-1]});"
            " run that version, or restore a backup"
        )
    try:
        with engine.begin() as connection:
            _migrate(connection)
    except DatabaseError as error:
        raise MigrationFailed(
            f"database.url: the tables cannot be made or changed ({type(error.orig).__name__});"
            " may this user create tables there?"
        ) from None
    _log.info("database_upgraded", before=found, after=known[-1])
    return True


def version(engine: Engine) -> str | None:
    """The revision that the database stands at; None if it holds no tables of ours yet."""
    try:
        with reading(engine) as session:
            return session.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except DatabaseError:  # there is no such table; whatever else is wrong will say so to the one who migrates
        return None


def revisions() -> list[str]:
    """Every revision that this version knows, oldest first: the numbers that the migrations' file names begin with."""
    return sorted(path.name.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*_*.py"))


def _migrate(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - a tenth of a second that no other command pays
    from alembic.config import Config  # noqa: PLC0415

    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
