"""Intake: raw bytes and row are committed before anything on the server is touched; nothing is ever marked as read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import structlog

from mailbot.flow.parts import Figures, Parts
from mailbot.store import leases, mails
from mailbot.store.engine import transaction

LARGEST_MAIL = 25 * 1024 * 1024
"""In bytes, by RFC822.SIZE; what is larger is never fetched and goes to the officer."""
LEASE_SECONDS = 120
_log = structlog.get_logger(__name__)


class Envelope(Protocol):
    """What the server says of a mail without its body."""

    @property
    def uid(self) -> int: ...
    @property
    def size(self) -> int: ...
    @property
    def received_at(self) -> datetime: ...


class Inbox(Protocol):
    """What intake needs of `mail.imap.Mailbox`."""

    account: str
    folder: str

    def uidvalidity(self) -> int: ...
    def uids(self) -> Sequence[int]: ...
    def envelopes(self, uids: Sequence[int]) -> Sequence[Envelope]: ...
    def fetch(self, uid: int) -> bytes | None: ...


def take_in(parts: Parts, inbox: Inbox, figures: Figures) -> int:
    """Store every mail of the folder that is not stored yet. How many that were.

    One runner per mailbox: without the lease it does nothing.
    """
    now = parts.now()
    with transaction(parts.engine) as session:
        if not leases.acquire(session, lease_name(inbox), parts.worker, now, LEASE_SECONDS):
            return 0
    uidvalidity = inbox.uidvalidity()
    listed = sorted(inbox.uids())
    if not listed:
        return 0
    with transaction(parts.engine) as session:
        known = mails.known_uids(session, inbox.account, inbox.folder, uidvalidity, listed[0])
    new = [uid for uid in listed if uid not in known]
    taken = sum(_store(parts, inbox, uidvalidity, envelope) for envelope in inbox.envelopes(new)) if new else 0
    figures.intake += taken
    return taken


def lease_name(inbox: Inbox) -> str:
    """The name under which one runner at a time holds a mailbox."""
    return f"intake:{inbox.account}/{inbox.folder}"


def _store(parts: Parts, inbox: Inbox, uidvalidity: int, envelope: Envelope) -> int:
    raw = None
    if envelope.size <= LARGEST_MAIL:
        raw = inbox.fetch(envelope.uid)
        if raw is None:  # somebody else moved or deleted it meanwhile
            return 0
    place = mails.Place(inbox.account, inbox.folder, uidvalidity, envelope.uid)
    now = parts.now()
    with transaction(parts.engine) as session:
        # Renewed with every mail, so that a long first intake cannot outlive its lease.
        if not leases.acquire(session, lease_name(inbox), parts.worker, now, LEASE_SECONDS):
            return 0
        mail = mails.store(session, place, raw, envelope.size, envelope.received_at, now)
        _log.info("mail_stored", mail=mail.id, size=envelope.size, duplicate=mail.disposition is not None)
    return 1
