"""What every command keeps to: --help, exit codes, one line on standard error, JSON in one line."""

import os
import subprocess
import sys

import pytest
import typer

from mailbot import cli
from mailbot.cli.root import app
from mailbot.errors import MailbotError, UsageError

CONTRACT = (
    "demo, run, classify, check, queue, show, approve, refuse, extend, ask, close, register import, register find,"
    " register map, retain, train, evaluate, audit verify, audit export, officer add, replay, db upgrade"
)
"""What people's scripts rest on."""


def commands(group, above=()):
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (name,))
        else:
            yield (*above, name)


COMMANDS = sorted(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(mailbot, command):
    done = mailbot(*command, "--help")
    assert done.code == 0
    assert f"Usage: mailbot {' '.join(command)}" in done.out
    assert done.err == ""


def test_no_command_that_scripts_rest_on_is_missing():
    promised = {tuple(name.split()) for name in CONTRACT.split(",")}
    assert promised <= set(COMMANDS)


def test_help_comes_at_once_since_it_loads_nothing_heavy():
    code = "import sys; from mailbot.cli import main; main(['--help']); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Usage: mailbot" in done.stdout
    for module in ("spacy", "sqlalchemy", "pydantic", "rich", "fastapi", "typst", "structlog", "holidays"):
        assert f"'{module}'" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["queue", "--jsn"], "No such option: --jsn"),
        (["quue"], "No such command 'quue'"),
        (["show"], "Missing argument 'CASE'"),
        (["register"], "Missing command"),
        (["refuse", "DS-2026-00001", "--reasons", "x"], "Missing option '--ground'"),
        (["refuse", "DS-2026-00001", "--ground", "dislike", "--reasons", "x"], "'dislike' is not one of"),
        (["extend", "DS-2026-00001"], "Missing option '--reason'"),
        (["close", "DS-2026-00001"], "Missing option '--reason'"),
        (["ask", "DS-2026-00001"], "ask either a question (--question) or for a confirmation (--proof)"),
        (["ask", "DS-2026-00001", "--proof", "--question", "x"], "ask either a question (--question) or"),
        (["correct", "DS-2026-00001", "--kinds", "axess"], "axess: no right"),
        (["show", "DS-2026-99999"], "DS-2026-99999: no such case"),
        (["approve", "DS-2026-00001", "one"], "[REQUEST]': Input should be a valid integer"),
        (["classify", "gone.eml"], "'gone.eml' does not exist"),
        (["classify", "--jsonl", "mailbot.toml"], "--jsonl reads standard input"),
        (["replay", "gone"], "'gone' does not exist"),
        (["replay", "."], "holds no mails"),
        (["retain", "--on", "tomorrow"], "'tomorrow' does not match the format"),
        (["retain", "--replay-erasures", "--on", "2026-12-31"], "--replay-erasures has no day"),
        (["letters", "release"], "name letters, or say --all"),
        (["letters", "release", "1", "--all"], "name letters, or say --all"),
        (["letters", "discard"], "name the letters"),
        (["mails", "readmit", "7"], "there is no mail 7"),
        (["run", "--json"], "--json goes with --once"),
        (["--config", "gone.toml", "queue"], "gone.toml: no such settings file"),
        (["officer", "add", "eva", "--password-file", "gone"], "--password-file: gone cannot be read"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_use_is_said_in_one_line_with_exit_code_2(mailbot, arguments, says):
    done = mailbot(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("mailbot: ")
    assert done.err.count("\n") == 1
    assert says in done.err


def test_without_a_command_the_help_is_shown(mailbot):
    done = mailbot()
    assert done.code == 2
    assert "Commands:" in done.out


def test_the_version_is_told(mailbot):
    assert mailbot("--version").out.startswith("mailbot 0.")


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (MailbotError("imap.host: cannot be\nreached"), 1, "mailbot: imap.host: cannot be reached\n"),
        (UsageError("say which"), 2, "mailbot: say which\n"),
        (ExceptionGroup("tasks", [ExceptionGroup("more", [UsageError("say which")])]), 2, "mailbot: say which\n"),
    ],
)
def test_a_failure_is_one_line(mailbot, monkeypatch, error, code, line):
    def fail(*_args, **_options):
        raise error

    monkeypatch.setattr(cli, "app", fail)
    done = mailbot("queue")
    assert (done.code, done.out, done.err) == (code, "", line)


def test_a_mistake_of_ours_is_named_by_class_and_place_and_tells_nothing_else(mailbot, monkeypatch):
    monkeypatch.setattr("mailbot.store.cases.queue", lambda _session: {}["anna@kund.example"])
    done = mailbot("queue")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("mailbot: KeyError in cli.cases:")
    assert done.err.count("\n") == 1
    assert "anna" not in done.err


def test_an_interrupt_is_130(mailbot, monkeypatch):
    def interrupted(_session):
        raise KeyboardInterrupt

    monkeypatch.setattr("mailbot.store.cases.queue", interrupted)
    done = mailbot("queue")
    assert (done.code, done.err) == (130, "")


def test_a_reader_that_has_left_is_no_failure(tmp_path):
    environment = os.environ | {"MAILBOT_DATA_DIR": str(tmp_path), "MAILBOT_ADDRESS": "dataskydd@winlas.se"}
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-c", "import sys; from mailbot.cli import main; sys.exit(main())", "register", "map"]
    with os.fdopen(writing, "wb") as closed:
        done = subprocess.run(command, stdout=closed, stderr=subprocess.PIPE, env=environment, check=False)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_server_that_hangs_up_is_a_failure(mailbot, monkeypatch):
    def hang_up(_engine):
        raise BrokenPipeError

    monkeypatch.setattr("mailbot.store.engine.check_reachable", hang_up)
    done = mailbot("queue")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("mailbot: BrokenPipeError in app:")


def test_what_is_written_is_for_its_owner_alone(mailbot, tmp_path):
    assert mailbot("db", "upgrade").code == 0
    assert (tmp_path / "mailbot.db").stat().st_mode & 0o077 == 0
