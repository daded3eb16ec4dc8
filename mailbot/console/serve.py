"""Serving the console beside the daemon until it is told to stop."""

from __future__ import annotations

import socket
import threading

import structlog
import uvicorn

from mailbot.app import App
from mailbot.console.site import make_site
from mailbot.errors import SettingsError

SECONDS_TO_FINISH = 5
_log = structlog.get_logger(__name__)


def serve(app: App, stop: threading.Event) -> None:
    """Serve the console until `stop` is set.

    Raises:
        SettingsError: the address in `console.host` and `console.port` cannot be listened on.
    """
    settings = app.settings.console
    with listening(settings.host, settings.port) as door:
        _log.info("console_ready", port=door.getsockname()[1])
        run_server(make_site(app), door, stop)


def listening(host: str, port: int) -> socket.socket:
    """A socket that a server can take connections from.

    Raises:
        SettingsError: something else listens there, or this user may not.
    """
    door = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, proto=socket.IPPROTO_TCP)[0]
        # With its protocol named, as `create_server` does not: only then asyncio sends without Nagle's delay.
        door = socket.socket(family, kind, protocol)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(address)
        door.listen()
    except OSError as error:
        if door is not None:
            door.close()
        raise SettingsError(f"console.port: cannot listen on {host}:{port} ({error.strerror})") from None
    return door


def run_server(site: object, door: socket.socket, stop: threading.Event) -> None:
    """Serve one ASGI application in this thread until `stop` is set."""
    config = uvicorn.Config(
        site,  # type: ignore[arg-type]
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
    )
    server = uvicorn.Server(config)

    def stop_server() -> None:
        stop.wait()
        server.should_exit = True

    waiter = threading.Thread(target=stop_server, name="console-stop", daemon=True)
    waiter.start()
    server.run(sockets=[door])
