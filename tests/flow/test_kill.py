"""SIGKILL in the middle of carrying out an erasure: afterwards it is done once, and answered under one Message-ID."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from mailbot.flow import officer
from tests.flow.conftest import ANNA
from tests.flow.test_time import EVENTS, hold

POINTS = int(os.environ.get("KILL_POINTS", "12"))
"""`KILL_POINTS=250 pytest tests/flow/test_kill.py` is the full check, of some minutes."""


def test_a_kill_at_any_line_loses_nothing_and_does_nothing_twice(new_world, tmp_path: Path) -> None:
    world = new_world()
    world.moment = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    hold(world, "event_registrations", EVENTS)
    world.receive(ANNA, "erasure")
    world.answer(ANNA, "Ja")
    officer.approve(world.parts, world.case().number, "eva")
    folder = world.app.settings.data_dir
    before = [letter.message_id for letter in world.letters()]
    world.close()

    lines, found = _killed(folder, tmp_path / "count", every=10**9), []
    every = max(lines[0]["lines"] // POINTS, 1)
    _, *found = _killed(folder, tmp_path / "kills", every=every)

    assert len(found) >= POINTS
    for one in found:
        assert one["states"] == ["done"]
        assert one["done"] == 1
        assert one["contacts"] == 0
        assert one["events"] == [["Anna Ek", None]]
        assert one["letters"] == ["confirmation", "in_hand", "done"]
        assert one["unsent"] == 0
        assert one["broken"] is None
        assert set(one["taken"]) == set(one["ids"]) - set(before)


def _killed(template: Path, scratch: Path, *, every: int) -> list[dict]:
    scratch.mkdir()
    command = [sys.executable, "-m", "tests.support.killing", str(template), str(scratch), str(every)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    return [json.loads(line) for line in ended.stdout.splitlines() if line.startswith("{")]
