"""The demo's own mail world: an SMTP server that delivers into mailboxes which an IMAP server shows, on loopback only.

Both run on one event loop in a thread of its own; everything lies in memory and is gone when the block ends.
"""

from __future__ import annotations

import asyncio
import smtplib
import threading
from argparse import Namespace
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from aiosmtpd.smtp import SMTP, Envelope, Session
from proxyprotocol.sock import SocketInfoLocal
from pymap.backend.dict import Config, Identity, Login
from pymap.backend.dict.mailbox import MailboxData
from pymap.concurrent import Subsystem
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials import FetchRequirement
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext

from mailbot.demo.stamps import AUTHSERV_ID, POSTMASTER, arrived, delivery_report, stamped

HOST = "127.0.0.1"
LARGEST = 30 * 1024 * 1024
SECONDS_TO_START = 30
NULL_PATH = "<>"
"""How aiosmtpd names the sender of a mail that must never be answered (RFC 5321 4.5.5)."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class World:
    """The running servers, to be used from any other thread."""

    imap_port: int
    smtp_port: int
    _run: Callable[[Awaitable[object]], object] = field(repr=False)
    _office: _Office = field(repr=False)

    def send(self, raw: bytes, envelope_from: str, to: str) -> None:
        """Hand a mail to the SMTP server, which has delivered it when this returns."""
        with smtplib.SMTP(HOST, self.smtp_port, local_hostname="sender.demo.example", timeout=30) as server:
            server.sendmail(envelope_from, [to], raw, mail_options=["BODY=8BITMIME"])

    def mails(self, address: str) -> Sequence[bytes]:
        """Everything in a mailbox's inbox, oldest first."""
        found = self._run(self._office.mails(address))
        if not isinstance(found, list):
            raise TypeError(type(found))
        return found


@contextmanager
def running_world(address: str, password: str, *, gone: Collection[str] = ()) -> Iterator[World]:
    """Start the servers and stop them when the block ends.

    Args:
        address: the mailbox that can be logged in to over IMAP, its name the address.
        password: its password.
        gone: addresses that are accepted and then bounce.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="demo-mail", daemon=True)
    thread.start()

    def run(work: Awaitable[_T]) -> _T:
        return asyncio.run_coroutine_threadsafe(_awaited(work), loop).result(SECONDS_TO_START)

    servers: list[asyncio.AbstractServer] = []
    try:
        office, imap, smtp = run(_start(address, password, frozenset(gone)))
        servers += [imap, smtp]
        yield World(_port(imap), _port(smtp), run, office)
    finally:
        run(_stop(servers))
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _awaited(work: Awaitable[_T]) -> _T:
    return await work


def _port(server: asyncio.AbstractServer) -> int:
    port: int = server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]  # asyncio's own servers have sockets
    return port


class _Config(Config):
    """pymap's settings; it would look its own name up in the DNS to greet a client."""

    @property
    def greeting(self) -> bytes:
        return b"Server ready " + AUTHSERV_ID.encode()


class _Office:
    """The mailboxes, and what the SMTP server does with a mail."""

    def __init__(self, config: _Config, gone: frozenset[str]) -> None:
        self.login = Login(config)
        self._config, self._gone = config, gone

    async def open_account(self, address: str, password: str | None) -> None:
        await self._identity(address).set(UserMetadata(self._config, address, password=password))

    async def mails(self, address: str) -> list[bytes]:
        inbox = await self._inbox(address)
        whole = FetchRequirement.CONTENT
        loaded = [await message.load_content(whole) async for message in inbox.messages()]
        return [bytes(message.get_body()) for message in loaded]

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Deliver a mail to everybody it is for."""
        now, raw = datetime.now(UTC), envelope.content
        sender = "" if envelope.mail_from in {None, NULL_PATH} else str(envelope.mail_from)
        if not isinstance(raw, bytes):
            raise TypeError(type(raw))
        for recipient in envelope.rcpt_tos:
            address = recipient.lower()
            if address not in self._gone:
                await self._deliver(address, stamped(raw, sender), arrived(raw, now))
            elif sender:
                await self._deliver(sender.lower(), stamped(delivery_report(raw, address, now), ""), now)
        return "250 2.0.0 delivered"

    async def _deliver(self, address: str, raw: bytes, when: datetime) -> None:
        inbox = await self._inbox(address)
        await inbox.append(AppendMessage(raw, when, frozenset()), recent=True)

    async def _inbox(self, address: str) -> MailboxData:
        if address not in self.login.users_dict:
            await self.open_account(address, None)
        async with self._identity(address).new_session() as session:
            return await session.mailbox_set.get_mailbox("INBOX")

    def _identity(self, address: str) -> Identity:
        return Identity(address, self.login, None, frozenset())


async def _start(
    address: str, password: str, gone: frozenset[str]
) -> tuple[_Office, asyncio.AbstractServer, asyncio.AbstractServer]:
    subsystem = Subsystem.for_asyncio()
    config = _Config(
        Namespace(passlib_cfg=None, proxy_protocol=None),
        host=HOST,
        port=0,
        demo_data=False,
        demo_user="",
        demo_password="",
        tls_enabled=False,
        hash_context=Cleartext(),  # an account that lives for minutes, on loopback
        cpu_subsystem=subsystem,
        subsystem=subsystem,
    )
    config.apply_context()
    office = _Office(config, gone)
    await office.open_account(address, password)
    serve = IMAPServer(office.login, config)

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.CancelledError):
            await serve(reader, writer, SocketInfoLocal(writer))

    imap = await asyncio.start_server(client, HOST, 0)
    loop = asyncio.get_running_loop()
    smtp = await loop.create_server(lambda: _smtp(office, loop), HOST, 0)
    return office, imap, smtp


def _smtp(office: _Office, loop: asyncio.AbstractEventLoop) -> SMTP:
    return SMTP(office, loop=loop, hostname=AUTHSERV_ID, ident="demo", data_size_limit=LARGEST, enable_SMTPUTF8=True)


async def _stop(servers: Sequence[asyncio.AbstractServer]) -> None:
    """Close the doors, then end every conversation."""
    for server in servers:
        server.close()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(0)  # transports close in the next round


__all__ = ["AUTHSERV_ID", "HOST", "POSTMASTER", "World", "running_world"]
