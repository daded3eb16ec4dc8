"""Opening the database: what can go wrong is said, work is done whole or not at all, and readers stop nobody."""

import stat
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import StatementError

from mailbot.errors import SettingsError
from mailbot.store.engine import DatabaseUnreachable, check_reachable, open_engine, reading, transaction
from mailbot.store.tables import Lease

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)


def names(engine):
    with reading(engine) as session:
        return sorted(session.scalars(text("SELECT name FROM lease")))


def test_work_that_fails_is_undone_as_a_whole(engine):
    def write_and_fail():
        with transaction(engine) as session:
            session.add(Lease(name="intake", owner="me", until=NOW))
            session.flush()
            raise InterruptedError

    with pytest.raises(InterruptedError):
        write_and_fail()
    assert names(engine) == []


def test_what_was_committed_stays(engine):
    with transaction(engine) as session:
        session.add(Lease(name="intake", owner="me", until=NOW))
    assert names(engine) == ["intake"]


def test_a_reader_keeps_its_view_while_somebody_writes(engine):
    isolated = engine.execution_options(isolation_level="REPEATABLE READ") if engine.name == "postgresql" else engine
    with reading(isolated) as session:
        assert session.scalar(text("SELECT count(*) FROM lease")) == 0
        with transaction(engine) as writer:
            writer.add(Lease(name="intake", owner="me", until=NOW))
        assert session.scalar(text("SELECT count(*) FROM lease")) == 0
    assert names(engine) == ["intake"]


def test_an_instant_comes_back_as_the_same_instant_in_utc(engine):
    with transaction(engine) as session:
        session.add(Lease(name="intake", owner="me", until=NOW))
    with reading(engine) as session:
        until = session.get_one(Lease, "intake").until
    assert (until, until.tzinfo) == (NOW, UTC)


def test_a_naive_datetime_is_refused(engine):
    with pytest.raises(StatementError, match="naive datetime"), transaction(engine) as session:
        session.add(Lease(name="intake", owner="me", until=NOW.replace(tzinfo=None)))


def test_the_embedded_database_lies_in_a_folder_for_its_owner_alone(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'made' / 'mailbot.db'}")
    check_reachable(engine)
    engine.dispose()
    assert stat.S_IMODE((tmp_path / "made").stat().st_mode) == 0o700


def test_the_embedded_database_keeps_foreign_keys_and_forgets_what_is_deleted(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'mailbot.db'}")
    with engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("foreign_keys", "secure_delete")
        }
    engine.dispose()
    assert pragmas == {"foreign_keys": 1, "secure_delete": 1}


@pytest.mark.parametrize("url", ["nonsense", "mongodb://somewhere/db", ""])
def test_a_url_of_no_database_is_the_settings_mistake(url):
    with pytest.raises(SettingsError, match=r"^database\.url: not a URL of SQLite or PostgreSQL"):
        open_engine(url)


def test_a_server_that_does_not_answer_is_named_without_its_password():
    engine = open_engine("postgresql://mailbot:hemligt@127.0.0.1:9/mailbot")
    with pytest.raises(DatabaseUnreachable, match="cannot open postgresql") as failed:
        check_reachable(engine)
    assert "hemligt" not in str(failed.value)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_the_usual_names_of_postgresql_find_the_driver(scheme):
    assert open_engine(f"{scheme}://host/name").url.drivername == "postgresql+psycopg"
