"""Incoming mail in the store: raw bytes once by their SHA-256, every sighting by folder and UID."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from mailbot.core.kinds import Disposition
from mailbot.store.tables import Mail, StoredMail


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mail lies: what identifies a sighting."""

    account: str
    folder: str
    uidvalidity: int
    uid: int


def known_uids(session: Session, account: str, folder: str, uidvalidity: int, lowest: int) -> set[int]:
    """UIDs of a folder, from the lowest on, that are stored already."""
    query = select(Mail.uid).where(
        Mail.account == account, Mail.folder == folder, Mail.uidvalidity == uidvalidity, col(Mail.uid) >= lowest
    )
    return set(session.exec(query))


def store(session: Session, place: Place, raw: bytes | None, size: int, received_at: datetime, now: datetime) -> Mail:
    """Keep a mail. The very same bytes as an earlier mail's are kept once, and the sighting is a duplicate.

    Args:
        session: the caller's transaction.
        place: where the mail lies.
        raw: its bytes; None if it was too large to be fetched.
        size: RFC822.SIZE in bytes.
        received_at: INTERNALDATE.
        now: the present.
    """
    digest = hashlib.sha256(raw if raw is not None else repr((place, size)).encode()).hexdigest()
    mail = Mail(
        account=place.account,
        folder=place.folder,
        uidvalidity=place.uidvalidity,
        uid=place.uid,
        sha256=digest,
        size=size,
        received_at=received_at,
        stored_at=now,
    )
    if not _keep_bytes(session, digest, raw, size):
        mail.disposition, mail.processed_at = Disposition.DUPLICATE, now
    session.add(mail)
    session.flush()
    return mail


def waiting(session: Session, limit: int) -> list[int]:
    """Ids of mails that have not been processed, oldest first."""
    query = select(Mail.id).where(col(Mail.processed_at).is_(None)).order_by(col(Mail.received_at), col(Mail.id))
    return [identity for identity in session.exec(query.limit(limit)) if identity is not None]


def to_file(session: Session, account: str, limit: int) -> list[Mail]:
    """Mails that are decided on but still lie in the inbox folder."""
    query = select(Mail).where(
        Mail.account == account, col(Mail.processed_at).is_not(None), col(Mail.filed_at).is_(None)
    )
    return list(session.exec(query.order_by(col(Mail.id)).limit(limit)))


def raw_of(session: Session, mail: Mail) -> bytes | None:
    """The mail's bytes; None if they were never fetched or have been removed."""
    return session.exec(select(StoredMail.raw).where(StoredMail.sha256 == mail.sha256)).first()


def count_by_disposition(session: Session) -> dict[str, int]:
    """How many mails ended in which disposition."""
    query = select(Mail.disposition, func.count()).where(col(Mail.disposition).is_not(None)).group_by(Mail.disposition)
    return {str(name): number for name, number in session.exec(query)}


def _keep_bytes(session: Session, digest: str, raw: bytes | None, size: int) -> bool:
    """False: these bytes are kept already."""
    if session.get(StoredMail, digest) is not None:
        return False
    try:
        with session.begin_nested():
            session.add(StoredMail(sha256=digest, raw=raw, size=size))
    except IntegrityError:  # another replica was quicker
        return False
    return True
