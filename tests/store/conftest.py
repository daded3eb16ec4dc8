"""Each database that the store runs on. It is migrated once and emptied for each test, which is quicker."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from mailbot.store.engine import open_engine
from mailbot.store.migrate import upgrade
from mailbot.store.tables import SQLModel
from tests.support.postgres import Postgres

BACKENDS = ("sqlite", "postgresql")


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'mailbot.db'}"
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def empty_engine(database_url: str) -> Iterator[Engine]:
    """An engine on a database without tables."""
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture(params=BACKENDS)
def engine(request: pytest.FixtureRequest) -> Engine:
    """An engine on a database that is up to date and holds nothing."""
    return request.getfixturevalue(f"{request.param}_engine")


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with tables, to be copied."""
    path = tmp_path_factory.mktemp("store") / "mailbot.db"
    engine = open_engine(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def sqlite_engine(migrated_file: Path, tmp_path: Path) -> Iterator[Engine]:
    """SQLite."""
    engine = open_engine(f"sqlite:///{shutil.copy(migrated_file, tmp_path)}")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def migrated_postgres(postgres: Postgres) -> Iterator[Engine]:
    """A PostgreSQL database with tables."""
    with postgres.new_database() as url:
        engine = open_engine(url)
        upgrade(engine)
        yield engine
        engine.dispose()


@pytest.fixture
def postgresql_engine(migrated_postgres: Engine) -> Iterator[Engine]:
    """PostgreSQL."""
    yield migrated_postgres
    with migrated_postgres.begin() as connection:  # TRUNCATE takes twenty times as long
        for table in reversed(SQLModel.metadata.sorted_tables):
            connection.execute(table.delete())
        connection.execute(text("SELECT setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences"))
