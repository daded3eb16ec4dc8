"""The retention run: what the promises on storage time demand today, without anybody asking (Article 5(1)(e)).

Reminders go out first and count once the mail server has taken them; then rows are purged or blanked, and what an
erasure had to keep is erased when its day has come. Rows that an open request concerns, or that are restricted, stay
(rule 25).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import structlog
from sqlmodel import Session, col, select

from mailbot.core.deadlines import received_day
from mailbot.core.erasing import Duty as KeptRow
from mailbot.core.erasing import duty_step
from mailbot.core.identity import Level
from mailbot.core.kinds import Kind, Language
from mailbot.core.letters import Item, KeptErased, RetentionReminder
from mailbot.core.lifecycle import OPEN
from mailbot.core.plan import Operation, Outcome, Row, Step
from mailbot.core.retention import Reminder, RetentionRun, RowRef, plan_retention
from mailbot.core.values import filled
from mailbot.flow.docket import PROGRAM, Docket, greeting
from mailbot.flow.parts import Parts
from mailbot.flow.plans import plan_for, today
from mailbot.flow.post import Envelope, post
from mailbot.store.engine import reading, transaction
from mailbot.store.tables import Case, Duty, Erasure, Outgoing, ReminderSent, Request, RetentionDay

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Retained:
    """What a run did, or with `dry_run` would do: how many rows by data set."""

    day: date
    erased: Mapping[str, int]
    blanked: Mapping[str, int]
    reminded: Mapping[str, int]
    held: Mapping[str, int]
    waiting: Mapping[str, int]
    duties: Mapping[str, int]

    def as_data(self) -> dict[str, object]:
        """As what JSON can hold."""
        counts = {name: dict(getattr(self, name)) for name in ("erased", "blanked", "reminded", "held", "waiting")}
        return {"day": self.day.isoformat(), **counts, "duties": dict(self.duties)}


def retain(parts: Parts, *, on: date | None = None, dry_run: bool = False) -> Retained:
    """Do what retention demands on a day.

    Args:
        parts: the installation.
        on: the Swedish calendar day; None: today.
        dry_run: say what would be done, and do nothing.

    Raises:
        RegisterError: a source fails; what was done before is recorded, and the next run does the rest.
    """
    day = on or today(parts)
    run = _plan(parts, day)
    due_duties = list(_due_duties(parts, day))
    summary = _summary(day, run, due_duties)
    if dry_run:
        return summary
    for reminder in run.reminders:
        _remind(parts, reminder)
    outcomes = [parts.register.apply(step, _key(day, step)) for step in run.steps]
    for duty in due_duties:
        _do_duty(parts, duty)
    _record(parts, day, summary, outcomes)
    return summary


def retain_daily(parts: Parts) -> bool:
    """The run of the day, if it has not been made. Whether it was made now. In shadow mode nothing is."""
    if not parts.live:
        return False
    with reading(parts.engine) as session:
        if session.get(RetentionDay, today(parts)) is not None:
            return False
    retain(parts)
    return True


def replay_erasures(parts: Parts, *, dry_run: bool = False) -> Mapping[str, int]:
    """Erase again what a restored backup has brought back (rule 26). How many rows, by data set.

    Whom the ledger's hashes name is searched for; of what is found, the data sets are erased that were erased then.
    """
    found: dict[str, int] = {}
    for address_key, datasets in _ledger(parts).items():
        for address in parts.register.addresses_with((address_key,)):
            for step in _erasing_again(parts, address, datasets):
                found[step.dataset] = found.get(step.dataset, 0) + len(step.before)
                if not dry_run:
                    parts.register.apply(step, _key(today(parts), step))
    if found and not dry_run:
        with transaction(parts.engine) as session:
            Docket(session, parts, parts.now()).log(PROGRAM, "erasures_replayed", None, rows=found)
    return found


def _plan(parts: Parts, day: date) -> RetentionRun:
    found = {
        (dataset.id, index): parts.register.due(dataset.id, rule, day)
        for dataset in parts.data_map.sets
        for index, rule in enumerate(dataset.retention)
    }
    if not any(found.values()):
        return plan_retention(parts.data_map, found, day)
    held = {*_concerned(parts), *_restricted(parts, found)}
    return plan_retention(parts.data_map, found, day, held=held, reminded=_delivered_reminders(parts))


def _concerned(parts: Parts) -> Iterator[RowRef]:
    """Every row of somebody who has an open request – of everybody, where several people share the address."""
    query = (
        select(Case.answer_to, Case.address)
        .join(Request, col(Request.case_id) == Case.id)
        .where(col(Request.state).in_(tuple(OPEN)))
        .distinct()
    )
    with reading(parts.engine) as session:
        addresses = {answer_to or address for answer_to, address in session.exec(query)}
    for address in sorted(filter(None, addresses)):
        for person in parts.register.people(address):
            for dataset, rows in parts.register.holdings(person).rows.items():
                yield from ((dataset, row.key) for row in rows)


def _restricted(parts: Parts, found: Mapping[tuple[str, int], tuple[Row, ...]]) -> Iterator[RowRef]:
    """Restricted rows are stored and nothing else: erasing them is what the person may have wanted to stop (18)."""
    for (dataset, _), rows in found.items():
        column = parts.data_map.dataset(dataset).restriction
        if column is not None:
            yield from ((dataset, row.key) for row in rows if filled(row.values.get(column)))


def _delivered_reminders(parts: Parts) -> dict[tuple[str, str, date], date]:
    query = select(ReminderSent, Outgoing.sent_at).join(Outgoing, col(ReminderSent.outgoing_id) == Outgoing.id)
    with reading(parts.engine) as session:
        return {
            (sent.dataset, sent.row_key, sent.for_day): received_day(sent_at)
            for sent, sent_at in session.exec(query.where(col(Outgoing.sent_at).is_not(None)))
            if sent_at is not None
        }


def _remind(parts: Parts, reminder: Reminder) -> None:
    """Send a reminder, once; one that could not be delivered leaves its row waiting."""
    now = parts.now()
    about = (reminder.dataset, reminder.row_key, reminder.for_day)
    with transaction(parts.engine) as session:
        if _reminded(session, *about):
            return
        language = Language.ENGLISH if reminder.language.lower().startswith("en") else Language.SWEDISH
        letter = RetentionReminder(
            language=language, case="", name=reminder.name, dataset=reminder.dataset, day=reminder.day
        )
        sent = post(session, parts, letter, Envelope(reminder.address, automatic=False), now=now)
        dataset, row_key, for_day = about
        session.add(ReminderSent(dataset=dataset, row_key=row_key, for_day=for_day, outgoing_id=sent.id or 0))


def _reminded(session: Session, dataset: str, row_key: str, for_day: date) -> bool:
    query = select(ReminderSent.id).where(
        ReminderSent.dataset == dataset, ReminderSent.row_key == row_key, ReminderSent.for_day == for_day
    )
    return session.exec(query).first() is not None


def _due_duties(parts: Parts, day: date) -> Iterator[Duty]:
    held = None
    with reading(parts.engine) as session:
        due = list(session.exec(select(Duty).where(col(Duty.done_at).is_(None), col(Duty.until) < day)))
    for duty in due:
        held = held if held is not None else frozenset(_concerned(parts))
        if (duty.dataset, duty.row_key) not in held:
            yield duty


def _do_duty(parts: Parts, due: Duty) -> None:
    """Erase what was kept, and tell the person (rule 17)."""
    kept = KeptRow(due.dataset, due.row_key, due.until, due.ground)
    step = duty_step(parts.data_map, kept)
    outcome = parts.register.apply(step, f"duty:{due.id}")
    now = parts.now()
    with transaction(parts.engine) as session:
        docket = Docket(session, parts, now)
        duty, case = session.get_one(Duty, due.id), session.get_one(Case, due.case_id)
        if duty.done_at is not None:
            return
        duty.done_at = now
        docket.log(PROGRAM, "duty_done", case, dataset=duty.dataset, rows=outcome.rows, until=duty.until.isoformat())
        if duty.tell:
            item = Item(dataset=duty.dataset, operation=Operation.ERASE, rows=outcome.rows, ground=duty.ground)
            post(session, parts, KeptErased(**greeting(case), items=(item,)), Envelope(duty.tell, case), now=now)
            duty.tell = None


def _record(parts: Parts, day: date, summary: Retained, outcomes: list[Outcome]) -> None:
    now = parts.now()
    with transaction(parts.engine) as session:
        if session.get(RetentionDay, day) is None:
            session.add(RetentionDay(day=day, at=now, outcome=summary.as_data()))
        if outcomes or summary.reminded or summary.duties:
            Docket(session, parts, now).log(PROGRAM, "retained", None, **summary.as_data())
    _log.info("retained", day=day.isoformat(), steps=len(outcomes), reminders=sum(summary.reminded.values()))


def _summary(day: date, run: RetentionRun, due: list[Duty]) -> Retained:
    def rows(operation: Operation) -> dict[str, int]:
        counts: dict[str, int] = {}
        for step in run.steps:
            if step.operation is operation:
                counts[step.dataset] = counts.get(step.dataset, 0) + len(step.before)
        return counts

    reminded: dict[str, int] = {}
    for reminder in run.reminders:
        reminded[reminder.dataset] = reminded.get(reminder.dataset, 0) + 1
    duties: dict[str, int] = {}
    for duty in due:
        duties[duty.dataset] = duties.get(duty.dataset, 0) + 1
    return Retained(day, rows(Operation.ERASE), rows(Operation.BLANK), reminded, run.held, run.waiting, duties)


def _key(day: date, step: Step) -> str:
    """Names exactly this step over exactly these rows, so that a run cut short is finished by the next."""
    rows = hashlib.sha256("\n".join(sorted(row.key for row in step.before)).encode()).hexdigest()[:32]
    return f"retention:{day.isoformat()}:{step.dataset}:{step.operation}:{','.join(step.fields)[:40]}:{rows}"


def _ledger(parts: Parts) -> dict[str, set[str]]:
    """Per keyed hash of an address, the data sets that were erased."""
    ledger: dict[str, set[str]] = {}
    with reading(parts.engine) as session:
        for entry in session.exec(select(Erasure)):
            ledger.setdefault(entry.address_hash, set()).add(entry.dataset)
    return ledger


def _erasing_again(parts: Parts, address: str, datasets: set[str]) -> Iterator[Step]:
    person = parts.register.find(address)
    if person is None or person.ambiguous:
        return
    plan = plan_for(parts, Kind.ERASURE, person, (), level=Level.PROVEN)
    for step in plan.steps_of(Operation.ERASE, Operation.BLANK):
        if step.dataset in datasets:
            yield step
