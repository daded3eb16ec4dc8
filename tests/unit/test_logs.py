"""The log tells what happened and never to whom."""

import json
import logging
import threading
from collections.abc import Iterator

import pytest
import structlog

from mailbot import logs
from mailbot.core.deadlines import add_months
from mailbot.settings import LogFormat, LogLevel, LogSettings

ANNA = "anna.ek@kund.example"


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Leave the process's logging as it was."""
    root, hook = logging.getLogger(), threading.excepthook
    handlers, level = root.handlers, root.level
    yield
    root.handlers, threading.excepthook = handlers, hook
    root.setLevel(level)
    structlog.reset_defaults()


def line(capsys):
    out, err = capsys.readouterr()
    assert out == ""
    return json.loads(err)


def test_an_event_is_one_json_object_on_standard_error(capsys):
    logs.set_up(LogSettings())
    structlog.get_logger().info("mail_stored", mail=7)
    written = line(capsys)
    assert written.pop("timestamp").endswith("Z")
    assert written == {"event": "mail_stored", "level": "info", "mail": 7}


def test_as_text_the_event_stands_in_the_line(capsys):
    logs.set_up(LogSettings(format=LogFormat.TEXT))
    structlog.get_logger().info("mail_stored", mail=7)
    written = capsys.readouterr().err
    assert "mail_stored" in written
    assert "mail=7" in written
    assert "\x1b" not in written


def test_what_is_below_the_level_is_not_written(capsys):
    logs.set_up(LogSettings(level=LogLevel.WARNING))
    structlog.get_logger().info("mail_stored")
    assert capsys.readouterr().err == ""


def test_an_exception_is_named_by_class_and_place_only(capsys):
    logs.set_up(LogSettings())
    try:
        add_months(ANNA, 1)  # as if a value of a mail had got somewhere it does not belong
    except AttributeError:
        structlog.get_logger().exception("mail_quarantined")
    written = line(capsys)
    assert written["error"] == "AttributeError"
    assert written["place"].startswith("core.deadlines:")
    assert "exception" not in written


def test_an_address_does_not_get_into_the_log(capsys):
    logs.set_up(LogSettings())
    structlog.get_logger().info("odd", said=f"no such user <{ANNA}>")
    assert line(capsys)["said"] == "no such user <[address]>"


def test_of_a_librarys_warning_only_the_place_is_told(capsys):
    logs.set_up(LogSettings())
    logging.getLogger("aiosmtplib").warning("550 %s unknown", ANNA)
    written = line(capsys)
    assert written["library"] == "aiosmtplib"
    assert written["place"].startswith("test_logs:")
    assert "anna" not in json.dumps(written)


def test_what_libraries_say_below_a_warning_is_left_out(capsys):
    logs.set_up(LogSettings(level=LogLevel.DEBUG))
    logging.getLogger("imap_tools").info("LOGIN %s", ANNA)
    assert capsys.readouterr().err == ""


def test_a_thread_that_fails_says_so_without_the_exceptions_text(capsys):
    logs.set_up(LogSettings())
    thread = threading.Thread(target=lambda: {}[ANNA])
    thread.start()
    thread.join()
    written = line(capsys)
    assert (written["event"], written["error"]) == ("thread_failed", "KeyError")
    assert "anna" not in json.dumps(written)
