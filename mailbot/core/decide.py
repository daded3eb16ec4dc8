"""What is to be done about a mail: facts and policy in, a decision as data out. No I/O, clock, randomness or ORM.

The decision table, from the top; the first that fits holds:

1. our own mail, a delivery report, an automatic reply or a list: never answered; a right in it goes to the officer;
2. no single sender, or something in the mail that a program cannot read past: the officer;
3. it answers a one-time confirmation: proven, denied, or – unclear – the officer;
4. it belongs to a case: it takes back what was asked for there, or new rights are added to it; anything else is laid
   before the officer;
5. rights were read: each is ruled on by `rule`;
6. nothing, or nothing certain, was read: the officer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from mailbot.core.identity import Level, Person
from mailbot.core.kinds import Disposition, Kind
from mailbot.core.message import Authentication, Message, Oddity, Verdict
from mailbot.core.policy import Hands, Policy
from mailbot.core.sender import NoSender, Sender
from mailbot.core.threads import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mailbot.core.reading import Reading
    from mailbot.core.screen import Screening


class Course(StrEnum):
    """What is done about one right."""

    CARRY_OUT = "carry_out"
    """By the program, now."""
    ASK_PROOF = "ask_proof"
    """A one-time confirmation goes to the registered address."""
    ASK_WHO = "ask_who"
    """The neutral answer to somebody the registers do not know (rule 10)."""
    SUPPRESS = "suppress"
    """The unknown address is put on the suppression list, with the neutral answer."""
    QUEUE = "queue"
    """The officer decides."""


class Reason(StrEnum):
    """Why something waits for an officer or came out as it did; the console and the letters have words for each."""

    POLICY = "policy"
    UNSURE = "unsure"
    READS_DIFFERENTLY = "reads_differently"
    NO_RIGHT = "no_right"
    REPRESENTATIVE = "representative"
    SEVERAL_PEOPLE = "several_people"
    REPEATED = "repeated"
    AUTHENTICATION_FAILED = "authentication_failed"
    AUTOMATIC_MAIL = "automatic_mail"
    FOLLOW_UP = "follow_up"
    COURTESY = "courtesy"
    ANOTHER_SENDER = "another_sender"
    UNCLEAR_ANSWER = "unclear_answer"
    DENIED = "denied"
    PROCESSOR = "processor"
    ATTACHED_MAIL = "attached_mail"
    UNKNOWN_PERSON = "unknown_person"
    SHADOW = "shadow"
    TOO_MANY_PROOFS = "too_many_proofs"
    BOUNCED = "bounced"
    CHANGED_SINCE = "changed_since"
    SOURCE_FAILED = "source_failed"
    ASKED = "asked"
    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    LAPSED = "lapsed"
    READ_BY_OFFICER = "read_by_officer"
    REFUSED = "refused"
    CLOSED = "closed"
    UNDONE = "undone"
    TAKEN_BACK = "taken_back"
    CLOSED_CASE = "closed_case"


@dataclass(frozen=True, slots=True)
class Ruling:
    """The course for one right, and why (codes of `Reason`, `Oddity`, `NoSender.reason` or a plan's obstacle)."""

    kind: Kind
    course: Course
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Joined:
    """The case that a mail belongs to by an unguessable handle."""

    case_id: int
    same_person: bool
    proof_pending: bool
    """The mail answers a confirmation that is still open."""
    kinds: frozenset[Kind]
    """The rights the case already has, open ones only."""
    question_pending: bool = False
    """The person has been asked something."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """All that is known about a mail when it is decided on."""

    message: Message
    screening: Screening
    sender: Sender | NoSender
    authentication: Authentication
    reading: Reading
    whole_reading: Reading | None = None
    """What the full text reads as, where it differs from what was written now; None where they are the same text."""
    person: Person | None = None
    level: Level = Level.UNKNOWN
    joined: Joined | None = None
    answer: Answer = Answer.UNCLEAR
    """How what was written now reads as an answer to a confirmation."""
    courtesy: bool = False
    """What was written now is nothing but thanks."""
    takes_back: bool = False
    """What was written now takes back everything that was asked for, and says nothing else."""
    open_case: int | None = None
    """An open case of the same person that already has one of the rights read: a reminder belongs there."""
    repeated: frozenset[Kind] = frozenset()
    """Rights that the same person has open, or had answered within `policy.repeat_days`."""
    obstacles: Mapping[Kind, tuple[str, ...]] = field(default_factory=dict)
    """Per right whose identity level is reached: why its plan cannot be carried out by the program (empty: it can)."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a mail. The shell writes it down and sends what it implies."""

    disposition: Disposition
    rulings: tuple[Ruling, ...] = ()
    answer: Answer | None = None
    """Set when the mail answers a confirmation."""
    join: int | None = None
    """The case the mail is joined to."""
    answers_question: bool = False
    """What the person was asked is answered: the requests that wait for it go back to the officer."""
    takes_back: bool = False
    """The person takes back what they have asked for in the case and has not been carried out."""
    acknowledge: bool = False
    """Send the neutral acknowledgement: a person will read the mail."""
    reasons: tuple[str, ...] = ()


def rule(kind: Kind, facts: Circumstances, policy: Policy) -> Ruling:
    """The course for one right that was read with certainty (docs/rights.md, default policy)."""
    concerns = _concerns(kind, facts)
    if concerns:
        return Ruling(kind, Course.QUEUE, concerns)
    needed = policy.rule(_ruled_as(kind, facts)).needed
    if facts.level is Level.UNKNOWN and needed > Level.UNKNOWN:
        marketing = _ruled_as(kind, facts) is Kind.CONSENT_WITHDRAWAL
        return Ruling(kind, Course.SUPPRESS if marketing else Course.ASK_WHO, (Reason.UNKNOWN_PERSON,))
    if facts.level < needed:
        return Ruling(kind, Course.ASK_PROOF)
    return settle(kind, facts.obstacles.get(kind, ()), policy.rule(_ruled_as(kind, facts)).hands)


def settle(kind: Kind, obstacles: tuple[str, ...], hands: Hands) -> Ruling:
    """The course once the level is reached: the program's hands if the policy says so and the plan has no obstacle."""
    if hands is Hands.OFFICER:
        return Ruling(kind, Course.QUEUE, (Reason.POLICY, *obstacles))
    return Ruling(kind, Course.QUEUE, obstacles) if obstacles else Ruling(kind, Course.CARRY_OUT)


def decide(facts: Circumstances, policy: Policy) -> Decision:
    """What becomes of one mail; the table stands on top of this module."""
    for part in (_machine, _unreadable, _answer, _follow_up, _rights):
        decision = part(facts, policy)
        if decision is not None:
            return decision
    return _nothing_certain(facts, policy)


def _ruled_as(kind: Kind, facts: Circumstances) -> Kind:
    return Kind.CONSENT_WITHDRAWAL if kind is Kind.OBJECTION and facts.reading.direct_marketing else kind


def _concerns(kind: Kind, facts: Circumstances) -> tuple[str, ...]:
    """Why a right that was read is not for the program at all (rules 8-12), however well the sender is known."""
    checks = (
        (facts.authentication.verdict is Verdict.FAILED, Reason.AUTHENTICATION_FAILED),
        (facts.reading.representative, Reason.REPRESENTATIVE),
        (facts.person is not None and facts.person.ambiguous, Reason.SEVERAL_PEOPLE),
        (kind in facts.repeated, Reason.REPEATED),
    )
    return tuple(reason for holds, reason in checks if holds)


def _machine(facts: Circumstances, _policy: Policy) -> Decision | None:
    outcome = facts.screening.disposition
    if outcome is None:
        return None
    looks_like_a_person = outcome is Disposition.AUTOMATIC and facts.reading.rights and not facts.reading.abstained
    if looks_like_a_person and not facts.screening.certain:
        queued = tuple(Ruling(kind, Course.QUEUE, (Reason.AUTOMATIC_MAIL,)) for kind in facts.reading.rights)
        return Decision(Disposition.TO_OFFICER, queued, reasons=(Reason.AUTOMATIC_MAIL,))
    return Decision(outcome)


def _unreadable(facts: Circumstances, policy: Policy) -> Decision | None:
    reasons = [facts.sender.reason] if isinstance(facts.sender, NoSender) else []
    reasons += sorted(facts.message.oddities)
    if not reasons:
        return None
    acknowledge = policy.acknowledge_unsure and isinstance(facts.sender, Sender) and facts.screening.answerable
    return Decision(
        Disposition.TO_OFFICER,
        (Ruling(Kind.OTHER, Course.QUEUE, tuple(reasons)),),
        join=_joined_case(facts),
        acknowledge=acknowledge and facts.message.oddities != {Oddity.EMPTY},
        reasons=tuple(reasons),
    )


def _answer(facts: Circumstances, _policy: Policy) -> Decision | None:
    joined = facts.joined
    if joined is None or not joined.proof_pending or not joined.same_person:
        return None
    if facts.answer is Answer.UNCLEAR:
        return None
    return Decision(Disposition.CONFIRMATION, answer=facts.answer, join=joined.case_id)


def _follow_up(facts: Circumstances, policy: Policy) -> Decision | None:
    joined = facts.joined
    if joined is None:
        return None
    if not joined.same_person:
        reason = (Reason.ANOTHER_SENDER,)
        return Decision(Disposition.TO_OFFICER, (Ruling(Kind.OTHER, Course.QUEUE, reason),), reasons=reason)
    if facts.takes_back:
        # Before the rights: in so few words nothing is asked for, whatever 'I withdraw' is read as.
        return _taken_back(facts, joined)
    new = tuple(kind for kind in facts.reading.rights if kind not in joined.kinds)
    if new and not facts.reading.abstained:
        rulings = tuple(rule(kind, facts, policy) for kind in new)
        return Decision(Disposition.REQUEST, rulings, join=joined.case_id, answers_question=joined.question_pending)
    return _said_in_case(facts, joined)


def _taken_back(facts: Circumstances, joined: Joined) -> Decision:
    if facts.authentication.verdict is Verdict.FAILED:
        return _for_officer(joined, Reason.AUTHENTICATION_FAILED)
    if not joined.kinds - {Kind.OTHER}:
        return _said_in_case(facts, joined)
    return Decision(Disposition.FOLLOW_UP, join=joined.case_id, takes_back=True, reasons=(Reason.TAKEN_BACK,))


def _said_in_case(facts: Circumstances, joined: Joined) -> Decision:
    """Something else about a case: thanks, the answer to a question, or whatever the officer has to read."""
    if facts.courtesy:
        return Decision(Disposition.FOLLOW_UP, join=joined.case_id, reasons=(Reason.COURTESY,))
    if joined.question_pending and not joined.proof_pending:
        return Decision(Disposition.FOLLOW_UP, join=joined.case_id, answers_question=True)
    if not joined.kinds:
        return _for_officer(joined, Reason.CLOSED_CASE)
    return _for_officer(joined, Reason.UNCLEAR_ANSWER if joined.proof_pending else Reason.FOLLOW_UP)


def _for_officer(joined: Joined, reason: Reason) -> Decision:
    queued = (Ruling(Kind.OTHER, Course.QUEUE, (reason,)),)
    return Decision(Disposition.FOLLOW_UP, queued, join=joined.case_id, reasons=(reason,))


def _rights(facts: Circumstances, policy: Policy) -> Decision | None:
    reading = facts.reading
    if reading.abstained or not reading.rights:
        return None
    if _hidden_rights(facts):
        return None
    rulings = tuple(rule(kind, facts, policy) for kind in reading.rights)
    return Decision(Disposition.REQUEST, rulings, join=facts.open_case)


def _nothing_certain(facts: Circumstances, policy: Policy) -> Decision:
    if not facts.reading.abstained and not facts.reading.rights and not _hidden_rights(facts):
        ruling = Ruling(Kind.OTHER, Course.QUEUE, (Reason.NO_RIGHT,))
        return Decision(Disposition.OTHER, (ruling,), reasons=(Reason.NO_RIGHT,))
    reason = Reason.UNSURE if facts.reading.abstained else Reason.READS_DIFFERENTLY
    return Decision(
        Disposition.TO_OFFICER,
        (Ruling(Kind.OTHER, Course.QUEUE, (reason, *facts.reading.reasons)),),
        acknowledge=policy.acknowledge_unsure and facts.screening.answerable,
        reasons=(reason,),
    )


def _hidden_rights(facts: Circumstances) -> bool:
    """Whether the full text surely invokes a right that what was written now does not (docs/mail.md, reading)."""
    whole = facts.whole_reading
    return whole is not None and not whole.abstained and bool(set(whole.rights) - set(facts.reading.rights))


def _joined_case(facts: Circumstances) -> int | None:
    joined = facts.joined
    return joined.case_id if joined is not None and joined.same_person else None
