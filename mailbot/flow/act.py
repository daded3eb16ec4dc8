"""Act: carrying out what was decided.

Each piece of work is claimed, done so that doing it twice is doing it once, and recorded. A plan is compared with what
the registers hold when its first step is about to be applied; from then on it is finished as approved, however often
the program is stopped in between.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog
from sqlmodel import Session, col, or_, select

from mailbot.core.deadlines import received_day
from mailbot.core.decide import Reason
from mailbot.core.erasing import duties
from mailbot.core.kinds import Kind
from mailbot.core.lifecycle import Event, State
from mailbot.core.plan import Operation, Outcome, Plan
from mailbot.core.plandata import digest, outcome_to_data, plan_from_data
from mailbot.errors import MailbotError
from mailbot.flow.answers import answer
from mailbot.flow.docket import PROGRAM, Docket
from mailbot.flow.parts import Figures, Parts
from mailbot.flow.plans import make, person_of
from mailbot.store.engine import reading, transaction
from mailbot.store.tables import Case, Duty, Erasure, Request, Work

LEASE = timedelta(minutes=5)
PAUSE = timedelta(minutes=2)
ATTEMPTS = 10
"""How often a source that does not answer is tried before the officer is told."""
BATCH = 100
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Claimed:
    """A request that is to be carried out now. `fresh`: no step of it can have been applied yet."""

    work_id: int
    request_id: int
    fresh: bool


def carry_out_due(parts: Parts, figures: Figures) -> int:
    """Carry out all work whose time has come. How much that was."""
    claimed = _claim(parts)
    for work in claimed:
        _carry_out(parts, work, figures)
    return len(claimed)


def next_due(session: Session) -> datetime | None:
    """When the next piece of work may be done; None when there is none."""
    query = select(Work.not_before).where(col(Work.done_at).is_(None)).order_by(col(Work.not_before)).limit(1)
    return session.exec(query).first()


def _claim(parts: Parts) -> list[_Claimed]:
    now = parts.now()
    free = or_(col(Work.leased_until).is_(None), col(Work.leased_until) < now)
    query = (
        select(Work)
        .where(col(Work.done_at).is_(None), col(Work.not_before) <= now, free)
        .order_by(col(Work.id))
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    with transaction(parts.engine) as session:
        claimed = []
        for work in session.exec(query):
            work.leased_by, work.leased_until = parts.worker, now + LEASE
            work.attempts += 1
            claimed.append(_Claimed(work.id or 0, work.request_id or 0, work.started_at is None))
        return claimed


def _carry_out(parts: Parts, claimed: _Claimed, figures: Figures) -> None:
    try:
        plan = _start(parts, claimed, figures)
        if plan is None:
            return
        outcomes = [
            parts.register.apply(step, f"{claimed.request_id}:{number}") for number, step in enumerate(plan.steps)
        ]
        _finish(parts, claimed, plan, outcomes)
        figures.executed += 1
    except (MailbotError, OSError) as error:
        _postpone(parts, claimed, type(error).__name__, figures)


def _start(parts: Parts, claimed: _Claimed, figures: Figures) -> Plan | None:
    """The plan to apply; None if it is not what stands in the registers any more, and the officer has been told."""
    now = parts.now()
    with transaction(parts.engine) as session:
        work, request = session.get_one(Work, claimed.work_id), session.get_one(Request, claimed.request_id)
        case = session.get_one(Case, request.case_id)
        if request.state != State.APPROVED or request.plan is None:
            _done(work, now, "not_approved")
            return None
        approved = plan_from_data(request.plan)
        if claimed.fresh and digest(make(parts, case, request, _day_of(request))) != work.digest:
            docket = Docket(session, parts, now)
            docket.move(case, request, Event.FAIL, actor=PROGRAM, reasons=(Reason.CHANGED_SINCE,))
            _done(work, now, "changed_since")
            figures.queued += 1
            return None
        work.started_at = work.started_at or now
        return approved


def _day_of(request: Request) -> date | None:
    """The day of the decision: what a plan writes must not change because midnight has passed."""
    return received_day(request.decided_at) if request.decided_at is not None else None


def _finish(parts: Parts, claimed: _Claimed, plan: Plan, outcomes: Sequence[Outcome]) -> None:
    """Record what was done, search every source again, and answer – in one transaction."""
    now = parts.now()
    with reading(parts.engine) as session:
        case = session.get_one(Case, session.get_one(Request, claimed.request_id).case_id)
    finding = _search_again(parts, case, plan)
    with transaction(parts.engine) as session:
        docket = Docket(session, parts, now)
        work, request = session.get_one(Work, claimed.work_id), session.get_one(Request, claimed.request_id)
        if work.done_at is not None:
            return
        case = session.get_one(Case, request.case_id)
        request.outcome = [outcome_to_data(outcome) for outcome in outcomes]
        docket.move(case, request, Event.CARRY_OUT, actor=PROGRAM)
        docket.log(
            PROGRAM, "carried_out", case, request=request.id, outcomes=request.outcome, digest=work.digest, left=finding
        )
        _enter_in_ledger(docket, case, plan)
        docket.session.add_all(_duties(case, plan))
        answer(docket, case, request, plan)
        _follow_address(docket, case, plan)
        _done(work, now, "done")
    _log.info("request_carried_out", request=claimed.request_id, kind=plan.kind, steps=len(outcomes))


def _search_again(parts: Parts, case: Case, plan: Plan) -> dict[str, int]:
    """How many rows each data set still holds on the person after an erasure (rule 26)."""
    if plan.kind is not Kind.ERASURE:
        return {}
    person = person_of(parts, case)
    if person is None:
        return {}
    holdings = parts.register.holdings(person)
    return holdings.counts


def _enter_in_ledger(docket: Docket, case: Case, plan: Plan) -> None:
    """Erasures by keyed hash, so that they can be done again after a backup is restored (rule 26)."""
    address = case.answer_to or case.address
    if address is None:
        return
    for step in plan.steps:
        if step.operation in {Operation.ERASE, Operation.BLANK}:
            entry = Erasure(
                at=docket.now,
                case_number=case.number,
                dataset=step.dataset,
                address_hash=docket.parts.register.key_of(address),
                operation=step.operation,
            )
            docket.session.add(entry)


def _follow_address(docket: Docket, case: Case, plan: Plan) -> None:
    """Whoever has changed their e-mail address is known by the new one from now on; the old one was told just now."""
    if plan.confirm is None:
        return
    person = docket.parts.register.find(plan.confirm)
    if person is not None and not person.ambiguous:
        case.answer_to, case.person = plan.confirm, person.key
        docket.touch(case)


def _duties(case: Case, plan: Plan) -> Iterator[Duty]:
    """What was kept is erased on its day without being asked again (rule 17)."""
    for duty in duties(plan):
        yield Duty(
            case_id=case.id or 0,
            dataset=duty.dataset,
            row_key=duty.row_key,
            until=duty.until,
            ground=duty.ground,
            tell=case.answer_to,
        )


def _postpone(parts: Parts, claimed: _Claimed, error: str, figures: Figures) -> None:
    now = parts.now()
    with transaction(parts.engine) as session:
        docket = Docket(session, parts, now)
        work, request = session.get_one(Work, claimed.work_id), session.get_one(Request, claimed.request_id)
        case = session.get_one(Case, request.case_id)
        docket.log(PROGRAM, "could_not_be_carried_out", case, request=request.id, error=error, attempt=work.attempts)
        work.leased_by = work.leased_until = None
        if work.attempts < ATTEMPTS:
            work.not_before = now + PAUSE * work.attempts
            return
        docket.move(case, request, Event.FAIL, actor=PROGRAM, reasons=(Reason.SOURCE_FAILED,))
        _done(work, now, error)
        figures.queued += 1
    _log.error("request_failed", request=claimed.request_id, error=error)


def _done(work: Work, now: datetime, result: str) -> None:
    work.done_at, work.result = now, result
    work.leased_by = work.leased_until = None
