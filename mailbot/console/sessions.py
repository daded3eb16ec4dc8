"""Officers' log-ins: the cookie holds a random token, the database only its hash, and deleting the row ends it."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, update
from sqlmodel import Session, col, select

from mailbot.store.engine import reading, transaction
from mailbot.store.tables import Officer, OfficerSession

TOKEN_BYTES = 32
LONGEST = timedelta(hours=10)
"""A working day; after it the officer logs in again, however busy."""
IDLE = timedelta(hours=1)
NOTED_EVERY = timedelta(minutes=1)
"""How exactly it is known when an officer was last there; more often would be a write for every page."""


def begin(session: Session, officer: Officer, now: datetime) -> str:
    """Log an officer in. The token, which is nowhere else; what has ended is cleared away on the way."""
    session.execute(delete(OfficerSession).where(col(OfficerSession.expires_at) <= now))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = OfficerSession(
        token_hash=_hashed(token), officer_id=officer.id or 0, created_at=now, seen_at=now, expires_at=now + LONGEST
    )
    session.add(row)
    return token


def officer_of(engine: Engine, token: str, now: datetime) -> Officer | None:
    """Whose log-in a token is; None if it has ended or never was."""
    wanted = _hashed(token)
    with reading(engine) as session:
        query = (
            select(OfficerSession, Officer)
            .join(Officer, col(Officer.id) == OfficerSession.officer_id)
            .where(OfficerSession.token_hash == wanted, col(Officer.disabled_at).is_(None))
        )
        found = session.exec(query).first()
    if found is None:
        return None
    log_in, officer = found
    if log_in.expires_at <= now or log_in.seen_at + IDLE <= now:
        return None
    if log_in.seen_at + NOTED_EVERY <= now:
        with transaction(engine) as session:
            session.execute(update(OfficerSession).where(col(OfficerSession.token_hash) == wanted).values(seen_at=now))
    return officer


def end(engine: Engine, token: str) -> None:
    """Log out."""
    with transaction(engine) as session:
        session.execute(delete(OfficerSession).where(col(OfficerSession.token_hash) == _hashed(token)))


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
