"""PostgreSQL: a server of one's own, with a fresh database for each test."""

import itertools
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGINT

import psycopg
from psycopg import sql

from tests.support.parts import HOST, free_port, program, public_folder, running_as_root, served

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Postgres:
    """A running server that trusts whoever reaches it on loopback."""

    folder: Path
    host: str = HOST
    port: int = field(default_factory=free_port)
    user: str = "mailbot"

    @contextmanager
    def new_database(self) -> Iterator[str]:
        """Make an empty database, give its SQLAlchemy URL, and drop it with all its connections."""
        name = f"mailbot_{next(_numbers)}"
        database = sql.Identifier(name)
        self._run(sql.SQL("CREATE DATABASE {}").format(database))
        try:
            yield f"postgresql+psycopg://{self.user}@{self.host}:{self.port}/{name}"
        finally:
            self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(database))

    def answers(self) -> bool:
        try:
            self._run(sql.SQL("SELECT 1"))
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, statement: sql.Composable) -> None:
        with psycopg.connect(
            host=self.host, port=self.port, user=self.user, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement)


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Start a PostgreSQL of one's own and stop it afterwards. It refuses root, and runs as `postgres` then."""
    debian = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    initdb, binary = program("initdb", *debian), program("postgres", *debian)
    as_owner = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if running_as_root() else []
    with public_folder("postgres") as folder:
        if running_as_root():
            shutil.chown(folder, "postgres")
        server, data = Postgres(folder), folder / "data"
        kind = f"-U {server.user} -A trust -E UTF8 --locale=C.UTF-8 --no-sync".split()
        subprocess.run([*as_owner, initdb, "-D", data, *kind], check=True, capture_output=True, cwd=folder)
        settings = {
            "listen_addresses": server.host,
            "port": server.port,
            "unix_socket_directories": folder,
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "shared_buffers": "32MB",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [*as_owner, binary, "-D", str(data), *options]
        # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients to leave.
        with served(command, folder / "postgres.log", server.answers, stop=SIGINT):
            yield server
