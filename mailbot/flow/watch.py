"""Watch: what happens by time alone – questions that nobody answered, content whose time is over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Select, update
from sqlmodel import Session, col, exists, select

from mailbot.core.decide import Reason
from mailbot.core.kinds import Kind
from mailbot.core.letters import Lapsed
from mailbot.core.lifecycle import Event, State
from mailbot.flow.alarms import raise_alarms
from mailbot.flow.docket import PROGRAM, Docket, greeting
from mailbot.flow.handover import expire
from mailbot.flow.lift import lift_due
from mailbot.flow.parts import Parts
from mailbot.flow.post import Envelope, post
from mailbot.flow.remind import remind_of_proofs
from mailbot.flow.retain import retain_daily
from mailbot.store import cases
from mailbot.store.engine import transaction
from mailbot.store.tables import Case, Handover, Lifting, Mail, Outgoing, Proof, Request, StoredMail

BATCH = 100
_log = structlog.get_logger(__name__)


def watch(parts: Parts) -> None:
    """Do what has become due by time."""
    done = {
        "reminded": remind_of_proofs(parts),
        "lapsed": _lapse_unproven(parts),
        "unanswered": _lapse_unanswered(parts),
        "copies_expired": expire(parts),
        "content_removed": _remove_content(parts),
        "lifted": lift_due(parts),
    }
    retain_daily(parts)
    raise_alarms(parts)
    if any(done.values()):
        _log.info("watched", **done)


def _lapse_unproven(parts: Parts) -> int:
    """Confirmations that nobody answered: the case is closed, and the registered address is told."""
    now = parts.now()
    still_open = (
        select(Proof.id)
        .where(Proof.case_id == Request.case_id, col(Proof.expires_at) > now, col(Proof.answered_at).is_(None))
        .correlate(Request)
    )
    query = select(Request).where(Request.state == State.AWAITING_PROOF, ~exists(still_open)).limit(BATCH)
    with transaction(parts.engine) as session:
        return _lapse(Docket(session, parts, now), list(session.exec(query)))


def _lapse_unanswered(parts: Parts) -> int:
    """Somebody no register knows, who did not write again: closed without a further mail (they have had the answer).

    A question that an officer asked goes back to the officer instead.
    """
    now = parts.now()
    since = now - timedelta(days=parts.policy.proof_days)
    last_letter = select(Outgoing.id).where(Outgoing.case_id == Request.case_id, col(Outgoing.created_at) > since)
    query = (
        select(Request)
        .where(Request.state == State.AWAITING_PERSON, ~exists(last_letter.correlate(Request)))
        .limit(BATCH)
    )
    with transaction(parts.engine) as session:
        docket = Docket(session, parts, now)
        waiting = list(session.exec(query))
        for request in waiting:
            case = session.get_one(Case, request.case_id)
            if case.answer_to is None and "asked" not in request.reasons:
                docket.move(case, request, Event.LAPSE, actor=PROGRAM, reasons=(Reason.LAPSED,))
            else:
                docket.move(case, request, Event.QUEUE, actor=PROGRAM, reasons=(Reason.NO_ANSWER,))
        return len(waiting)


def _lapse(docket: Docket, requests: list[Request]) -> int:
    by_case: dict[int, list[Request]] = {}
    for request in requests:
        by_case.setdefault(request.case_id, []).append(request)
    for case_id, lapsed in by_case.items():
        case = docket.session.get_one(Case, case_id)
        for request in lapsed:
            docket.move(case, request, Event.LAPSE, actor=PROGRAM, reasons=(Reason.LAPSED,))
        if case.answer_to is not None:
            letter = Lapsed(**greeting(case), kinds=tuple(Kind(request.kind) for request in lapsed))
            post(docket.session, docket.parts, letter, Envelope(case.answer_to, case), now=docket.now)
    return len(requests)


def _remove_content(parts: Parts) -> int:
    """What a person wrote is removed a set time after the case has closed; log and outcomes stay (rule 23).

    A copy that can still be fetched keeps its case until it is used up or expired: its letter names a later day.
    """
    now = parts.now()
    before = now - timedelta(days=parts.policy.content_days)
    waits = select(Handover.token_hash).where(Handover.case_id == Case.id, col(Handover.content).is_not(None))
    query = (
        select(Case)
        .where(col(Case.closed_at) < before, col(Case.content_removed_at).is_(None))
        .where(~exists(_lifting_to_come().correlate(Case)))
        .where(~exists(waits.correlate(Case)))
        .order_by(col(Case.id))
        .limit(BATCH)
    )
    with transaction(parts.engine) as session:
        docket = Docket(session, parts, now)
        ended = list(session.exec(query))
        for case in ended:
            remove_content(docket, case)
        return len(ended)


def _lifting_to_come() -> Select[Any]:
    """A restriction in the case that is going to be lifted: until then it has to be known whose."""
    return (
        select(Lifting.id)
        .join(Request, col(Lifting.request_id) == Request.id)
        .where(Request.case_id == Case.id, col(Lifting.ended_at).is_(None))
    )


def remove_content(docket: Docket, case: Case) -> None:
    """Take out of a case everything that a person wrote or that says who it was."""
    session, case_id = docket.session, case.id or 0
    for mail in cases.mails_of(session, case_id):
        mail.reading = None
        stored = session.get(StoredMail, mail.sha256)
        if stored is not None and not _used_elsewhere(session, mail, case_id):
            stored.raw, stored.removed_at = None, docket.now
    for request in cases.requests_of(session, case_id):
        request.plan, request.changes = None, []
    session.execute(update(Outgoing).where(col(Outgoing.case_id) == case_id).values(raw=None, recipient=""))
    session.execute(update(Proof).where(col(Proof.case_id) == case_id).values(address=""))
    case.address = case.answer_to = None
    case.name, case.thread, case.content_removed_at = "", [], docket.now
    docket.log(PROGRAM, "content_removed", case)


def _used_elsewhere(session: Session, mail: Mail, case_id: int) -> bool:
    other = select(Mail.id).where(Mail.sha256 == mail.sha256, col(Mail.case_id).is_not(None), Mail.case_id != case_id)
    return session.exec(other.limit(1)).first() is not None
