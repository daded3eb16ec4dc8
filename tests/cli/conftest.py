"""The command line as somebody at a terminal uses it, on an installation of its own."""

import io
import json
import logging
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog

from mailbot.cli import main
from tests.flow.conftest import ANNA, World


@dataclass
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.code == 0, self.err
        assert self.out.count("\n") == 1
        return json.loads(self.out)


Command = Callable[..., Done]


@pytest.fixture
def mailbot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Command]:
    """`mailbot("queue", "--json")` in a folder with settings, `stdin=b'…'` on standard input."""
    settings = 'address = "dataskydd@winlas.se"\ndata_dir = "."\n[policy]\nundo_seconds = 60\n'
    (tmp_path / "mailbot.toml").write_text(settings)
    monkeypatch.chdir(tmp_path)
    root, hook = logging.getLogger(), threading.excepthook
    handlers, level = root.handlers, root.level

    def run(*arguments: str, stdin: bytes = b"") -> Done:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capsys.readouterr()
        code = main(arguments)
        return Done(code, *capsys.readouterr())

    yield run
    root.handlers, threading.excepthook = handlers, hook
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def world(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    """The same installation, from the people's side."""
    if "waiting" in request.fixturenames:
        request.getfixturevalue("waiting")  # brings the installation that the world is to stand on
    world = World(tmp_path, policy={"undo_seconds": 60})
    yield world
    world.close()


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation in which an erasure is proven and waits for the officer, to be copied."""
    folder = tmp_path_factory.mktemp("installation")
    world = World(folder)
    world.receive(ANNA, "erasure", subject="Radera mig")
    world.answer(ANNA, "Ja")
    assert world.requests() == [("erasure", "queued")]
    world.close()
    return folder


@pytest.fixture
def waiting(installation: Path, tmp_path: Path) -> str:
    """The number of the case that waits."""
    shutil.copytree(installation, tmp_path, dirs_exist_ok=True)
    return "DS-2026-00001"
