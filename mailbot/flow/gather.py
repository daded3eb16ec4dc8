"""Gathering all that is known about one mail, before anything is decided or written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from sqlmodel import Session

from mailbot.core.decide import Circumstances, Joined
from mailbot.core.identity import Level, Person, level_of
from mailbot.core.kinds import Kind, Language
from mailbot.core.lifecycle import State
from mailbot.core.message import Authentication, Message, Oddity, Verdict
from mailbot.core.plan import Plan
from mailbot.core.policy import Hands
from mailbot.core.reading import Reading
from mailbot.core.screen import Own, Screening, screen
from mailbot.core.sender import NoSender, Sender, sender_of, without_detail
from mailbot.core.threads import Handles, handles_of, is_courtesy, read_answer, takes_back
from mailbot.flow.parts import Parts
from mailbot.flow.plans import plan_for
from mailbot.mail.authenticate import authenticate
from mailbot.mail.parse import parse
from mailbot.store import cases
from mailbot.store.tables import Case, Mail, Outgoing, Proof

UNREAD = Reading(Language.SWEDISH, (Kind.OTHER,), {}, abstained=False)
"""The reading of a mail that no person can have written."""


IDENTITY, NEW_ADDRESS = "identity", "new_address"
"""What a confirmation is for: that it is the person, or that a new address is theirs."""
TOO_LARGE = Message(
    message_id=None,
    in_reply_to=(),
    references=(),
    from_mailboxes=(),
    from_headers=0,
    recipients=(),
    return_path=None,
    subject="",
    headers={},
    text="",
    own_text="",
    oddities=frozenset({Oddity.TOO_LARGE}),
)
"""What stands for a mail that was too large to be fetched: an officer opens it in the mailbox."""


@dataclass(frozen=True, slots=True)
class Thread:
    """What of ours a mail answers."""

    case: Case | None = None
    answered: Outgoing | None = None
    proof: Proof | None = None
    """The confirmation it answers, if that can still be answered."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """The facts for the decision, and what the shell needs to write it down."""

    facts: Circumstances
    thread: Thread
    plans: dict[Kind, Plan] = field(default_factory=dict)


def gather(session: Session, parts: Parts, mail: Mail, raw: bytes | None) -> Gathered:
    """Read one mail and look up what the store and the registers know about it and its sender."""
    message = parse(raw) if raw is not None else TOO_LARGE
    raw = raw or b""
    screening = screen(message, Own(parts.own_addresses, parts.loop_token))
    sender = sender_of(message)
    thread = find_thread(session, parts, handles_of(message))
    reading, whole = _read(parts, message, screening, is_reply=thread.case is not None)
    person = parts.register.find(sender.address) if isinstance(sender, Sender) and not screening.certain else None
    authentication = _authenticate(parts, raw, message, screening)
    level = level_of(person, authentication)
    called = _called(sender, person, thread.case)
    repeated, open_case = _earlier(session, parts, mail, person, reading.rights)
    plans = plans_within_reach(parts, person, level, reading)
    joined = _joined(session, thread, sender, person)
    asked = joined.kinds - {Kind.OTHER} if joined is not None else frozenset()
    facts = Circumstances(
        message=message,
        screening=screening,
        sender=sender,
        authentication=authentication,
        reading=reading,
        whole_reading=whole,
        person=person,
        level=level,
        joined=joined,
        answer=read_answer(message.own_text, called),
        courtesy=is_courtesy(message.own_text, called),
        takes_back=takes_back(message.own_text, asked, called),
        open_case=open_case,
        repeated=repeated,
        obstacles={kind: plan.obstacles for kind, plan in plans.items()},
    )
    return Gathered(facts, thread, plans)


def _called(sender: Sender | NoSender, person: Person | None, case: Case | None) -> str:
    """All that the sender is called: in From, by the address, in the register and, from a new address, the case."""
    names = (sender.name, sender.address.partition("@")[0]) if isinstance(sender, Sender) else ()
    return " ".join((*names, person.name if person is not None else "", case.name if case is not None else ""))


def find_thread(session: Session, parts: Parts, handles: Handles) -> Thread:
    """The case that a mail belongs to by an unguessable handle: a Message-ID of ours, or a one-time code."""
    answered = cases.answered(session, handles.message_ids)
    proof = cases.proof_with_code(session, [code_hash(code) for code in handles.codes])
    case_id = proof.case_id if proof is not None else answered.case_id if answered is not None else None
    if case_id is None:
        return Thread(answered=answered)
    now = parts.now()
    if proof is None or proof.answered_at is not None or proof.expires_at <= now:
        proof = cases.open_proof(session, case_id, now)
    return Thread(session.get(Case, case_id), answered, proof)


def code_hash(code: str) -> str:
    """What the store keeps of a one-time code. It has 80 random bits, so no salt or stretching is needed."""
    return hashlib.sha256(code.encode()).hexdigest()


def plans_within_reach(parts: Parts, person: Person | None, level: Level, reading: Reading) -> dict[Kind, Plan]:
    """Plans of the rights that the program itself may carry out for somebody of this level."""
    if person is None or person.ambiguous or reading.abstained:
        return {}
    within = [kind for kind in reading.rights if _program_may(parts, kind, level, reading)]
    if not within:
        return {}
    return {
        kind: plan_for(parts, kind, person, reading.changes, level=level, marketing=reading.direct_marketing)
        for kind in within
    }


def _program_may(parts: Parts, kind: Kind, level: Level, reading: Reading) -> bool:
    ruled_as = Kind.CONSENT_WITHDRAWAL if kind is Kind.OBJECTION and reading.direct_marketing else kind
    rule = parts.policy.rule(ruled_as)
    return rule.hands is Hands.PROGRAM and level >= rule.needed


def _read(parts: Parts, message: Message, screening: Screening, *, is_reply: bool) -> tuple[Reading, Reading | None]:
    """What was written now, and what the whole mail reads as where that differs.

    The subject of a reply to us is our own, and so is the history below it: neither is read.
    """
    if screening.certain:
        return UNREAD, None
    reading = parts.reader.read("" if is_reply else message.subject, message.own_text)
    if is_reply or message.text.strip() == message.own_text.strip():
        return reading, None
    return reading, parts.reader.read(message.subject, message.text)


def _authenticate(parts: Parts, raw: bytes, message: Message, screening: Screening) -> Authentication:
    if screening.certain:
        return Authentication(Verdict.NONE)
    return authenticate(raw, message, parts.trusted_authserv_ids)


def _joined(session: Session, thread: Thread, sender: Sender | NoSender, person: Person | None) -> Joined | None:
    case = thread.case
    if case is None or case.id is None:
        return None
    still_open = [request for request in cases.requests_of(session, case.id) if cases.is_open(request)]
    states = {State(request.state) for request in still_open}
    asked_here = thread.proof is not None and isinstance(sender, Sender) and sender.address == thread.proof.address
    # A new address is confirmed from there and from nowhere else, not even by the person it shall belong to.
    may_answer = thread.proof is not None and (asked_here or thread.proof.purpose == IDENTITY)
    return Joined(
        case_id=case.id,
        same_person=asked_here or _same_person(case, sender, person),
        proof_pending=may_answer and State.AWAITING_PROOF in states,
        kinds=frozenset(Kind(request.kind) for request in still_open),
        question_pending=State.AWAITING_PERSON in states,
    )


def _same_person(case: Case, sender: Sender | NoSender, person: Person | None) -> bool:
    if not isinstance(sender, Sender):
        return False
    if person is not None and case.person == person.key:
        return True
    return case.person is None and without_detail(sender.address) == without_detail(case.address or "")


def _earlier(
    session: Session, parts: Parts, mail: Mail, person: Person | None, rights: Iterable[Kind]
) -> tuple[frozenset[Kind], int | None]:
    """Which of the rights the person has open or had lately, and the open case that has one of them.

    Withdrawing consent is never too often (7(3)): it is simply done again.
    """
    if person is None:
        return frozenset(), None
    since = mail.received_at - timedelta(days=parts.policy.repeat_days)
    wanted = {kind for kind in rights if kind is not Kind.CONSENT_WITHDRAWAL}
    same = [request for request in cases.requests_of_person(session, person.key, since) if Kind(request.kind) in wanted]
    still_open = [request.case_id for request in same if cases.is_open(request)]
    counted = [r for r in same if State(r.state) in {State.DONE, State.REFUSED} or cases.is_open(r)]
    return frozenset(Kind(request.kind) for request in counted), still_open[-1] if still_open else None
