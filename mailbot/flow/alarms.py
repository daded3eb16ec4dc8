"""Telling the officers by mail: a digest each working morning, and at once what cannot wait. Without personal data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from mailbot.core.alarms import MARKS, Concern, Deadline, deadline_concerns
from mailbot.core.deadlines import STOCKHOLM, is_working_day
from mailbot.core.decide import Reason
from mailbot.core.kinds import Disposition, Language
from mailbot.core.letters import AlarmEvent, OfficerAlarm
from mailbot.core.lifecycle import OPEN, State
from mailbot.flow.parts import Parts
from mailbot.flow.post import Envelope, post
from mailbot.store import outbox
from mailbot.store.engine import transaction
from mailbot.store.tables import AlarmRaised, Case, Mail, Outgoing, Request

DIGEST_HOUR = 7
"""Swedish time; the first look after it on a working day sends the digest."""
LONGEST = 100
"""Cases named in one letter; the console shows the rest."""
RECENT = timedelta(days=14)


def raise_alarms(parts: Parts) -> int:
    """Send what the officers have not been told yet. How many letters that were."""
    if not parts.officer_addresses:
        return 0
    now = parts.now()
    with transaction(parts.engine) as session:
        news = [concern for concern in _concerns(session, now) if _first_time(session, concern.key, now)]
        return _tell(session, parts, news, now)


def _tell(session: Session, parts: Parts, concerns: list[Concern], now: datetime) -> int:
    if not concerns:
        return 0
    events = tuple((concern.event.value, concern.case) for concern in concerns[:LONGEST])
    letter = OfficerAlarm(language=Language.SWEDISH, case="", events=events, link=parts.console_url)
    for address in parts.officer_addresses:
        post(session, parts, letter, Envelope(address, automatic=False), now=now)
    return len(parts.officer_addresses)


def _concerns(session: Session, now: datetime) -> Iterator[Concern]:
    today = now.astimezone(STOCKHOLM).date()
    query = (
        select(Request, Case.number)
        .join(Case, col(Request.case_id) == Case.id)
        .where(col(Request.state).in_(tuple(OPEN)), Request.due <= today + timedelta(days=max(MARKS)))
    )
    deadlines = [Deadline(request.id or 0, number, request.due) for request, number in session.exec(query)]
    yield from deadline_concerns(deadlines, today)
    yield from _mail_trouble(session, now)
    yield from _letter_trouble(session, now)
    yield from _failures(session)
    if now.astimezone(STOCKHOLM).hour >= DIGEST_HOUR and is_working_day(today):
        yield from _digest(session, today.isoformat())


def _digest(session: Session, day: str) -> Iterator[Concern]:
    """Everything that waits for a decision, once a day; nothing waits: no digest."""
    query = (
        select(Request.id, Case.number)
        .join(Case, col(Request.case_id) == Case.id)
        .where(Request.state == State.QUEUED)
        .order_by(col(Request.due))
        .limit(LONGEST)
    )
    for request, number in session.exec(query):
        yield Concern(f"waiting:{day}:{request}", AlarmEvent.WAITING, number)


def _mail_trouble(session: Session, now: datetime) -> Iterator[Concern]:
    query = select(Mail.id).where(Mail.disposition == Disposition.QUARANTINED, col(Mail.received_at) > now - RECENT)
    for mail in session.exec(query):
        yield Concern(f"quarantined:{mail}", AlarmEvent.QUARANTINED, "")


def _letter_trouble(session: Session, now: datetime) -> Iterator[Concern]:
    """Letters that failed or are held; held in shadow mode is what shadow mode is for."""
    events = {outbox.FAILED: AlarmEvent.DELIVERY_FAILED, outbox.HELD: AlarmEvent.LETTER_HELD}
    query = (
        select(Outgoing.id, Outgoing.state, Case.number)
        .join(Case, col(Outgoing.case_id) == Case.id)
        .where(col(Outgoing.state).in_(tuple(events)), Outgoing.held_because != "shadow")
        .where(col(Outgoing.created_at) > now - RECENT)
    )
    for letter, state, number in session.exec(query):
        yield Concern(f"{state}:{letter}", events[state], number)


def _failures(session: Session) -> Iterator[Concern]:
    query = (
        select(Request, Case.number).join(Case, col(Request.case_id) == Case.id).where(Request.state == State.QUEUED)
    )
    for request, number in session.exec(query):
        if Reason.SOURCE_FAILED in request.reasons:
            yield Concern(f"failed:{request.id}:{request.decided_at}", AlarmEvent.CARRYING_OUT_FAILED, number)


def _first_time(session: Session, key: str, now: datetime) -> bool:
    if session.get(AlarmRaised, key) is not None:
        return False
    session.add(AlarmRaised(key=key, at=now))
    return True
