"""Readings that an officer put right, kept to learn from: what a mail says, without whom it is about, and means.

They outlive the mail's own text, so names, addresses and numbers are replaced before anything is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlmodel import Session, col, select

from mailbot.core.kinds import Kind, Language
from mailbot.flow.docket import Docket
from mailbot.mail.parse import parse
from mailbot.nlp.pseudonyms import pseudonymise
from mailbot.store import mails
from mailbot.store.tables import Correction, Mail


def remember(docket: Docket, mail: Mail, officer: str, kinds: Iterable[Kind]) -> None:
    """Keep what a mail really asked for. Without its text, or if it was read so, there is nothing to learn."""
    raw = mails.raw_of(docket.session, mail)
    read = mail.reading or {}
    meant = sorted({kind.value for kind in kinds})
    if raw is None or (meant == sorted(read.get("kinds", ())) and not read.get("abstained")):
        return
    message = parse(raw)
    correction = Correction(
        at=docket.now,
        officer=officer,
        mail_id=mail.id,
        language=read.get("language", Language.SWEDISH),
        # The subject of an answer is that of our own letter.
        subject="" if message.in_reply_to else pseudonymise(message.subject),
        text=pseudonymise(message.own_text),
        read_as=list(read.get("kinds", ())),
        kinds=meant,
    )
    docket.session.add(correction)


def labelled(session: Session) -> Iterator[dict[str, Any]]:
    """Every correction as the corpus has its mails, for `train --with-corrections`; of a mail, the last word counts."""
    last = {one.mail_id: one for one in session.exec(select(Correction).order_by(col(Correction.id)))}
    for one in last.values():
        yield {
            "id": f"officer-{one.id}",
            "lang": one.language,
            "subject": one.subject,
            "text": one.text,
            "labels": one.kinds,
        }
