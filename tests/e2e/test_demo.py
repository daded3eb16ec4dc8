"""`mailbot demo --once`: every sample mail comes to what its expectation says, as a newcomer meets it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mailbot.core.kinds import RIGHTS, Disposition
from mailbot.demo import samples

COMMAND = [sys.executable, "-c", "import sys; from mailbot.cli import main; sys.exit(main())", "demo"]
SECONDS = 300
"""On a machine that does other things besides; alone it takes about ten."""


def run(*options: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the demo in an empty folder, with settings of somebody else's around it."""
    environment = os.environ | {
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "PYTHONWARNINGS": "error::ResourceWarning",
        "TMPDIR": str(folder),
        "MAILBOT_IMAP__HOST": "imap.invalid",
    }
    return subprocess.run(
        [*COMMAND, *options], cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    return run("--once", "--json", folder=tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def told(demo: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    return json.loads(demo.stdout)


def test_every_mail_comes_to_what_was_expected(demo: subprocess.CompletedProcess[str], told: dict[str, Any]) -> None:
    assert {mail["name"]: mail["wrong"] for mail in told["mails"] if not mail["expected"]} == {}
    assert demo.stderr == ""
    assert demo.returncode == 0


def test_every_mail_ends_in_exactly_one_disposition(told: dict[str, Any]) -> None:
    assert {mail["name"] for mail in told["mails"]} == {path.stem for path in samples.FOLDER.glob("*.eml")}
    assert {mail["disposition"] for mail in told["mails"]} <= set(Disposition)
    # All that came: the samples, one of them twice, what people answered, and the report of the letter that bounced.
    answers = sum(len(mail["answers"]) for mail in told["mails"])
    assert told["intake"] == len(told["mails"]) + 1 + answers + 1
    assert sum(told["dispositions"].values()) + 1 == told["intake"], "the duplicate is never processed"


def test_every_right_is_carried_out_or_laid_before_the_officer(told: dict[str, Any]) -> None:
    assert set(told["requests"]) == {*RIGHTS, "other"}
    states = {(one["kind"], one["state"]) for mail in told["mails"] for one in mail["requests"]}
    done = {"access", "rectification", "erasure", "restriction", "portability", "objection", "consent_withdrawal"}
    assert {(kind, "done") for kind in done} <= states
    assert ("rectification", "refused") in states


def test_the_run_s_figures_are_those_of_the_mails(told: dict[str, Any]) -> None:
    assert told["executed"] == sum(one["state"] == "done" for mail in told["mails"] for one in mail["requests"])
    assert told["sent"] >= sum(len(mail["letters"]) for mail in told["mails"])
    assert told["quarantined"] == 0


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    table = run("--once", folder=tmp_path)
    assert table.returncode == 0, table.stderr
    assert "access-sv" in table.stdout
    assert "withdrawal-unknown" in table.stdout
    assert list(tmp_path.iterdir()) == []


def test_json_without_once_is_wrong_use(tmp_path: Path) -> None:
    refused = run("--json", folder=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr == "mailbot: --json goes with --once\n"
