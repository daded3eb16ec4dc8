"""Delivering the outbox and filing handled mail: what act does towards the mail servers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import structlog

from mailbot.core.kinds import Disposition
from mailbot.errors import MailbotError
from mailbot.flow.bounces import lay_before_officer
from mailbot.flow.docket import PROGRAM, Docket
from mailbot.flow.parts import Figures, Parts
from mailbot.mail.smtp import Delivery, Parcel, Refused, Retry, Sent, Unknown
from mailbot.store import mails, outbox
from mailbot.store.engine import reading, transaction
from mailbot.store.tables import Case, Mail, Outgoing

BATCH = 50
FOLDERS = {
    Disposition.REQUEST: "Dataskydd/Hanterade",
    Disposition.CONFIRMATION: "Dataskydd/Hanterade",
    Disposition.FOLLOW_UP: "Dataskydd/Hanterade",
    Disposition.TO_OFFICER: "Dataskydd/Till handläggare",
    Disposition.OTHER: "Dataskydd/Till handläggare",
    Disposition.AUTOMATIC: "Dataskydd/Automatiska",
    Disposition.BOUNCE: "Dataskydd/Automatiska",
    Disposition.OWN: "Dataskydd/Automatiska",
    Disposition.DUPLICATE: "Dataskydd/Dubbletter",
    Disposition.QUARANTINED: "Dataskydd/Karantän",
}
"""Where a mail is moved once it is decided on. A hint for people: what counts is the store."""
_log = structlog.get_logger(__name__)


class Server(Protocol):
    """What delivering needs of `mail.smtp`: one connection for the batch, a result for each mail in order."""

    async def deliver(self, parcels: Sequence[Parcel]) -> Sequence[Delivery]: ...


class Files(Protocol):
    """What filing needs of `mail.imap.Mailbox`."""

    account: str
    folder: str

    def uidvalidity(self) -> int: ...
    def move(self, uids: Sequence[int], folder: str) -> None: ...


async def deliver_due(parts: Parts, server: Server, figures: Figures) -> int:
    """Send what is due. How many mails were tried.

    Raises:
        MailbotError: the server cannot be reached or refuses the log-in; the mails wait, untried.
    """
    with transaction(parts.engine) as session:
        claimed = outbox.claim(session, parts.now(), parts.worker, BATCH)
    if not claimed:
        return 0
    parcels = [Parcel(mail.envelope_from, mail.recipient, mail.raw or b"") for mail in claimed]
    try:
        deliveries = await server.deliver(parcels)
    except (MailbotError, OSError):
        # No connection, nothing was sent. Broken off in the middle, the mails stay claimed until the lease is over.
        _record(parts, claimed, [None] * len(claimed), figures)
        raise
    _record(parts, claimed, list(deliveries), figures)
    return len(claimed)


def _record(parts: Parts, claimed: Sequence[Outgoing], deliveries: Sequence[Delivery | None], figures: Figures) -> None:
    now = parts.now()
    with transaction(parts.engine) as session:
        docket = Docket(session, parts, now)
        for mail_before, delivery in zip(claimed, deliveries, strict=True):
            mail = session.get_one(Outgoing, mail_before.id)
            match delivery:
                case Sent(status):
                    outbox.record_sent(mail, now, status)
                    figures.sent += 1
                    _log.info("letter_sent", outgoing=mail.id, letter=mail.template)
                case Refused(status):
                    outbox.record_failed(mail, status)
                    _tell_failed(docket, mail)
                case Retry(status) | Unknown(status):
                    if not outbox.record_retry(mail, now, status):
                        _tell_failed(docket, mail)
                case None:
                    outbox.give_back(mail)


def _tell_failed(docket: Docket, mail: Outgoing) -> None:
    _log.warning("letter_failed", outgoing=mail.id, letter=mail.template, status=mail.status)
    case = docket.session.get(Case, mail.case_id) if mail.case_id is not None else None
    docket.log(PROGRAM, "letter_failed", case, outgoing=mail.id, letter=mail.template, status=mail.status)
    if case is not None:
        lay_before_officer(docket, case, None)


def file_handled(parts: Parts, inbox: Files) -> int:
    """Move mails that are decided on out of the inbox folder. How many. What is gone already counts as moved."""
    with reading(parts.engine) as session:
        waiting = mails.to_file(session, inbox.account, BATCH)
    if not waiting:
        return 0
    uidvalidity = inbox.uidvalidity()
    by_folder: dict[str, list[Mail]] = {}
    for mail in waiting:
        by_folder.setdefault(FOLDERS[Disposition(mail.disposition or "")], []).append(mail)
    for folder, group in by_folder.items():
        # Another UIDVALIDITY means that the old UIDs say nothing any more: the mails come in anew, as duplicates.
        uids = [mail.uid for mail in group if mail.uidvalidity == uidvalidity and mail.folder == inbox.folder]
        if uids:
            inbox.move(uids, folder)
        with transaction(parts.engine) as session:
            for mail in group:
                session.get_one(Mail, mail.id).filed_at = parts.now()
    return len(waiting)
