"""The log: one line an event on standard error, without personal data (rule 24).

What our own code logs is made of codes and figures. What libraries log is not ours to vouch for – a server's answer
or a failing query can quote an address –, so of their warnings only the place is told, and of an exception its class.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

from mailbot.settings import LogFormat, LogSettings

ADDRESS = re.compile(r"[^\s<>\"',;:=]+@[^\s<>\"',;:=]+")
_PACKAGE = Path(__file__).parent
_Event = MutableMapping[str, Any]


def set_up(settings: LogSettings) -> None:
    """Log from now on as the settings say."""
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            name_the_exception,
            hide_addresses,
            _renderer(settings.format),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [_Libraries()]
    root.setLevel(max(level, logging.WARNING))
    threading.excepthook = _thread_failed


def place_of(error: BaseException) -> str:
    """Where in our own code an exception was met, such as `flow.process:57`; '' if it never was."""
    place = ""
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        if path.is_relative_to(_PACKAGE):
            module = ".".join(path.relative_to(_PACKAGE).with_suffix("").parts)
            place = f"{module}:{frame.lineno}"
    return place


def name_the_exception(_logger: object, _method: str, event: _Event) -> _Event:
    """An exception's class and place instead of its text and traceback, which can hold personal data."""
    error = event.pop("exc_info", None)
    if isinstance(error, tuple):
        error = error[1]
    elif error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        event.update(error=type(error).__name__, place=place_of(error))
    return event


def hide_addresses(_logger: object, _method: str, event: _Event) -> _Event:
    """The net below: an address that got into a line after all does not get out."""
    for name, value in event.items():
        if isinstance(value, str) and "@" in value:
            event[name] = ADDRESS.sub("[address]", value)
    return event


class _Libraries(logging.Handler):
    """What libraries log by the standard library, reduced to who, where and how bad."""

    def emit(self, record: logging.LogRecord) -> None:
        logger = structlog.get_logger()
        place = f"{record.module}:{record.lineno}"
        failed = record.exc_info[1] if record.exc_info else None
        said = {"error": type(failed).__name__} if failed is not None else {}
        logger.log(record.levelno, "library_message", library=record.name, place=place, **said)


def _renderer(wanted: LogFormat) -> structlog.typing.Processor:
    if wanted is LogFormat.JSON:
        return structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())


def _thread_failed(failed: threading.ExceptHookArgs) -> None:
    structlog.get_logger().error("thread_failed", exc_info=failed.exc_value)
