"""Leases: who alone may run something for now, such as the intake of one mailbox (docs/mail.md, intake)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from mailbot.store.tables import Lease


def acquire(session: Session, name: str, owner: str, now: datetime, seconds: int) -> bool:
    """Take the lease, or renew it if it is ours already. False: somebody else holds it."""
    until = now + timedelta(seconds=seconds)
    free = (col(Lease.owner) == owner) | (col(Lease.until) < now)
    taken = session.execute(update(Lease).where(col(Lease.name) == name, free).values(owner=owner, until=until))
    if taken.rowcount:  # type: ignore[attr-defined]  # an UPDATE gives a CursorResult
        return True
    try:
        with session.begin_nested():
            session.add(Lease(name=name, owner=owner, until=until))
    except IntegrityError:
        return False
    return True


def release(session: Session, name: str, owner: str) -> None:
    """Give the lease back, if it is ours."""
    session.execute(delete(Lease).where(col(Lease.name) == name, col(Lease.owner) == owner))
