"""Runs the flow: once, or for as long as the process lives, with the console beside it.

Three loops under one supervisor: the mailbox (a thread that sits in IDLE), the work (process, act, deliver, watch) and
the console. The mailbox loop reconnects for ever; the work loop goes on whatever one round meets.
"""

from __future__ import annotations

import asyncio
import random
import signal
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from mailbot.errors import MailbotError, SettingsError
from mailbot.flow import act, deliver, intake, process, watch
from mailbot.flow.parts import Figures
from mailbot.store import leases
from mailbot.store.engine import reading, transaction

if TYPE_CHECKING:
    from mailbot.app import App
    from mailbot.mail.imap import Mailbox

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0
"""Seconds between attempts to reach a mail server, doubling, with up to a half of jitter."""
ROUND_SECONDS = 1.0
"""How often the work loop looks whether anything has become due."""
WATCH_SECONDS = 60.0
LONGEST_UNDO_AWAITED = timedelta(minutes=2)
"""`run --once` waits this long for undo windows to close, so that it leaves nothing decided behind."""
_log = structlog.get_logger(__name__)


def run_once(app: App) -> Figures:
    """Handle all that waits: intake, process, act, due work.

    Raises:
        MailbotError: a server cannot be reached; what has been taken in is safe.
    """
    figures = Figures()
    with app.mailbox() as mailbox:
        _until_quiet(app, mailbox, figures)
        while _await_undo(app):
            _until_quiet(app, mailbox, figures)
        with transaction(app.parts.engine) as session:
            leases.release(session, intake.lease_name(mailbox), app.parts.worker)
    return figures


def run(app: App, *, serve_console: Callable[[App, threading.Event], None] | None = None) -> None:
    """Run until SIGTERM or SIGINT; then finish or give back what is held.

    Raises:
        MailbotError: the settings cannot work, so that trying again would not help either.
    """
    asyncio.run(_supervise(app, serve_console))


async def _supervise(app: App, serve_console: Callable[[App, threading.Event], None] | None) -> None:
    stop = threading.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    app.courier()  # a missing setting is said at once, not with the first answer
    parts = app.parts
    _log.info("started", mode="live" if parts.live else "shadow", reader=parts.reader.version)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(asyncio.to_thread(_mailbox_loop, app, stop))
        tasks.create_task(_work_loop(app, stop))
        if serve_console is not None:
            tasks.create_task(asyncio.to_thread(serve_console, app, stop))
    _log.info("stopped")


def _mailbox_loop(app: App, stop: threading.Event) -> None:
    pause = FIRST_PAUSE
    while not stop.is_set():
        try:
            with app.mailbox() as mailbox:
                pause = FIRST_PAUSE
                _watch_mailbox(app, mailbox, stop)
        except SettingsError:
            stop.set()
            raise
        except (MailbotError, OSError) as error:
            _log.warning("mailbox_lost", error=type(error).__name__, again_in=round(pause))
            stop.wait(pause * random.uniform(1, 1.5))  # noqa: S311 - jitter, not a secret
            pause = min(pause * 2, LONGEST_PAUSE)


def _watch_mailbox(app: App, mailbox: Mailbox, stop: threading.Event) -> None:
    while not stop.is_set():
        intake.take_in(app.parts, mailbox, Figures())
        deliver.file_handled(app.parts, mailbox)
        mailbox.wait(app.settings.poll_seconds, stop)
    with transaction(app.parts.engine) as session:
        leases.release(session, intake.lease_name(mailbox), app.parts.worker)


async def _work_loop(app: App, stop: threading.Event) -> None:
    watched = 0.0
    while not stop.is_set():
        try:
            figures = Figures()
            await asyncio.to_thread(_work, app, figures)
            await deliver.deliver_due(app.parts, app.courier(), figures)
            if time.monotonic() - watched > WATCH_SECONDS:
                await asyncio.to_thread(watch.watch, app.parts)
                watched = time.monotonic()
        except (MailbotError, OSError) as error:
            _log.warning("round_failed", error=type(error).__name__)
            await asyncio.to_thread(stop.wait, FIRST_PAUSE * 10)
        else:
            await asyncio.to_thread(stop.wait, 0 if figures else ROUND_SECONDS)


def _work(app: App, figures: Figures) -> None:
    process.process_waiting(app.parts, figures)
    act.carry_out_due(app.parts, figures)


def _until_quiet(app: App, mailbox: Mailbox, figures: Figures) -> None:
    """Round after round until one finds nothing more to do."""
    parts = app.parts
    watch.watch(parts)
    while True:
        taken = intake.take_in(parts, mailbox, figures)
        worked = process.process_waiting(parts, figures) + act.carry_out_due(parts, figures)
        sent = asyncio.run(deliver.deliver_due(parts, app.courier(), figures))
        filed = deliver.file_handled(parts, mailbox)
        if not (taken or worked or sent or filed):
            return


def _await_undo(app: App) -> bool:
    """Sleep until the next approved act may be carried out; False when none is near."""
    with reading(app.parts.engine) as session:
        due = act.next_due(session)
    if due is None:
        return False
    left = due - app.now()
    if left > LONGEST_UNDO_AWAITED:
        return False
    time.sleep(max(left.total_seconds(), 0) + 0.05)
    return True
