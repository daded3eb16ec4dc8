"""The tables of a migrated database are those that the program works with, however and by whomever it was migrated."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event, inspect, text

from mailbot.store import migrate, tables
from mailbot.store.engine import open_engine

TABLES = tables.SQLModel.metadata


def test_a_migrated_database_has_the_tables_that_the_program_works_with(engine):
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), TABLES) == []


def test_the_database_holds_nothing_but_what_is_declared(engine):
    assert set(inspect(engine).get_table_names()) == {*TABLES.tables, "alembic_version"}


def test_migrating_again_does_nothing_and_asks_once(engine):
    asked = []
    event.listen(engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    assert migrate.upgrade(engine) is False
    assert [query for query in asked if not query.startswith("BEGIN")] == ["SELECT version_num FROM alembic_version"]


def test_processes_that_start_at_once_all_find_it_migrated(database_url):
    together = Barrier(4)

    def start(_number):
        engine = open_engine(database_url)
        together.wait()
        try:
            migrate.upgrade(engine)
            return migrate.version(engine)
        finally:
            engine.dispose()

    with ThreadPoolExecutor(4) as starters:
        assert set(starters.map(start, range(4))) == {migrate.revisions()[-1]}


def test_a_database_of_a_later_version_is_left_alone(empty_engine):
    engine = empty_engine
    migrate.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(migrate.DatabaseTooNew, match=r"made by a later mailbot \(tables 9999"):
        migrate.upgrade(engine)
    assert migrate.version(engine) == "9999"


def test_a_migration_that_fails_leaves_the_database_as_it_was(empty_engine):
    with empty_engine.begin() as connection:
        connection.execute(text("CREATE TABLE duty (id INTEGER)"))  # stands in the way of one of the last tables
    with pytest.raises(migrate.MigrationFailed, match="cannot be made or changed"):
        migrate.upgrade(empty_engine)
    assert inspect(empty_engine).get_table_names() == ["duty"]


def test_file_names_and_alembic_agree_on_the_order_of_the_migrations():
    config = Config()
    config.set_main_option("script_location", str(migrate.FOLDER))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    assert [script.revision for script in scripts.walk_revisions()][::-1] == migrate.revisions()


def test_a_database_that_is_up_to_date_does_not_load_alembic(engine):
    code = (
        "import sys; from mailbot.store.engine import open_engine; from mailbot.store.migrate import upgrade;"
        f"print(upgrade(open_engine({str(engine.url)!r})), 'alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"
