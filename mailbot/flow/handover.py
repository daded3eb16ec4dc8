"""Handing the encrypted copy over: attached to the letter, or – where the console has an address – fetched by a link.

The link's token stands in the letter alone, the code that opens the copy in another one. A copy that waits can be
fetched a few times until a day; what is used up, out of time or never was gets one and the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from mailbot.core.deadlines import STOCKHOLM
from mailbot.core.kinds import Language
from mailbot.core.letters import Pickup
from mailbot.errors import MailbotError
from mailbot.flow.docket import PERSON, PROGRAM, Docket
from mailbot.flow.parts import Parts
from mailbot.store import handovers
from mailbot.store.engine import reading, transaction
from mailbot.store.tables import Case, Request

TOKEN_BYTES = 32
PAUSE = timedelta(seconds=10)
"""Between two fetches, so that an impatient double click does not use the link up."""
BATCH = 100


class TooSoon(MailbotError):
    """The copy was fetched a moment ago; it can be fetched again when the pause is over."""


@dataclass(frozen=True, slots=True)
class Means:
    """What a copy is handed over by. `code` opens it; `pickup` is the link that fetches it, None: it is attached."""

    code: str
    pickup: Pickup | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """An encrypted copy and the name to save it by."""

    name: str
    pdf: bytes


def means(parts: Parts, language: Language, code: str, token: str) -> Means:
    """How this installation hands a copy over.

    Args:
        parts: the installation.
        language: of the letter, and of the page behind the link.
        code: opens the copy.
        token: what the link is to end in.
    """
    if not parts.console_url:
        return Means(code)
    day = parts.now().astimezone(STOCKHOLM).date() + timedelta(days=parts.policy.copy_days)
    link = f"{parts.console_url.rstrip('/')}/copy/{language}/{token}"
    return Means(code, Pickup(link=link, until=day, times=handovers.FETCHES))


def lay_out(docket: Docket, case: Case, request: Request, pickup: Pickup, pdf: bytes) -> None:
    """Keep a copy to be fetched by a link, to the end of its last day."""
    token = pickup.link.rpartition("/")[2]
    until = datetime.combine(pickup.until + timedelta(days=1), time(), STOCKHOLM)
    handovers.add(docket.session, token, case.id or 0, request.id, pdf, until)


def waits(parts: Parts, token: str) -> bool:
    """Whether a copy can be fetched by this token. Looking changes nothing."""
    with reading(parts.engine) as session:
        return handovers.waits(session, token, parts.now())


def fetch(parts: Parts, token: str) -> Fetched | None:
    """Hand a copy over, one time fewer to be had; None if nothing can be fetched by this token.

    Raises:
        TooSoon: it was fetched a moment ago.
    """
    now = parts.now()
    with transaction(parts.engine) as session:
        row = handovers.find(session, token, now)
        if row is None:
            return None
        if row.fetched_at is not None and now < row.fetched_at + PAUSE:
            raise TooSoon("the copy was fetched a moment ago; wait a few seconds")
        pdf, case = handovers.take(row, now), session.get_one(Case, row.case_id)
        Docket(session, parts, now).log(PERSON, "copy_fetched", case, request=row.request_id, left=row.fetches_left)
        return Fetched(f"{case.number}.pdf", pdf)


def expire(parts: Parts) -> int:
    """Remove copies whose time is over. How many."""
    now = parts.now()
    with transaction(parts.engine) as session:
        docket, over = Docket(session, parts, now), handovers.expired(session, now, BATCH)
        for row in over:
            row.content = None
            case = session.get_one(Case, row.case_id)
            docket.log(PROGRAM, "copy_expired", case, request=row.request_id, left=row.fetches_left)
        return len(over)
