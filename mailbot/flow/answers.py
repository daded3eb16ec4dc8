"""What a carried-out request is answered with: the letters that follow from its plan, and the copy of the data.

They follow from the plan alone, so that what an officer reads before approving is what the person gets.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mailbot.core.copy import AccessCopy, make_copy
from mailbot.core.deadlines import STOCKHOLM
from mailbot.core.identity import Level
from mailbot.core.kinds import Kind, Language
from mailbot.core.letters import (
    CopyCode,
    CopySent,
    CustomerNotice,
    Done,
    Item,
    Letter,
    NothingHeld,
    RecipientNotice,
    Suppressed,
)
from mailbot.core.plan import Operation, Plan, Step
from mailbot.flow.docket import PROGRAM, Docket, Greeting, greeting
from mailbot.flow.handover import TOKEN_BYTES, Means, lay_out, means
from mailbot.flow.post import Envelope, post
from mailbot.mail.compose import File
from mailbot.render.copy import encrypt, new_code
from mailbot.store.tables import Case, Request

COPY_KINDS = frozenset({Kind.ACCESS, Kind.PORTABILITY})
TOLD_KINDS = frozenset({Kind.RECTIFICATION, Kind.ERASURE, Kind.RESTRICTION})
"""Rights whose outcome every recipient of the data is told of (Article 19)."""
TOLD_OPERATIONS = (Operation.CHANGE, Operation.ERASE, Operation.BLANK, Operation.RESTRICT)


@dataclass(frozen=True, slots=True)
class Addressed:
    """A letter and whom it goes to. `carries_copy`: the encrypted copy is attached, or fetched by the letter's link."""

    letter: Letter
    to: str
    to_person: bool = True
    carries_copy: bool = False


def letters(case: Case, request: Request, plan: Plan, by: Means) -> Iterator[Addressed]:
    """Every letter that carrying out the plan sends.

    Args:
        case: the case the request belongs to.
        request: the request.
        plan: what is carried out.
        by: how the copy is handed over, where there is one.
    """
    to = case.answer_to
    if to is None:
        if case.address is not None:
            yield Addressed(Suppressed(language=Language(case.language), case=case.number), case.address)
        return
    kind = Kind(request.kind)
    customers = _names(plan.steps_of(Operation.REFER))
    if kind in COPY_KINDS:
        yield from _copy_letters(case, plan, kind, customers, by)
    else:
        told = plan.steps_of(*TOLD_OPERATIONS) if kind in TOLD_KINDS else ()
        recipients = tuple(sorted({one.name for step in told for one in step.notify if one.contact is not None}))
        done = Done(**greeting(case), kind=kind, items=_items(plan.steps), customers=customers, recipients=recipients)
        yield Addressed(done, to)
    yield from _notices(case, plan, kind)


def answer(docket: Docket, case: Case, request: Request, plan: Plan) -> None:
    """Put the letters of a carried-out request in the outbox."""
    code, token = new_code(secrets.token_bytes), secrets.token_urlsafe(TOKEN_BYTES)
    by = means(docket.parts, Language(case.language), code, token)
    for addressed in letters(case, request, plan, by):
        files: tuple[File, ...] = ()
        if addressed.carries_copy:
            pdf = _copy(docket, case, plan, code)
            if by.pickup is None:
                files = (File(f"{case.number}.pdf", "application/pdf", pdf),)
            else:
                lay_out(docket, case, request, by.pickup, pdf)
        envelope = Envelope(
            addressed.to, case, request.id, automatic=request.decided_by == PROGRAM, threaded=addressed.to_person
        )
        post(docket.session, docket.parts, addressed.letter, envelope, now=docket.now, files=files)


def _copy_letters(case: Case, plan: Plan, kind: Kind, customers: tuple[str, ...], by: Means) -> Iterator[Addressed]:
    to = case.answer_to or ""
    items = _items(plan.steps_of(Operation.SHOW, Operation.REFER))
    if not plan.steps_of(Operation.SHOW):
        yield Addressed(NothingHeld(**greeting(case), kind=kind, customers=customers), to)
        return
    sent = CopySent(**greeting(case), kind=kind, items=items, customers=customers, pickup=by.pickup)
    yield Addressed(sent, to, carries_copy=True)
    yield Addressed(CopyCode(**greeting(case), code=by.code, by_link=by.pickup is not None), to)


def _copy(docket: Docket, case: Case, plan: Plan, code: str) -> bytes:
    copy: AccessCopy = make_copy(
        plan,
        docket.parts.data_map,
        language=Language(case.language),
        case=case.number,
        name=case.name,
        addresses=(case.answer_to or "",),
        day=docket.now.astimezone(STOCKHOLM).date(),
    )
    return encrypt(docket.parts.copies.make(copy), code, owner=secrets.token_hex(16))


def _notices(case: Case, plan: Plan, kind: Kind) -> Iterator[Addressed]:
    """Customers whose data it is (rule 18) and recipients of ours (rule 19); neither before the person is proven."""
    if Level.from_code(case.level) < Level.PROVEN or case.answer_to is None:
        return
    about: Greeting = {"language": Language.SWEDISH, "case": case.number, "name": ""}
    for contact, steps in _by_contact(plan.steps_of(Operation.REFER)).items():
        references = tuple(row.key for step in steps for row in step.before)
        notice = CustomerNotice(**about, kind=kind, person=case.answer_to, references=references)
        yield Addressed(notice, contact, to_person=False)
    if kind in TOLD_KINDS:
        for contact, steps in _by_contact(plan.steps_of(*TOLD_OPERATIONS)).items():
            told = RecipientNotice(**about, kind=kind, person=case.answer_to, items=tuple(map(_item, steps)))
            yield Addressed(told, contact, to_person=False)


def _by_contact(steps: Iterable[Step]) -> dict[str, list[Step]]:
    """Who has to be told, by e-mail address, and of which steps. Whom only an officer can reach is not here."""
    found: dict[str, list[Step]] = {}
    for step in steps:
        for told in step.notify:
            if told.contact is not None:
                found.setdefault(told.contact, []).append(step)
    return found


def _items(steps: Iterable[Step]) -> tuple[Item, ...]:
    return tuple(map(_item, steps))


def _item(step: Step) -> Item:
    return Item(
        dataset=step.dataset,
        operation=step.operation,
        rows=len(step.before) or len(step.after),
        fields=step.fields,
        ground=step.ground,
        until=step.until,
        reason=step.reason,
    )


def _names(steps: Iterable[Step]) -> tuple[str, ...]:
    return tuple(sorted({name for step in steps for name in step.named}))
