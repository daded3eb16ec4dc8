"""Writing cases down: opening one, adding requests, moving them on, each with its line in the log.

Everything that changes a case goes through here, so that the version is raised, the transition is legal and the log
says who did it and why.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict

from sqlmodel import Session, col, select

from mailbot.core.deadlines import STOCKHOLM, Clock, start_clock
from mailbot.core.identity import Level
from mailbot.core.kinds import Kind, Language
from mailbot.core.letters import Confirmation, ConfirmationReminder, Letter, NewAddressConfirmation
from mailbot.core.lifecycle import ENDED, Event, State, step
from mailbot.core.plan import Plan
from mailbot.core.plandata import digest, plan_to_data
from mailbot.flow.gather import IDENTITY, NEW_ADDRESS, code_hash
from mailbot.flow.parts import Parts
from mailbot.flow.post import Envelope, post
from mailbot.store import audit, cases
from mailbot.store.tables import Case, Mail, Proof, Request, Work

THREAD_LENGTH = 10
"""How many of the person's Message-IDs a case remembers; more would make References grow without end (RFC 5322)."""
PROGRAM = "mailbot"
PERSON = "person"


@dataclass(frozen=True, slots=True)
class Docket:
    """The store, the installation and the moment, for a series of changes within one transaction."""

    session: Session
    parts: Parts
    now: datetime

    def log(self, actor: str, action: str, case: Case | None, **details: object) -> None:
        """Add a line to the tamper-evident log; `details` must hold no personal data."""
        audit.append(
            self.session,
            self.parts.derive("audit"),
            at=self.now,
            actor=actor,
            action=action,
            case=case.number if case else None,
            **details,
        )

    def open_case(self, mail: Mail, *, address: str | None, name: str, language: Language) -> Case:
        """A new case for a mail, numbered."""
        case = Case(address=address, name=name, language=language, opened_at=self.now, received_at=mail.received_at)
        self.session.add(case)
        self.session.flush()
        case.number = f"DS-{mail.received_at.astimezone(STOCKHOLM).year}-{case.id:05d}"
        self.log(PROGRAM, "case_opened", case, mail=mail.id)
        return case

    def add_mail(self, case: Case, mail: Mail, message_id: str | None) -> None:
        """A mail belongs to the case from now on."""
        mail.case_id = case.id
        if message_id:
            case.thread = [*case.thread, message_id][-THREAD_LENGTH:]
        self.touch(case)

    def touch(self, case: Case) -> None:
        """The case has changed: what an officer looked at before is not what stands now."""
        case.version += 1
        self.session.add(case)

    def add_request(self, case: Case, kind: Kind, mail: Mail | None, reasons: Sequence[str] = ()) -> Request:
        """A request of a case, its clock started when the mail reached the server (rule 1).

        Without a mail it is something that the program itself lays before the officer, from now on.
        """
        received_at = mail.received_at if mail is not None else self.now
        clock = start_clock(received_at, self.parts.policy.target_days)
        request = Request(
            case_id=case.id or 0,
            mail_id=mail.id if mail is not None else None,
            kind=kind,
            state=State.NEW,
            reasons=list(reasons),
            received_at=received_at,
            due=clock.due,
            target=clock.target,
        )
        case.closed_at = None
        self.session.add(request)
        self.session.flush()
        self.log(PROGRAM, "request_added", case, request=request.id, kind=kind, due=clock.due.isoformat())
        return request

    def move(self, case: Case, request: Request, event: Event, *, actor: str, reasons: Iterable[str] = ()) -> None:
        """Take a request to its next state.

        Raises:
            IllegalTransition: the event cannot happen in the request's state.
        """
        before, request.state = request.state, step(State(request.state), event)
        said = tuple(reasons)
        if said:
            request.reasons = list(said)
        if State(request.state) in ENDED:
            request.ended_at = self.now
        else:
            request.ended_at = None
        self.session.add(request)
        self.touch(case)
        self.log(actor, event, case, request=request.id, before=before, after=request.state, reasons=list(said))
        self._close_if_ended(case)

    def ask_proof(self, case: Case, to: str, kinds: tuple[Kind, ...]) -> Proof:
        """Send a one-time confirmation to a registered address (rule 9)."""
        code, until = new_code(), self._proof_until()
        letter = Confirmation(**greeting(case), kinds=kinds, code=code, until=until.date())
        return self._send_proof(case, letter, to, code, IDENTITY, until)

    def remind_of_proof(self, case: Case, asked: Proof, kinds: tuple[Kind, ...]) -> Proof:
        """Ask for a confirmation once more, with a code of its own, until the same day."""
        code, until = new_code(), asked.expires_at.astimezone(STOCKHOLM)
        letter = ConfirmationReminder(**greeting(case), kinds=kinds, code=code, until=until.date())
        return self._send_proof(case, letter, asked.address, code, IDENTITY, until)

    def ask_new_address(self, case: Case, to: str) -> Proof:
        """Ask the address that shall replace a registered one whether it is theirs. It is told nothing that is held."""
        code, until = new_code(), self._proof_until()
        letter = NewAddressConfirmation(
            language=Language(case.language), case=case.number, code=code, until=until.date()
        )
        return self._send_proof(case, letter, to, code, NEW_ADDRESS, until)

    def _proof_until(self) -> datetime:
        return (self.now + timedelta(days=self.parts.policy.proof_days)).astimezone(STOCKHOLM)

    def _send_proof(self, case: Case, letter: Letter, to: str, code: str, purpose: str, expires_at: datetime) -> Proof:
        envelope = Envelope(to, case, threaded=purpose == IDENTITY)
        outgoing = post(self.session, self.parts, letter, envelope, now=self.now)
        proof = Proof(
            case_id=case.id or 0,
            address=to,
            purpose=purpose,
            code_hash=code_hash(code),
            outgoing_id=outgoing.id or 0,
            created_at=self.now,
            expires_at=expires_at,
        )
        self.session.add(proof)
        self.log(PROGRAM, "proof_asked", case, purpose=purpose)
        return proof

    def schedule(self, case: Case, request: Request, plan: Plan, *, actor: str, undo: timedelta = timedelta()) -> Work:
        """Approve a plan and put carrying it out on the list, together."""
        request.plan = plan_to_data(plan)
        request.digest = digest(plan)
        request.decided_by, request.decided_at = actor, self.now
        self.move(case, request, Event.APPROVE, actor=actor)
        work = Work(
            task="apply",
            request_id=request.id,
            digest=request.digest,
            not_before=self.now + undo,
            created_at=self.now,
        )
        self.session.add(work)
        self.session.flush()
        return work

    def raise_level(self, case: Case, level: Level) -> None:
        """The person is known better than before; a level never falls."""
        if level > Level.from_code(case.level):
            case.level = level.code
            self.touch(case)

    def _close_if_ended(self, case: Case) -> None:
        ended = all(not cases.is_open(request) for request in cases.requests_of(self.session, case.id or 0))
        case.closed_at = self.now if ended else None


class Greeting(TypedDict):
    """What every letter to the person of a case begins with."""

    language: Language
    case: str
    name: str


def greeting(case: Case) -> Greeting:
    """Language, case number and name for a letter to somebody whose address is registered."""
    return {"language": Language(case.language), "case": case.number, "name": case.name}


def cancel_work(docket: Docket, request: Request) -> bool:
    """Take what was to be carried out off the list. False: too late, or nothing was on it."""
    query = select(Work).where(Work.request_id == request.id, col(Work.done_at).is_(None)).with_for_update()
    work = docket.session.exec(query).first()
    if work is None or work.started_at is not None or work.leased_by is not None:
        return False
    work.done_at, work.result = docket.now, "taken_back"
    return True


def clock_of(request: Request) -> Clock:
    """The clock that a request's row stands for."""
    received = request.received_at.astimezone(STOCKHOLM).date()
    return Clock(received, request.target, request.due, extended=request.extended)


def new_code() -> str:
    """A one-time code of 80 random bits, as `core.threads.CODE` recognises it."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    letters = "".join(secrets.choice(alphabet) for _ in range(16))
    return "-".join(letters[i : i + 4] for i in range(0, 16, 4))
