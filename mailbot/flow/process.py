"""Processing: one mail is read, decided on and written down – case, log and answers in one transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog
from sqlmodel import Session

from mailbot.core.decide import Course, Decision, Reason, Ruling, decide, settle
from mailbot.core.identity import Level, Person
from mailbot.core.kinds import Disposition, Kind, Language
from mailbot.core.letters import AuthorityAsked, Denied, InHand, Letter, Received, TakenBack, UnknownSender
from mailbot.core.lifecycle import Event, State
from mailbot.core.reading import Reading
from mailbot.core.rectify import Doubt
from mailbot.core.sender import Sender
from mailbot.core.threads import Answer
from mailbot.flow.bounces import take_bounce
from mailbot.flow.docket import PERSON, PROGRAM, Docket, Greeting, cancel_work, greeting
from mailbot.flow.gather import Gathered, gather
from mailbot.flow.parts import Figures, Parts
from mailbot.flow.plans import answer_address, change_as_data, make
from mailbot.flow.post import Envelope, post
from mailbot.flow.retreat import withdraw
from mailbot.store import cases, mails
from mailbot.store.engine import reading, transaction
from mailbot.store.tables import Case, Mail, Request

ATTEMPTS = 3
"""A mail that has ended the program this often is put aside."""
BATCH = 50
WORDS_THAT_SHOW_A_LANGUAGE = 4
_log = structlog.get_logger(__name__)


def process_waiting(parts: Parts, figures: Figures) -> int:
    """Process every mail that waits. One bad mail never stops the others. How many were processed."""
    done = 0
    while True:
        with reading(parts.engine) as session:
            batch = mails.waiting(session, BATCH)
        for mail_id in batch:
            process(parts, mail_id, figures)
        done += len(batch)
        if not batch:
            return done


def process(parts: Parts, mail_id: int, figures: Figures) -> None:
    """Process one mail, or put it in quarantine."""
    try:
        if _begin(parts, mail_id):
            decision = _decide_and_write(parts, mail_id, figures)
            _log.info("mail_processed", mail=mail_id, disposition=decision.disposition, reasons=list(decision.reasons))
            figures.count(figures.dispositions, decision.disposition)
        else:
            _quarantine(parts, mail_id, "attempts", figures)
    except Exception as error:  # noqa: BLE001 - whatever one mail does to us, the next one must be handled
        # The exception's text may hold personal data: only its class is kept.
        _quarantine(parts, mail_id, type(error).__name__, figures)


def _begin(parts: Parts, mail_id: int) -> bool:
    """Count the attempt before it is made, so that a mail that kills the program is counted too."""
    with transaction(parts.engine) as session:
        mail = session.get_one(Mail, mail_id)
        mail.attempts += 1
        return mail.attempts <= ATTEMPTS


def _quarantine(parts: Parts, mail_id: int, error: str, figures: Figures) -> None:
    now = parts.now()
    with transaction(parts.engine) as session:
        mail = session.get_one(Mail, mail_id)
        mail.disposition, mail.error, mail.processed_at = Disposition.QUARANTINED, error, now
        Docket(session, parts, now).log(PROGRAM, "mail_quarantined", None, mail=mail_id, error=error)
    figures.quarantined += 1
    figures.count(figures.dispositions, Disposition.QUARANTINED)
    _log.error("mail_quarantined", mail=mail_id, error=error)


def _decide_and_write(parts: Parts, mail_id: int, figures: Figures) -> Decision:
    with reading(parts.engine) as session:
        mail = session.get_one(Mail, mail_id)
        gathered = gather(session, parts, mail, mails.raw_of(session, mail))
    decision = decide(gathered.facts, parts.policy)
    now = parts.now()
    with transaction(parts.engine) as session:
        mail = session.get_one(Mail, mail_id)
        if mail.processed_at is None:  # another worker may have been quicker
            _Writer(Docket(session, parts, now), mail, gathered, figures).write(decision)
            mail.processed_at = now
    return decision


class _Writer:
    """Writes one decision down."""

    def __init__(self, docket: Docket, mail: Mail, gathered: Gathered, figures: Figures) -> None:
        self.docket, self.mail, self.gathered, self.figures = docket, mail, gathered, figures
        self.facts = gathered.facts
        self.session: Session = docket.session
        self.parts = docket.parts
        self.now: datetime = docket.now

    def write(self, decision: Decision) -> None:
        facts, mail = self.facts, self.mail
        mail.disposition, mail.reasons = decision.disposition, list(decision.reasons)
        mail.rule_hits = list(facts.screening.hits)
        mail.verdict = f"{facts.authentication.verdict} {facts.authentication.method}".strip()
        mail.reading = reading_as_data(facts.reading)
        if decision.disposition is Disposition.BOUNCE:
            take_bounce(self.docket, mail, self.gathered.thread, facts.message)
        case = self._case_for(decision)
        if case is None:
            return
        self.docket.add_mail(case, mail, facts.message.message_id)
        if decision.answer is not None:
            self._settle_proof(case, decision.answer)
        elif decision.takes_back:
            self._take_back(case)
        elif self.facts.joined is not None:
            self._heed(case, decision)
        requests = [(ruling, self._add(case, ruling)) for ruling in decision.rulings]
        self._answer(case, decision, requests)

    def _case_for(self, decision: Decision) -> Case | None:
        if decision.join is not None:
            return self.session.get_one(Case, decision.join)
        if decision.rulings:
            return self._open()
        thread_case = self.gathered.thread.case
        if thread_case is not None:  # an out-of-office or a bounce: shown beside the case, changes nothing in it
            self.mail.case_id = thread_case.id
        return None

    def _open(self) -> Case:
        sender, person = self.facts.sender, self.facts.person
        address = sender.address if isinstance(sender, Sender) else None
        language = self._language(person)
        case = self.docket.open_case(self.mail, address=address, name=person.name if person else "", language=language)
        if person is not None and not person.ambiguous:
            case.person = person.key
            case.answer_to = answer_address(person, address)
        self.docket.raise_level(case, self.facts.level)
        return case

    def _language(self, person: Person | None) -> Language:
        """The mail's own language; a mail of a word or two is answered in the language the register knows."""
        written = self.facts.message.own_text or self.facts.message.subject
        if person is not None and len(written.split()) < WORDS_THAT_SHOW_A_LANGUAGE:
            return person.language
        return self.facts.reading.language

    def _add(self, case: Case, ruling: Ruling) -> Request:
        request = self.docket.add_request(case, ruling.kind, self.mail, ruling.reasons)
        request.marketing = ruling.kind is Kind.OBJECTION and self.facts.reading.direct_marketing
        if ruling.kind is Kind.RECTIFICATION:
            request.changes = [change_as_data(change) for change in self.facts.reading.changes]
        self.figures.count(self.figures.requests, ruling.kind)
        self._take_course(case, request, ruling)
        return request

    def _take_course(self, case: Case, request: Request, ruling: Ruling) -> None:
        docket = self.docket
        if ruling.course is Course.CARRY_OUT and self.parts.live:
            docket.schedule(case, request, self.gathered.plans[ruling.kind], actor=PROGRAM)
        elif ruling.course is Course.SUPPRESS and self.parts.live:
            docket.schedule(case, request, make(self.parts, case, request), actor=PROGRAM)
        elif ruling.course is Course.ASK_PROOF and self._may_ask_again(case):
            docket.move(case, request, Event.ASK_PROOF, actor=PROGRAM)
        elif ruling.course is Course.ASK_WHO:
            docket.move(case, request, Event.ASK, actor=PROGRAM, reasons=ruling.reasons)
        else:
            docket.move(case, request, Event.QUEUE, actor=PROGRAM, reasons=ruling.reasons or self._why_queued(ruling))
            self.figures.queued += 1

    def _why_queued(self, ruling: Ruling) -> tuple[str, ...]:
        return (Reason.TOO_MANY_PROOFS if ruling.course is Course.ASK_PROOF else Reason.SHADOW,)

    def _may_ask_again(self, case: Case) -> bool:
        return len(cases.proofs_of(self.session, case.id or 0)) < self.parts.policy.proof_attempts

    def _answer(self, case: Case, decision: Decision, requests: list[tuple[Ruling, Request]]) -> None:
        """At most one letter of each sort for a mail, whatever the number of rights in it."""
        if not self.facts.screening.answerable:
            return
        unproven = tuple(Kind(r.kind) for _, r in requests if State(r.state) is State.AWAITING_PROOF)
        unknown = tuple(Kind(r.kind) for _, r in requests if State(r.state) is State.AWAITING_PERSON)
        if unproven and case.answer_to:
            self.docket.ask_proof(case, case.answer_to, unproven)
        if unknown and case.address:
            letter = UnknownSender(
                language=Language(case.language), case=case.number, kinds=unknown, due=requests[0][1].due
            )
            self._post(case, case.address, letter)
        self._acknowledge(case, decision, requests)

    def _acknowledge(self, case: Case, decision: Decision, requests: list[tuple[Ruling, Request]]) -> None:
        queued = [r for _, r in requests if State(r.state) is State.QUEUED]
        if not queued or not case.address:
            return
        due = min(request.due for request in queued)
        # No name to an unproven address: the name is what the register holds (rule 9).
        stranger_to: Greeting = {**greeting(case), "name": ""}
        rights = tuple(Kind(r.kind) for r in queued if r.kind != Kind.OTHER)
        if self.facts.reading.representative and rights:
            self._post(case, case.address, AuthorityAsked(**stranger_to, due=due))
        elif rights and case.answer_to and self.facts.level >= Level.AUTHENTICATED:
            self._post(case, case.answer_to, InHand(**greeting(case), kinds=rights, due=due))
        elif rights or decision.acknowledge:
            self._post(case, case.address, Received(**stranger_to, due=due))

    def _heed(self, case: Case, decision: Decision) -> None:
        """The person says something in the case: an answer goes back to the officer, an approval waits for a look."""
        for request in cases.requests_of(self.session, case.id or 0):
            state = State(request.state)
            if state is State.AWAITING_PERSON and decision.answers_question:
                self.docket.move(case, request, Event.ANSWER, actor=PERSON, reasons=(Reason.ANSWERED,))
            elif state is State.APPROVED and decision.rulings and cancel_work(self.docket, request):
                self.docket.move(case, request, Event.TAKE_BACK, actor=PERSON, reasons=(Reason.FOLLOW_UP,))

    def _take_back(self, case: Case) -> None:
        kinds, left = withdraw(self.docket, case)
        if left:
            self._add(case, Ruling(Kind.OTHER, Course.QUEUE, (Reason.FOLLOW_UP,)))
        to = case.answer_to or case.address
        if kinds and to and self.facts.screening.answerable:
            self._post(case, to, TakenBack(**greeting(case), kinds=kinds))

    def _settle_proof(self, case: Case, answer: Answer) -> None:
        proof = self.gathered.thread.proof
        if proof is None:
            return
        for sent in cases.proofs_of(self.session, case.id or 0):
            # The reminder and what it reminds of are one question.
            if sent.purpose == proof.purpose and sent.address == proof.address and sent.answered_at is None:
                sent.answered_at, sent.answer = self.now, answer
        asked = [r for r in cases.requests_of(self.session, case.id or 0) if r.state == State.AWAITING_PROOF]
        if answer is Answer.NO:
            self._deny(case, asked)
        else:
            self._prove(case, asked)

    def _deny(self, case: Case, asked: list[Request]) -> None:
        for request in asked:
            self.docket.move(case, request, Event.TAKE_BACK, actor=PERSON, reasons=(Reason.DENIED,))
        kinds = tuple(Kind(request.kind) for request in asked)
        if case.answer_to:
            self._post(case, case.answer_to, Denied(**greeting(case), kinds=kinds))

    def _prove(self, case: Case, asked: list[Request]) -> None:
        self.docket.raise_level(case, Level.PROVEN)
        queued = []
        for request in asked:
            self.docket.move(case, request, Event.PROVE, actor=PERSON)
            if self._settle(case, request) is Course.QUEUE:
                queued.append(request)
        if queued and case.answer_to:
            kinds, due = tuple(Kind(r.kind) for r in queued), min(r.due for r in queued)
            self._post(case, case.answer_to, InHand(**greeting(case), kinds=kinds, due=due))

    def _settle(self, case: Case, request: Request) -> Course:
        """What becomes of a request whose person is proven."""
        plan = make(self.parts, case, request)
        # That a new address has to be confirmed is no obstacle here: it is asked below.
        obstacles = tuple(one for one in plan.obstacles if one != Doubt.CONFIRM_NEW_ADDRESS)
        ruling = settle(Kind(request.kind), obstacles, self.parts.policy.rule(Kind(request.kind)).hands)
        if ruling.course is not Course.CARRY_OUT or not self.parts.live:
            self.docket.move(case, request, Event.QUEUE, actor=PROGRAM, reasons=ruling.reasons or (Reason.SHADOW,))
            self.figures.queued += 1
            return Course.QUEUE
        if plan.confirm is not None and not self._has_confirmed(case, plan.confirm):
            # A new e-mail address is confirmed from the old one, which was just done, and from the new one.
            self.docket.move(case, request, Event.ASK_PROOF, actor=PROGRAM)
            self.docket.ask_new_address(case, plan.confirm)
            return Course.ASK_PROOF
        self.docket.schedule(case, request, plan, actor=PROGRAM)
        return Course.CARRY_OUT

    def _has_confirmed(self, case: Case, address: str) -> bool:
        return any(
            proof.address == address and proof.answer == Answer.YES
            for proof in cases.proofs_of(self.session, case.id or 0)
        )

    def _post(self, case: Case, to: str, letter: Letter) -> None:
        post(self.session, self.parts, letter, Envelope(to, case), now=self.now)


def reading_as_data(read: Reading) -> dict[str, Any]:
    """A reading for the store: what the console shows beside the mail. Removed with the content."""
    return {
        "language": read.language,
        "kinds": list(read.kinds),
        "scores": {str(kind): round(score, 4) for kind, score in read.scores.items()},
        "abstained": read.abstained,
        "evidence": [{"kind": e.kind, "text": e.text, "start": e.start, "end": e.end} for e in read.evidence],
        "changes": [change_as_data(change) for change in read.changes],
        "representative": read.representative,
        "processor": read.processor,
        "direct_marketing": read.direct_marketing,
        "reasons": list(read.reasons),
    }
