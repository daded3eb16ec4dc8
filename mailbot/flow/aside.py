"""What lies aside until an officer looks: letters held back, and mails that could not be handled."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlmodel import Session, col, select

from mailbot.core.kinds import Disposition
from mailbot.errors import MailbotError, UsageError
from mailbot.flow.docket import Docket
from mailbot.flow.parts import Parts
from mailbot.store import outbox
from mailbot.store.engine import transaction
from mailbot.store.tables import Case, Mail, Outgoing


class NoSuchThing(UsageError, LookupError):
    """There is no letter or mail of that number."""


class NotAside(MailbotError, ValueError):
    """The letter is not held back, or the mail not in quarantine."""


def held_letters(session: Session) -> list[Outgoing]:
    """Letters beyond the limits, or written in shadow mode, oldest first."""
    return list(session.exec(select(Outgoing).where(Outgoing.state == outbox.HELD).order_by(col(Outgoing.id))))


def quarantined_mails(session: Session) -> list[Mail]:
    """Mails that could not be handled, oldest first."""
    quarantined = Mail.disposition == Disposition.QUARANTINED
    return list(session.exec(select(Mail).where(quarantined).order_by(col(Mail.id))))


def release(parts: Parts, letter_id: int, officer: str) -> Outgoing:
    """Let a held letter go; it is sent as it was written.

    Raises:
        NoSuchThing: there is no such letter.
        NotAside: it is not held, or its content has been removed since.
    """
    with _held(parts, letter_id, "letter_released", officer) as letter:
        if letter.raw is None:
            raise NotAside(f"letter {letter_id}: its content has been removed; there is nothing left to send")
        outbox.release(letter, parts.now())
    return letter


def discard(parts: Parts, letter_id: int, officer: str) -> Outgoing:
    """Decide that a held letter is never sent.

    Raises:
        NoSuchThing: there is no such letter.
        NotAside: it is not held.
    """
    with _held(parts, letter_id, "letter_discarded", officer) as letter:
        outbox.cancel(letter)
    return letter


def readmit(parts: Parts, mail_id: int, officer: str) -> Mail:
    """Let a mail out of quarantine: it is processed anew, with the clock that it started with.

    Raises:
        NoSuchThing: there is no such mail.
        NotAside: it is not in quarantine.
    """
    with transaction(parts.engine) as session:
        mail = session.get(Mail, mail_id)
        if mail is None:
            raise NoSuchThing(f"there is no mail {mail_id}")
        if mail.disposition != Disposition.QUARANTINED:
            raise NotAside(f"mail {mail_id} is not in quarantine")
        mail.processed_at, mail.disposition, mail.error, mail.attempts = None, None, "", 0
        Docket(session, parts, parts.now()).log(f"officer:{officer}", "mail_readmitted", None, mail=mail_id)
        return mail


@contextmanager
def _held(parts: Parts, letter_id: int, action: str, officer: str) -> Iterator[Outgoing]:
    with transaction(parts.engine) as session:
        letter = session.get(Outgoing, letter_id)
        if letter is None:
            raise NoSuchThing(f"there is no letter {letter_id}")
        if letter.state != outbox.HELD:
            raise NotAside(f"letter {letter_id} is not held; it is {letter.state}")
        yield letter
        case = session.get(Case, letter.case_id) if letter.case_id is not None else None
        docket = Docket(session, parts, parts.now())
        docket.log(f"officer:{officer}", action, case, outgoing=letter_id, letter=letter.template)
