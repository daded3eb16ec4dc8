"""`run`, on real mail servers."""

import json
import os
import signal
import smtplib
import subprocess
import sys
import time
import urllib.request
from email.message import EmailMessage

import pytest

MAILBOT = [sys.executable, "-c", "import sys; from mailbot.cli import main; sys.exit(main())"]
SECONDS = 60


@pytest.fixture
def address(mailbot, dovecot, mailworld, monkeypatch):  # noqa: ARG001 - `mailbot` makes the folder and its settings
    """The mailbox of an installation that is connected to both servers."""
    address = dovecot.new_user("dataskydd")
    for name, value in {
        "ADDRESS": address,
        "IMAP__HOST": dovecot.host,
        "IMAP__PORT": dovecot.imap_port,
        "IMAP__USER": address,
        "IMAP__PASSWORD": dovecot.password,
        "IMAP__SECURITY": "none",
        "SMTP__HOST": mailworld.host,
        "SMTP__PORT": mailworld.smtp_port,
        "SMTP__SECURITY": "none",
        "CONSOLE__PORT": 0,
        "POLL_SECONDS": 1,
    }.items():
        monkeypatch.setenv(f"MAILBOT_{name}", str(value))
    return address


def write(dovecot, mailworld, to, text):
    """Somebody no register knows writes; their address."""
    sender = dovecot.new_user("bo", "kund.example")
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, "Begäran"
    message.set_content(text)
    with smtplib.SMTP(mailworld.host, mailworld.smtp_port) as smtp:
        smtp.send_message(message)
    eventually(lambda: dovecot.messages(to))
    return sender


def eventually(what):
    deadline = time.monotonic() + SECONDS
    while not (found := what()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return found


def test_a_run_handles_what_waits_and_prints_its_figures(mailbot, address, dovecot, mailworld):
    sender = write(dovecot, mailworld, address, "Hej! Jag vill ha en kopia av alla personuppgifter som ni har om mig.")
    figures = mailbot("run", "--once", "--json").json
    assert figures == {
        "intake": 1,
        "dispositions": {"request": 1},
        "requests": {"access": 1},
        "executed": 0,
        "queued": 0,
        "sent": 1,
        "quarantined": 0,
    }
    assert eventually(lambda: dovecot.messages(sender))
    again = mailbot("run", "--once")
    assert [line.split() for line in again.out.splitlines()][:2] == [["intake", "0"], ["dispositions", "none"]]


@pytest.mark.usefixtures("address")
def test_a_server_that_cannot_be_reached_is_one_line_and_exit_code_1(mailbot, monkeypatch):
    monkeypatch.setenv("MAILBOT_IMAP__PORT", "9")
    done = mailbot("run", "--once")
    assert (done.code, done.out) == (1, "")
    assert done.err.splitlines()[-1].startswith("mailbot: imap")


def test_the_daemon_works_until_it_is_told_to_stop(address, dovecot, mailworld):
    with subprocess.Popen([*MAILBOT, "run"], stderr=subprocess.PIPE, env=os.environ) as daemon:
        try:
            lines = map(json.loads, daemon.stderr)
            ready = next(line for line in lines if line["event"] == "console_ready")
            with urllib.request.urlopen(f"http://127.0.0.1:{ready['port']}/health", timeout=SECONDS) as health:
                assert health.status == 200
            sender = write(dovecot, mailworld, address, "Hej! Radera alla uppgifter som ni har om mig.")
            assert eventually(lambda: dovecot.messages(sender))
            daemon.send_signal(signal.SIGTERM)
            rest = [json.loads(line)["event"] for line in daemon.stderr]
            assert daemon.wait(SECONDS) == 0
        finally:
            daemon.kill()
    assert rest[-1] == "stopped"


@pytest.mark.usefixtures("address")
@pytest.mark.parametrize("server", ["smtp", "imap"])
def test_a_daemon_that_lacks_a_setting_says_so_at_once(server):
    environment = os.environ | {f"MAILBOT_{server.upper()}__HOST": ""}
    done = subprocess.run(
        [*MAILBOT, "run"], capture_output=True, text=True, env=environment, check=False, timeout=SECONDS
    )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith(f"mailbot: {server}.host: not set")
