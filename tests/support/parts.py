"""What the servers share: finding their programs, folders, ports, and starting and stopping them."""

import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

HOST = "127.0.0.1"
REQUIRED = os.environ.get("MAILBOT_REQUIRE_REAL_PARTS") == "1"

# Stops the server when standard input closes, which it also does when the tests are killed outright.
_LEASH = """\
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
{{ cat <&3; kill -s {stop} "$server"; }} &
wait "$server"
"""

# Below the range from which the kernel picks, so that no passing connection takes the port first.
_PORTS = range(20_000, 32_000)


def missing(reason: str) -> NoReturn:
    """Skip the test, or fail it where every server has been promised."""
    if REQUIRED:
        pytest.fail(f"{reason} (MAILBOT_REQUIRE_REAL_PARTS=1)", pytrace=False)
    pytest.skip(reason)


def program(name: str, *folders: str) -> str:
    """Return the path of a server's program, also where only root has it on the PATH."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", *folders])
    return shutil.which(name, path=path) or missing(f"{name} is not installed")


def running_as_root() -> bool:
    return os.geteuid() == 0


def free_port() -> int:
    for port in random.sample(_PORTS, k=100):
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise RuntimeError(f"no free port among a hundred of {_PORTS}")


@contextmanager
def public_folder(name: str) -> Iterator[Path]:
    """Make a folder that a server's own user can reach, and remove it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=f"mailbot-{name}-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def answers(port: int) -> Callable[[], bool]:
    def probe() -> bool:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            return False
        return True

    return probe


@contextmanager
def served(
    command: list[str], log: Path, ready: Callable[[], bool], *, stop: signal.Signals = signal.SIGTERM
) -> Iterator[None]:
    """Run a server in the foreground until the block ends, or the process that started it."""
    with log.open("ab") as out:
        server = subprocess.Popen(
            ["/bin/sh", "-c", _LEASH.format(stop=stop.name.removeprefix("SIG")), "leash", *command],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=log.parent,
            start_new_session=True,
        )
    try:
        _wait(server, ready, log)
        yield
    finally:
        try:
            server.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait(10)


def _wait(server: subprocess.Popen[bytes], ready: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + 30
    while not ready():
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{server.args!r} did not start: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)
