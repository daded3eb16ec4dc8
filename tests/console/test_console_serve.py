"""Listening and stopping."""

import time
from contextlib import closing
from pathlib import Path

import pytest

from mailbot.console.serve import listening
from mailbot.errors import SettingsError
from tests.console.conftest import Office, opened
from tests.flow.conftest import World


def test_a_port_that_is_taken_is_named() -> None:
    with listening("127.0.0.1", 0) as door:
        port = door.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"console\.port: cannot listen on 127\.0\.0\.1:{port}"):
            listening("127.0.0.1", port)


def test_a_host_that_is_none_is_named() -> None:
    with pytest.raises(SettingsError, match=r"console\.port: cannot listen on no-such-host\.invalid:8080"):
        listening("no-such-host.invalid", 8080)


def test_an_answer_on_a_kept_connection_does_not_wait_for_acknowledgements(standing_office: Office) -> None:
    with standing_office.visitor() as visitor:
        visitor.get("/health")
        begun = time.perf_counter()
        for _ in range(20):
            visitor.get("/health")
        # Nagle's algorithm against delayed acknowledgements costs 40 ms an answer, 0.8 s here.
        assert time.perf_counter() - begun < 0.8


def test_a_stopped_console_lets_the_port_go(tmp_path: Path) -> None:
    with closing(World(tmp_path)) as world:
        with opened(world) as office, office.visitor() as visitor:
            assert visitor.get("/health").status_code == 200
            port = int(office.url.rpartition(":")[2])
        listening("127.0.0.1", port).close()
