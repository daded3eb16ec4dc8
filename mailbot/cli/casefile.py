"""All that is known about a case, as data for `show`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session

from mailbot.core.kinds import Kind
from mailbot.core.lifecycle import Event, State, possible
from mailbot.core.plan import Step
from mailbot.errors import MailbotError
from mailbot.flow.officer import NoSuchCase, preview
from mailbot.flow.parts import Parts
from mailbot.mail.parse import parse
from mailbot.store import audit, cases, mails
from mailbot.store.engine import reading
from mailbot.store.tables import Case, Mail, Outgoing, Request


def case_file(parts: Parts, number: str) -> dict[str, Any]:
    """The whole case as JSON data.

    Raises:
        NoSuchCase: there is none of that number.
    """
    with reading(parts.engine) as session:
        case = cases.case_by_number(session, number)
        if case is None:
            raise NoSuchCase(f"{number}: no such case; `mailbot queue` lists those that wait")
        identity = case.id or 0
        return {
            "case": case.number,
            "person": case.address,
            "answer_to": case.answer_to,
            "name": case.name,
            "language": case.language,
            "level": case.level,
            "vouched_by": case.vouched_by,
            "received_at": _instant(case.received_at),
            "closed_at": _instant(case.closed_at),
            "mails": [_mail(session, mail) for mail in cases.mails_of(session, identity)],
            "requests": [_request(parts, case, request) for request in cases.requests_of(session, identity)],
            "letters": [_letter(letter) for letter in cases.letters_of(session, identity)],
            "log": [audit.as_data(entry) for entry in audit.entries(session, case.number)],
        }


def _mail(session: Session, mail: Mail) -> dict[str, Any]:
    raw = mails.raw_of(session, mail)
    message = parse(raw) if raw is not None else None
    return {
        "mail": mail.id,
        "received_at": _instant(mail.received_at),
        "disposition": mail.disposition,
        "verdict": mail.verdict,
        "subject": message.subject if message is not None else None,
        "text": message.text if message is not None else "(the text is not kept any more, or was never fetched)",
        "reading": mail.reading,
    }


def _request(parts: Parts, case: Case, request: Request) -> dict[str, Any]:
    return {
        "request": request.id,
        "kind": request.kind,
        "state": request.state,
        "reason": ", ".join(request.reasons),
        "received_at": _instant(request.received_at),
        "due_at": request.due.isoformat(),
        "extended": request.extended,
        "changes": request.changes,
        "decided_by": request.decided_by,
        "decided_at": _instant(request.decided_at),
        "ground": request.decision_ground,
        "outcome": request.outcome,
        "preview": _preview(parts, case, request),
    }


def _preview(parts: Parts, case: Case, request: Request) -> dict[str, Any] | None:
    """What approving would do; None where there is nothing to approve."""
    if request.kind == Kind.OTHER or Event.APPROVE not in possible(State(request.state)):
        return None
    try:
        shown = preview(parts, case, request)
    except MailbotError as error:  # a source that does not answer hides nothing else of the case
        return {"error": str(error)}
    return {
        "digest": shown.digest,
        "obstacle": shown.obstacle,
        "obstacles": list(shown.plan.obstacles),
        "steps": [_step(step) for step in shown.plan.steps],
        "letters": [
            {"to": addressed.to, "subject": words.subject, "text": words.text} for addressed, words in shown.letters
        ],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "dataset": step.dataset,
        "operation": step.operation,
        "rows": len(step.before) or len(step.after),
        "fields": list(step.fields),
        "ground": step.ground,
        "until": step.until.isoformat() if step.until else None,
        "reason": step.reason,
        "before": [{"key": row.key, "values": dict(row.values)} for row in step.before],
        "after": {key: dict(values) for key, values in step.after.items()},
    }


def _letter(letter: Outgoing) -> dict[str, Any]:
    return {
        "letter": letter.id,
        "template": letter.template,
        "to": letter.recipient,
        "state": letter.state,
        "held_because": letter.held_because,
        "created_at": _instant(letter.created_at),
        "sent_at": _instant(letter.sent_at),
        "status": letter.status,
    }


def _instant(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at is not None else None
