"""Reading cases and requests: what flow and console ask of the store, each in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlmodel import Session, col, func, select

from mailbot.core.kinds import Kind
from mailbot.core.lifecycle import ENDED, OPEN, State
from mailbot.store.tables import Case, Mail, Outgoing, Proof, Request, Work


def case_by_number(session: Session, number: str) -> Case | None:
    """The case that people call by this number."""
    return session.exec(select(Case).where(Case.number == number.strip().upper())).first()


def requests_of(session: Session, case_id: int) -> list[Request]:
    """All requests of a case, in the order they came."""
    return list(session.exec(select(Request).where(Request.case_id == case_id).order_by(col(Request.id))))


def queue(session: Session, states: Collection[State] = (State.QUEUED,)) -> Sequence[tuple[Request, Case]]:
    """Requests in these states with their cases, the one that is due first on top."""
    query = (
        select(Request, Case)
        .join(Case, col(Request.case_id) == Case.id)
        .where(col(Request.state).in_(tuple(states)))
        .order_by(col(Request.due), col(Request.id))
    )
    return session.exec(query).all()


def listed(
    session: Session, states: Collection[State], *, rights: bool | None = None, limit: int
) -> Sequence[tuple[Request, Case, Mail | None]]:
    """One list of the console: requests in these states, each with its case and the mail that it came with.

    Args:
        session: the caller's.
        states: which; ended ones come newest first, all others by what is due first.
        rights: only those that invoke a right, or only those that do not; None: both.
        limit: at most so many.
    """
    ended = ENDED.issuperset(states)
    order = (col(Request.ended_at).desc(), col(Request.id).desc()) if ended else (col(Request.due), col(Request.id))
    query = (
        select(Request, Case, Mail)
        .join(Case, col(Request.case_id) == Case.id)
        .join(Mail, col(Request.mail_id) == Mail.id, isouter=True)
        .where(col(Request.state).in_(tuple(states)))
        .order_by(*order)
        .limit(limit)
    )
    if rights is not None:
        query = query.where(col(Request.kind) != Kind.OTHER if rights else col(Request.kind) == Kind.OTHER)
    return session.exec(query).all()


def tally(session: Session) -> dict[tuple[State, bool], int]:
    """How many requests there are in each state, those that invoke a right and those that do not."""
    is_right = col(Request.kind) != Kind.OTHER
    query = select(Request.state, is_right, func.count()).group_by(Request.state, is_right)
    return {(State(state), bool(right)): count for state, right, count in session.exec(query)}


def overdue(session: Session, today: date) -> int:
    """How many open requests should have been answered before today."""
    late = (col(Request.state).not_in(tuple(ENDED)), col(Request.due) < today)
    return session.exec(select(func.count()).select_from(Request).where(*late)).one()


def work_waiting(session: Session, request_id: int) -> Work | None:
    """What has been decided on a request and not carried out yet."""
    query = select(Work).where(Work.request_id == request_id, col(Work.done_at).is_(None)).order_by(col(Work.id).desc())
    return session.exec(query.limit(1)).first()


def requests_of_person(session: Session, person: str, since: datetime) -> list[Request]:
    """Rights that a person has open, or that ended after `since`."""
    recent = col(Request.state).not_in(tuple(ENDED)) | (col(Request.ended_at) >= since)
    query = (
        select(Request)
        .join(Case, col(Request.case_id) == Case.id)
        .where(Case.person == person, recent, Request.kind != Kind.OTHER)
        .order_by(col(Request.id))
    )
    return list(session.exec(query))


def answered(session: Session, message_ids: Sequence[str]) -> Outgoing | None:
    """The mail of ours that a mail answers: the nearest of the Message-IDs that it names."""
    if not message_ids:
        return None
    found = session.exec(select(Outgoing).where(col(Outgoing.message_id).in_(message_ids))).all()
    return min(found, key=lambda mail: message_ids.index(mail.message_id), default=None)


def proof_with_code(session: Session, code_hashes: Sequence[str]) -> Proof | None:
    """The newest confirmation that has one of these codes."""
    if not code_hashes:
        return None
    query = select(Proof).where(col(Proof.code_hash).in_(code_hashes)).order_by(col(Proof.id).desc())
    return session.exec(query.limit(1)).first()


def open_proof(session: Session, case_id: int, now: datetime) -> Proof | None:
    """The newest confirmation of a case that can still be answered."""
    query = (
        select(Proof)
        .where(Proof.case_id == case_id, col(Proof.answered_at).is_(None), col(Proof.expires_at) > now)
        .order_by(col(Proof.id).desc())
    )
    return session.exec(query.limit(1)).first()


def proofs_of(session: Session, case_id: int) -> list[Proof]:
    """Every confirmation of a case."""
    return list(session.exec(select(Proof).where(Proof.case_id == case_id).order_by(col(Proof.id))))


def mails_of(session: Session, case_id: int) -> list[Mail]:
    """Every incoming mail of a case, oldest first."""
    return list(session.exec(select(Mail).where(Mail.case_id == case_id).order_by(col(Mail.id))))


def letters_of(session: Session, case_id: int) -> list[Outgoing]:
    """Every outgoing mail of a case, oldest first."""
    return list(session.exec(select(Outgoing).where(Outgoing.case_id == case_id).order_by(col(Outgoing.id))))


def is_open(request: Request) -> bool:
    """Whether anything remains to be done."""
    return State(request.state) in OPEN
