"""The tamper-evident log: what was done to whose case and why, without the content (rules 23 and 24).

Each entry's hash is an HMAC over the entry and the hash before it, with the installation's key: whoever can write the
table but does not have the key can neither change nor remove an entry without `verify` saying where.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from mailbot.store.tables import AuditEntry

GENESIS = "0" * 64
_ADVISORY_LOCK = 0x6D61696C  # 'mail': one writer at a time appends to the chain on PostgreSQL
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Verification:
    """What `verify` found. `broken_at` is the first entry whose hash does not fit; None when the chain holds."""

    entries: int
    broken_at: int | None
    head: str
    """The last hash. Kept elsewhere, it also shows if entries were cut off the end."""


def append(
    session: Session, key: bytes, *, at: datetime, actor: str, action: str, case: str | None = None, **details: object
) -> AuditEntry:
    """Add an entry within the caller's transaction, so that what is logged and what is done stand or fall together."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
    last = session.exec(select(AuditEntry.hash).order_by(col(AuditEntry.seq).desc()).limit(1)).first()
    entry = AuditEntry(
        at=at, actor=actor, action=action, case_number=case, details=details, previous=last or GENESIS, hash=""
    )
    entry.hash = _seal(entry, key)
    session.add(entry)
    session.flush()
    return entry


def entries(session: Session, case: str | None = None) -> Iterator[AuditEntry]:
    """Every entry in order, or those of one case, read in batches."""
    query = select(AuditEntry).order_by(col(AuditEntry.seq))
    if case is not None:
        query = query.where(AuditEntry.case_number == case)
    with closing(session.exec(query.execution_options(yield_per=_BATCH))) as found:
        yield from found


def verify(session: Session, key: bytes) -> Verification:
    """Recompute the whole chain."""
    previous, count = GENESIS, 0
    for entry in entries(session):
        if entry.previous != previous or not hmac.compare_digest(entry.hash, _seal(entry, key)):
            return Verification(count, entry.seq, previous)
        previous, count = entry.hash, count + 1
    return Verification(count, None, previous)


def holds(session: Session, head: str) -> bool:
    """Whether the chain has, or ends with, an entry of this hash: what was its head once must be in it for ever."""
    return head == GENESIS or session.exec(select(AuditEntry.seq).where(AuditEntry.hash == head)).first() is not None


def as_data(entry: AuditEntry) -> dict[str, Any]:
    """An entry as JSON data, for export."""
    return {
        "seq": entry.seq,
        "at": _instant(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        "case": entry.case_number,
        "details": entry.details,
        "previous": entry.previous,
        "hash": entry.hash,
    }


def _seal(entry: AuditEntry, key: bytes) -> str:
    sealed = [_instant(entry.at), entry.actor, entry.action, entry.case_number, entry.details, entry.previous]
    canonical = json.dumps(sealed, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hmac.new(key, canonical.encode(), hashlib.sha256).hexdigest()


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
