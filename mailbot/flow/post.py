"""Putting a letter in the outbox: rendered, composed and frozen within the transaction of the decision it tells of."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from mailbot.core.letters import Letter
from mailbot.flow.parts import Parts
from mailbot.mail.compose import File, Heading, bounce_address, compose
from mailbot.store import audit, outbox
from mailbot.store.tables import Case, Outgoing

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Envelope:
    """Where a letter goes, and to which case and request it belongs.

    `automatic` letters count against the limits of answers; what an officer decided does not.
    """

    to: str
    case: Case | None = None
    request_id: int | None = None
    automatic: bool = True
    threaded: bool = True
    """Answers the person's own mails; False for a letter to somebody else."""


def post(
    session: Session,
    parts: Parts,
    letter: Letter,
    envelope: Envelope,
    *,
    now: datetime,
    files: Sequence[File] = (),
) -> Outgoing:
    """Write the letter into the outbox. Nothing is sent before the caller's transaction is committed."""
    rendered = parts.replies.render(letter)
    token = secrets.token_hex(16)
    message_id = f"<{token}@{parts.address.rpartition('@')[2]}>"
    thread = tuple(envelope.case.thread) if envelope.case is not None and envelope.threaded else ()
    heading = Heading(
        sender=parts.address,
        sender_name=parts.data_map.controller.name,
        to=envelope.to,
        message_id=message_id,
        date=now,
        loop_token=parts.loop_token,
        thread=thread,
    )
    raw = compose(rendered, heading, files)
    row = Outgoing(
        case_id=envelope.case.id if envelope.case else None,
        request_id=envelope.request_id,
        template=letter.template,
        recipient=envelope.to,
        envelope_from=bounce_address(parts.address, token) if parts.sub_addressing else parts.address,
        message_id=message_id,
        raw=raw,
        created_at=now,
        not_before=now,
        next_attempt_at=now,
        give_up_at=now + outbox.GIVE_UP_AFTER,
    )
    _hold_if_needed(session, parts, row, envelope, now)
    session.add(row)
    session.flush()
    audit.append(
        session,
        parts.derive("audit"),
        at=now,
        actor="mailbot",
        action="letter_held" if row.state == outbox.HELD else "letter_queued",
        case=envelope.case.number if envelope.case else None,
        letter=letter.template,
        outgoing=row.id,
        because=row.held_because,
    )
    return row


def _hold_if_needed(session: Session, parts: Parts, row: Outgoing, envelope: Envelope, now: datetime) -> None:
    """Beyond the limits, and in shadow mode, an answer waits for the officer."""
    if not parts.live:
        row.state, row.held_because = outbox.HELD, "shadow"
        return
    if not envelope.automatic:
        return
    sent = outbox.sent_since(session, envelope.to, now - DAY)
    if sent.to_address >= parts.policy.replies_per_address:
        row.state, row.held_because = outbox.HELD, "limit_address"
    elif sent.in_all >= parts.policy.replies_per_day:
        row.state, row.held_because = outbox.HELD, "limit_day"
