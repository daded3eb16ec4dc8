"""All that the case page shows, gathered and put in order; the template only lays it out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from mailbot.console.marking import Segment, segments
from mailbot.console.plans import Part, Result, parts_of, results_of
from mailbot.console.texts import Texts
from mailbot.core.deadlines import STOCKHOLM, ExtensionRefused, Urgency, days_left, urgency
from mailbot.core.deadlines import extend as extend_clock
from mailbot.core.identity import Person
from mailbot.core.kinds import Disposition, Kind
from mailbot.core.lifecycle import ENDED, Event, State, possible
from mailbot.core.message import Attachment, Message
from mailbot.core.plandata import outcome_from_data, plan_from_data
from mailbot.errors import MailbotError
from mailbot.flow.docket import clock_of
from mailbot.flow.lift import announced, restricts
from mailbot.flow.officer import NoSuchCase, Preview, preview
from mailbot.flow.parts import Parts
from mailbot.mail.parse import parse
from mailbot.store import audit, cases, mails
from mailbot.store.engine import reading
from mailbot.store.tables import AuditEntry, Case, Lifting, Mail, Outgoing, Request, Work


@dataclass(frozen=True, slots=True)
class Sheet:
    """One incoming mail, to be read. `message` is None when its content is not kept any more."""

    mail: Mail
    message: Message | None
    subject: tuple[Segment, ...] = ()
    text: tuple[Segment, ...] = ()
    has_more: bool = False
    """The whole mail says more than what the sender wrote this time."""

    @property
    def sender(self) -> str:
        """The mailboxes in From, as they stand there."""
        boxes = self.message.from_mailboxes if self.message is not None else ()
        return ", ".join(f"{box.name} <{box.address}>" if box.name else box.address for box in boxes)

    @property
    def reply_to(self) -> str:
        """Where the mail wants its answer, if that is not where it came from."""
        wanted = self.message.header("reply-to") if self.message is not None else ""
        own = [box.address for box in self.message.from_mailboxes] if self.message is not None else []
        return "" if any(address and address in wanted.lower() for address in own) else wanted

    @property
    def attachments(self) -> Sequence[Attachment]:
        """What is attached."""
        return self.message.attachments if self.message is not None else ()

    @property
    def reading(self) -> dict[str, Any]:
        """What was read in it, as the store keeps it."""
        return self.mail.reading or {}

    @property
    def was_read(self) -> bool:
        """Whether it was read for rights; a yes or no to a confirmation was not."""
        return bool(self.reading) and self.mail.disposition != Disposition.CONFIRMATION

    @property
    def scores(self) -> list[tuple[str, float]]:
        """Kinds with their probability, the likeliest first; only those that count for anything."""
        found = sorted(self.reading.get("scores", {}).items(), key=lambda score: -score[1])
        return [(kind, share) for kind, share in found if share >= 0.05 or kind in self.reading.get("kinds", ())]  # noqa: PLR2004 - a twentieth


@dataclass(frozen=True, slots=True)
class Matter:
    """One request of the case, with what can be done about it."""

    request: Request
    left: int
    urgency: Urgency | None
    acts: frozenset[Event]
    preview: Preview | None = None
    plan: tuple[Part, ...] = ()
    results: tuple[Result, ...] = ()
    trouble: str = ""
    """Why no plan can be made just now."""
    work: Work | None = None
    extended_to: date | None = None
    no_extension: str = ""
    """Why it cannot be extended: `too_late` or `already_extended`."""
    undo_seconds: int = 0
    """How long an approval can still be taken back."""
    lifting: Lifting | None = None
    """The announced end of a restriction."""

    @property
    def restricts(self) -> bool:
        """Whether it has restricted something that can be lifted (18(3))."""
        return self.request.state == State.DONE and restricts(self.request)

    @property
    def is_right(self) -> bool:
        """Whether a right is invoked; anything else is only there to be read."""
        return self.request.kind != Kind.OTHER


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log in words."""

    at: datetime
    actor: str
    said: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """One case."""

    case: Case
    sheets: tuple[Sheet, ...]
    matters: tuple[Matter, ...]
    letters: tuple[Outgoing, ...]
    log: tuple[LogLine, ...]
    person: Person | None
    held: tuple[tuple[str, int], ...]
    """How many records each data set holds on the person."""


def dossier(parts: Parts, number: str, texts: Texts) -> Dossier:
    """Everything about a case.

    Raises:
        NoSuchCase: there is none of that number.
    """
    with reading(parts.engine) as session:
        case = cases.case_by_number(session, number)
        if case is None or case.id is None:
            raise NoSuchCase(f"{number}: no such case")
        sheets = tuple(_sheet(session, mail) for mail in cases.mails_of(session, case.id))
        found = [
            (request, cases.work_waiting(session, request.id or 0), announced(session, request.id or 0))
            for request in cases.requests_of(session, case.id)
        ]
        letters = tuple(cases.letters_of(session, case.id))
        log = tuple(_log_line(entry, texts) for entry in audit.entries(session, case.number))
    person, held = _known(parts, case, texts)
    matters = tuple(_matter(parts, case, request, work, lifting, texts) for request, work, lifting in found)
    return Dossier(case, sheets, tuple(sorted(matters, key=_first_things_first)), letters, log, person, held)


def _first_things_first(matter: Matter) -> tuple[bool, bool, date]:
    return State(matter.request.state) in ENDED, matter.request.state != State.QUEUED, matter.request.due


def _sheet(session: Session, mail: Mail) -> Sheet:
    raw = mails.raw_of(session, mail)
    if raw is None:
        return Sheet(mail, None)
    message = parse(raw)
    evidence = [(str(one["kind"]), str(one["text"])) for one in (mail.reading or {}).get("evidence", ())]
    return Sheet(
        mail,
        message,
        subject=segments(message.subject, evidence),
        text=segments(message.own_text, evidence),
        has_more=message.own_text.strip() != message.text.strip(),
    )


def _log_line(entry: AuditEntry, texts: Texts) -> LogLine:
    details = entry.details
    values = {
        "kind": texts.of("kind", str(details.get("kind", ""))),
        "letter": texts.of("letter", str(details.get("letter", ""))),
        **{name: texts.day(date.fromisoformat(str(details.get(name, date.min)))) for name in ("due", "day")},
    }
    actor = texts.of("actor", entry.actor).removeprefix("officer:")
    return LogLine(entry.at, actor, texts.of("action", entry.action).format_map(values))


def _known(parts: Parts, case: Case, texts: Texts) -> tuple[Person | None, tuple[tuple[str, int], ...]]:
    """Whom the registers know by the case's address, and how much they hold; nothing if they cannot be asked."""
    address = case.answer_to or case.address
    try:
        person = parts.register.find(address) if address else None
        counts = parts.register.holdings(person).counts if person is not None else {}
    except MailbotError:
        return None, ()
    return person, tuple((parts.data_map.label(name, texts.language), rows) for name, rows in counts.items())


def _matter(
    parts: Parts, case: Case, request: Request, work: Work | None, lifting: Lifting | None, texts: Texts
) -> Matter:
    now, state = parts.now(), State(request.state)
    facts: dict[str, Any] = dict(_planned(parts, case, request, texts))
    facts |= dict(_extension(request, now)) if state not in ENDED and request.kind != Kind.OTHER else {}
    return Matter(
        request=request,
        left=days_left(request.due, now),
        urgency=urgency(request.due, now) if state not in ENDED else None,
        acts=possible(state),
        work=work,
        undo_seconds=_undo_seconds(work, now),
        lifting=lifting,
        **facts,
    )


def _planned(parts: Parts, case: Case, request: Request, texts: Texts) -> Iterator[tuple[str, Any]]:
    """What would be done if it waits for a decision, what will be or was done if it is decided."""
    state = State(request.state)
    if state is State.QUEUED and request.kind != Kind.OTHER:
        try:
            seen = preview(parts, case, request)
        except MailbotError as error:
            yield "trouble", str(error)
            return
        yield "preview", seen
        yield "plan", parts_of(seen.plan, parts.data_map, texts)
    elif state is State.APPROVED and request.plan is not None:
        yield "plan", parts_of(plan_from_data(request.plan), parts.data_map, texts)
    elif request.outcome is not None:
        yield "results", results_of(tuple(map(outcome_from_data, request.outcome)), parts.data_map, texts)


def _extension(request: Request, now: datetime) -> Iterator[tuple[str, Any]]:
    try:
        yield "extended_to", extend_clock(clock_of(request), "asked", now.astimezone(STOCKHOLM).date()).due
    except ExtensionRefused as refused:
        yield "no_extension", str(refused)


def _undo_seconds(work: Work | None, now: datetime) -> int:
    if work is None or work.started_at is not None or work.leased_by is not None:
        return 0
    return max(0, int((work.not_before - now).total_seconds()))
