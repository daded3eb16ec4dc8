"""After the samples: the daemon at work on the embedded servers, the console and the demo inbox, until Ctrl-C."""

from __future__ import annotations

import secrets
import socket
import threading

from rich.console import Console

from mailbot import daemon
from mailbot.app import App
from mailbot.console.serve import listening, run_server
from mailbot.console.site import make_site
from mailbot.core.policy import Policy
from mailbot.demo.cast import OFFICER
from mailbot.demo.inbox import make_inbox
from mailbot.demo.installation import Stage
from mailbot.demo.world import HOST
from mailbot.errors import SettingsError
from mailbot.settings import ConsoleSettings
from mailbot.store import officers
from mailbot.store.engine import transaction

CONSOLE_PORT, INBOX_PORT = 8080, 8025
"""Taken if they are free; else any other."""
UNDO_SECONDS = 20


def serve_live(stage: Stage, screen: Console) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    password = secrets.token_urlsafe(9)
    with _door(CONSOLE_PORT) as console, _door(INBOX_PORT) as inbox:
        app = stage.with_settings(
            policy=Policy(undo_seconds=UNDO_SECONDS), console=ConsoleSettings(base_url=_address(console))
        )
        try:
            with transaction(app.engine) as session:
                officers.add(session, OFFICER, password, app.now())
            screen.print(_welcome(console, inbox, password))
            daemon.run(app, serve_console=_Served(stage, console, inbox))
        finally:
            app.close()


class _Served:
    """Console and demo inbox, each in a thread of its own."""

    def __init__(self, stage: Stage, console: socket.socket, inbox: socket.socket) -> None:
        self._stage, self._console, self._inbox = stage, console, inbox

    def __call__(self, app: App, stop: threading.Event) -> None:
        beside = threading.Thread(
            target=run_server, args=(make_inbox(app, self._stage.world), self._inbox, stop), name="demo-inbox"
        )
        beside.start()
        run_server(make_site(app), self._console, stop)
        beside.join()


def _door(port: int) -> socket.socket:
    try:
        return listening(HOST, port)
    except SettingsError:
        return listening(HOST, 0)


def _address(door: socket.socket) -> str:
    return f"http://{HOST}:{door.getsockname()[1]}"


def _welcome(console: socket.socket, inbox: socket.socket, password: str) -> str:
    return (
        f"\n[bold]Write to mailbot as a customer[/bold]    {_address(inbox)}"
        f"\n[bold]Decide as the privacy officer[/bold]     {_address(console)}    "
        f"name [bold]{OFFICER}[/bold], password [bold]{password}[/bold]"
        "\n\nEverything runs on this machine and is gone when you press Ctrl-C.\n"
    )
