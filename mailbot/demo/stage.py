"""What `mailbot demo` does, from the curtain's rise to its fall."""

from __future__ import annotations

import json
import sys

from rich.console import Console

from mailbot import logs
from mailbot.demo.installation import staged
from mailbot.demo.live import serve_live
from mailbot.demo.once import play
from mailbot.demo.outcome import Findings
from mailbot.demo.programme import summary, table
from mailbot.errors import MailbotError, UsageError
from mailbot.settings import LogFormat, LogLevel, LogSettings

NARROWEST = 120
"""Columns; where the output is no terminal, a line is not broken for want of one."""


class Unexpected(MailbotError):
    """A sample mail did not come to what its expectation says."""


def perform(*, once: bool, as_json: bool) -> None:
    """See `mailbot.demo.run_demo`."""
    if as_json and not once:
        raise UsageError("--json goes with --once")
    logs.set_up(LogSettings(format=LogFormat.TEXT, level=LogLevel.ERROR))
    screen = Console(soft_wrap=False)
    if screen.width < NARROWEST and not screen.is_terminal:
        screen = Console(width=NARROWEST)
    if not as_json:
        screen.print("Sample mails are on their way through embedded mail servers …", style="dim")
    with staged() as stage:
        figures, found = play(stage)
        if as_json:
            mails = [one.as_data() for one in found.outcomes]
            json.dump({**figures.as_data(), "mails": mails}, sys.stdout, ensure_ascii=False, indent=2)
            sys.stdout.write("\n")
        else:
            screen.print(table(found))
            screen.print(summary(figures, found))
        if once:
            _complain(found)
        else:
            serve_live(stage, screen)


def _complain(found: Findings) -> None:
    wrong = [f"{one.sample.name} ({'; '.join(one.wrong)})" for one in found.unexpected]
    if wrong:
        raise Unexpected(
            f"{len(wrong)} of {len(found.outcomes)} mails did not come to what was expected: {', '.join(wrong)}"
        )
