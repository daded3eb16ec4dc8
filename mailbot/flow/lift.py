"""Lift: a restriction ends on the day that the person was told of, and not while anything of theirs is open."""

from __future__ import annotations

from collections.abc import Iterator

import structlog
from sqlmodel import Session, col, exists, select

from mailbot.core.lifecycle import OPEN
from mailbot.core.plan import Operation
from mailbot.core.planning import lifting_plan
from mailbot.errors import MailbotError
from mailbot.flow.docket import PROGRAM, Docket
from mailbot.flow.parts import Parts
from mailbot.flow.plans import person_of, today
from mailbot.store.engine import reading, transaction
from mailbot.store.tables import Case, Lifting, Outgoing, Request

LIFTED, CANCELLED = "lifted", "cancelled"
_log = structlog.get_logger(__name__)


def restricts(request: Request) -> bool:
    """Whether carrying the request out has restricted anything."""
    return any(done["operation"] == Operation.RESTRICT for done in request.outcome or ())


def announced(session: Session, request_id: int) -> Lifting | None:
    """The lifting of a request that is still to come."""
    return session.exec(
        select(Lifting).where(Lifting.request_id == request_id, col(Lifting.ended_at).is_(None))
    ).first()


def lift_due(parts: Parts) -> int:
    """Lift every restriction whose day has come. How many that were.

    One waits whose letter has not left (18(3)), and one whose person has any matter open: an answer to the letter, or
    another request that the rows may have to stay restricted for.
    """
    if not parts.live:
        return 0
    done = 0
    for lifting in list(_due(parts)):
        try:
            _lift(parts, lifting)
            done += 1
        except (MailbotError, OSError) as error:  # the next round tries again; rows lifted before are skipped then
            _log.warning("lifting_failed", lifting=lifting.id, error=type(error).__name__)
    return done


def _due(parts: Parts) -> Iterator[Lifting]:
    query = (
        select(Lifting, Case)
        .join(Request, col(Lifting.request_id) == Request.id)
        .join(Case, col(Request.case_id) == Case.id)
        .join(Outgoing, col(Lifting.outgoing_id) == Outgoing.id)
        .where(
            col(Lifting.ended_at).is_(None),
            Lifting.day <= today(parts),
            col(Case.answer_to).is_not(None),
            col(Outgoing.sent_at).is_not(None),
        )
        .order_by(col(Lifting.id))
    )
    with reading(parts.engine) as session:
        for lifting, case in session.exec(query).all():
            if not _has_open_matter(session, case):
                yield lifting


def _has_open_matter(session: Session, case: Case) -> bool:
    same = (Case.person == case.person) if case.person is not None else (Case.id == case.id)
    still_open = select(Request.id).join(Case, col(Request.case_id) == Case.id)
    query = select(exists(still_open.where(same, col(Request.state).in_(tuple(OPEN)))))
    return bool(session.exec(query).one())


def _lift(parts: Parts, due: Lifting) -> None:
    with reading(parts.engine) as session:
        case = session.get_one(Case, session.get_one(Request, due.request_id).case_id)
    person = person_of(parts, case)
    steps = lifting_plan(parts.data_map, parts.register.holdings(person), person).steps if person is not None else ()
    outcomes = [parts.register.apply(step, f"lifting:{due.id}:{step.dataset}") for step in steps]
    now = parts.now()
    with transaction(parts.engine) as session:
        lifting = session.get_one(Lifting, due.id)
        if lifting.ended_at is not None:
            return
        lifting.ended_at, lifting.result = now, LIFTED
        rows = {outcome.dataset: outcome.rows for outcome in outcomes}
        Docket(session, parts, now).log(PROGRAM, "lifted", case, request=lifting.request_id, rows=rows)
    _log.info("restriction_lifted", request=due.request_id, steps=len(steps))
