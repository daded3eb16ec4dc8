"""The outbox: answers wait here, frozen, written in the same transaction as the decision they tell of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, or_, select

from mailbot.store.tables import Outgoing

WAITING, SENDING, SENT, FAILED, HELD, CANCELLED = "waiting", "sending", "sent", "failed", "held", "cancelled"
LEASE = timedelta(minutes=5)
"""Longer than any delivery takes; afterwards a crashed sender's mails are taken up again."""
GIVE_UP_AFTER = timedelta(days=3)
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Sent24h:
    """How many answers went, or wait to go, out in the last 24 hours: to one address, and in all."""

    to_address: int
    in_all: int


def sent_since(session: Session, recipient: str, since: datetime) -> Sent24h:
    """Count what counts towards the limits of answers; what was held or cancelled does not."""
    counted = (col(Outgoing.created_at) >= since, col(Outgoing.state).not_in((HELD, CANCELLED)))
    in_all = session.exec(select(func.count()).select_from(Outgoing).where(*counted)).one()
    to_address = session.exec(
        select(func.count()).select_from(Outgoing).where(*counted, Outgoing.recipient == recipient)
    ).one()
    return Sent24h(to_address, in_all)


def count_by_state(session: Session) -> dict[str, int]:
    """How many letters stand in which state."""
    return dict(session.exec(select(Outgoing.state, func.count()).group_by(Outgoing.state)).all())


def claim(session: Session, now: datetime, owner: str, limit: int = 50) -> list[Outgoing]:
    """Take mails that are due, so that no other sender takes them for the time of the lease."""
    free = or_(col(Outgoing.leased_until).is_(None), col(Outgoing.leased_until) < now)
    query = (
        select(Outgoing)
        .where(col(Outgoing.state).in_((WAITING, SENDING)), free)
        .where(col(Outgoing.not_before) <= now, col(Outgoing.next_attempt_at) <= now)
        .order_by(col(Outgoing.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = list(session.exec(query))
    for mail in claimed:
        mail.state, mail.leased_by, mail.leased_until = SENDING, owner, now + LEASE
        mail.attempts += 1
    return claimed


def record_sent(mail: Outgoing, now: datetime, status: str) -> None:
    """The server took it."""
    mail.state, mail.sent_at, mail.status = SENT, now, status
    mail.leased_by = mail.leased_until = None


def record_failed(mail: Outgoing, status: str) -> None:
    """The server refused it for good, or it could not be sent in time."""
    mail.state, mail.status = FAILED, status
    mail.leased_by = mail.leased_until = None


def record_retry(mail: Outgoing, now: datetime, status: str) -> bool:
    """Not yet: again after a pause that doubles. False: the deadline has passed, the mail has failed."""
    if now >= mail.give_up_at:
        record_failed(mail, status)
        return False
    pause = min(FIRST_PAUSE * 2 ** (mail.attempts - 1), LONGEST_PAUSE) if mail.attempts < 10 else LONGEST_PAUSE  # noqa: PLR2004
    mail.state, mail.status, mail.next_attempt_at = WAITING, status, now + pause
    mail.leased_by = mail.leased_until = None
    return True


def give_back(mail: Outgoing) -> None:
    """Untried: as if it had not been claimed."""
    mail.state, mail.attempts = WAITING, max(mail.attempts - 1, 0)
    mail.leased_by = mail.leased_until = None


def cancel(mail: Outgoing) -> None:
    """Not to be sent any more: undone while it waited."""
    mail.state = CANCELLED


def release(mail: Outgoing, now: datetime) -> None:
    """An officer lets a held mail go."""
    mail.state, mail.held_because, mail.next_attempt_at, mail.give_up_at = WAITING, "", now, now + GIVE_UP_AFTER
