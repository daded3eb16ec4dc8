"""The command line. `main` runs a command and turns whatever ends it into an exit code and at most one line.

Exit codes: 0 done, 1 failed, 2 called or configured wrongly, 130 interrupted, 141 nobody reads the output any more.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper

from typer import Abort, TyperException

from mailbot.cli.root import app
from mailbot.errors import MailbotError

INTERRUPTED = 130
UNREAD = 141
"""What a shell says of a program that a closed pipe ended: 128 and SIGPIPE."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name; its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    umask = os.umask(0o077)  # what mailbot writes holds personal data
    try:
        code = app(arguments, prog_name="mailbot", standalone_mode=False)
        sys.stdout.flush()
    except SystemExit as ended:  # typer's answer to a closed pipe, be it standard output or a server's
        return _pipe_closed(ended.__context__)
    except BrokenPipeError as error:
        return _pipe_closed(error)
    except (KeyboardInterrupt, Abort):
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - whatever happened, its text may hold personal data
        return _explain(error)
    finally:
        os.umask(umask)
    return code if isinstance(code, int) else 0


def _pipe_closed(error: BaseException | None) -> int:
    from mailbot.logs import place_of

    if not isinstance(error, BrokenPipeError) or not place_of(error).startswith("cli."):
        return _explain(error if isinstance(error, Exception) else RuntimeError())
    # Python flushes once more when it ends; what is left has nowhere to go.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return UNREAD


def _explain(error: Exception) -> int:
    """Say in one line what went wrong; the exit code."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, MailbotError):
        return _fail(str(error), error.exit_code)
    if isinstance(error, TyperException):
        return _fail(_usage(error), error.exit_code)
    from mailbot.logs import place_of

    return _fail(f"{type(error).__name__} in {place_of(error)}; this is a mistake in mailbot, please report it", 1)


def _usage(error: TyperException) -> str:
    context = getattr(error, "ctx", None)
    hint = f" (see `{context.command_path} --help`)" if context is not None else ""
    return f"{error.format_message().rstrip('.')}{hint}"


def _fail(message: str, code: int) -> int:
    print(f"mailbot: {' '.join(message.split())}", file=sys.stderr)
    return code
