"""What mailbot would have done with an archive: each mail is processed as if it had just come, on a store of its own.

Nothing is delivered or carried out, so that no register changes; answers and cases are gone with the store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from mailbot.flow.parts import Figures, Parts
from mailbot.flow.process import process
from mailbot.store import mails
from mailbot.store.engine import reading, transaction
from mailbot.store.tables import Case, Mail, Outgoing, Request, StoredMail


@dataclass(frozen=True, slots=True)
class Archived:
    """A mail of an archive: its name there, its bytes, and when it reached its server."""

    name: str
    raw: bytes
    received_at: datetime


def replay(parts: Parts, archive: Iterable[Archived]) -> Iterator[dict[str, Any]]:
    """Process mails one by one, each at its own time.

    Args:
        parts: the installation, with an engine on an empty database that is thrown away afterwards.
        archive: oldest first, so that answers come after what they answer.
    """
    for number, archived in enumerate(archive, start=1):
        yield _replay_one(replace(parts, live=True, now=_standing_at(archived.received_at)), number, archived)


def _standing_at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def _replay_one(parts: Parts, number: int, archived: Archived) -> dict[str, Any]:
    at = archived.received_at
    with transaction(parts.engine) as session:
        place = mails.Place("archive", "archive", 1, number)
        mail = mails.store(session, place, archived.raw, len(archived.raw), at, at)
        mail_id, duplicate = mail.id or 0, mail.processed_at is not None
        letters_before = _last_letter(session)
    if not duplicate:
        process(parts, mail_id, Figures())
    with transaction(parts.engine) as session:
        session.get_one(StoredMail, mail.sha256).raw = None  # an archive may be larger than memory
    with reading(parts.engine) as session:
        return {"mail": archived.name, "received_at": at.isoformat()} | _outcome(session, mail_id, letters_before)


def _outcome(session: Session, mail_id: int, letters_before: int) -> dict[str, Any]:
    mail = session.get_one(Mail, mail_id)
    case = session.get(Case, mail.case_id) if mail.case_id is not None else None
    requests = session.exec(select(Request).where(Request.mail_id == mail_id).order_by(col(Request.id)))
    letters = session.exec(select(Outgoing).where(col(Outgoing.id) > letters_before).order_by(col(Outgoing.id)))
    return {
        "disposition": mail.disposition,
        "reasons": list(mail.reasons),
        "error": mail.error,
        "case": case.number if case is not None else None,
        "level": case.level if case is not None else None,
        "requests": [
            {"kind": one.kind, "state": one.state, "reasons": list(one.reasons), "due_at": one.due.isoformat()}
            for one in requests
        ],
        "letters": [letter.template for letter in letters],
    }


def _last_letter(session: Session) -> int:
    return session.exec(select(Outgoing.id).order_by(col(Outgoing.id).desc()).limit(1)).first() or 0
