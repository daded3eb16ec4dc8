"""Copies that wait to be fetched: found by the hash of a token that stands in one mail, taken a few times, then gone.

Looking one up is one query by hash, whatever comes of it, so that neither the answer nor its time tells a token that
never was from one that is used up or whose time is over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from mailbot.store.tables import Handover

FETCHES = 3
"""How often a copy can be fetched: a download breaks off now and then, and few people ask for a new link."""


def add(session: Session, token: str, case_id: int, request_id: int | None, content: bytes, until: datetime) -> None:
    """Keep an encrypted copy for whoever has the token.

    Args:
        session: the transaction that also writes the letter with the token.
        token: unguessable; only its hash is kept.
        case_id: whose copy it is.
        request_id: which request it answers.
        content: the encrypted copy.
        until: when it can no longer be fetched.
    """
    session.add(
        Handover(
            token_hash=_hashed(token),
            case_id=case_id,
            request_id=request_id,
            content=content,
            fetches_left=FETCHES,
            expires_at=until,
        )
    )


def waits(session: Session, token: str, now: datetime) -> bool:
    """Whether a token fetches anything."""
    return session.exec(select(Handover.token_hash).where(*_fetched_by(token, now))).first() is not None


def find(session: Session, token: str, now: datetime) -> Handover | None:
    """The copy that a token fetches, locked for whoever takes it; None if it fetches nothing."""
    return session.exec(select(Handover).where(*_fetched_by(token, now)).with_for_update()).first()


def take(row: Handover, now: datetime) -> bytes:
    """The content of a copy that was found, one time fewer to be had; with the last time it is removed here."""
    content = row.content or b""
    row.fetches_left, row.fetched_at = row.fetches_left - 1, now
    if row.fetches_left == 0:
        row.content = None
    return content


def expired(session: Session, now: datetime, limit: int) -> Sequence[Handover]:
    """Copies that are still here although their time is over."""
    query = select(Handover).where(col(Handover.expires_at) <= now, col(Handover.content).is_not(None))
    return session.exec(query.order_by(col(Handover.expires_at)).limit(limit)).all()


def _fetched_by(token: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Handover.token_hash) == _hashed(token),
        col(Handover.expires_at) > now,
        col(Handover.content).is_not(None),
    )


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
