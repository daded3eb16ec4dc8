"""The queue: what waits, for whom, and how long is left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fastapi import APIRouter
from fastapi.responses import Response

from mailbot.console.visit import OfficerVisit
from mailbot.core.deadlines import Urgency, days_left, urgency
from mailbot.core.kinds import Kind
from mailbot.core.lifecycle import ENDED, WAITING_FOR_PERSON, State
from mailbot.store import cases
from mailbot.store.engine import reading
from mailbot.store.tables import Case, Mail, Request

LONGEST_LIST = 200
router = APIRouter()


class View(StrEnum):
    """A list of the queue."""

    DECIDE = "decide"
    """Rights that wait for an officer."""
    READ = "read"
    """Mails that a person has to read."""
    WAITING = "waiting"
    """Requests whose person has to answer."""
    APPROVED = "approved"
    """Decided, still to be carried out."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list holds: states, and whether only rights, only what is to be read, or both."""

    states: frozenset[State]
    rights: bool | None = None


LISTINGS = {
    View.DECIDE: Listing(frozenset({State.QUEUED}), rights=True),
    View.READ: Listing(frozenset({State.QUEUED}), rights=False),
    View.WAITING: Listing(WAITING_FOR_PERSON),
    View.APPROVED: Listing(frozenset({State.APPROVED})),
    View.DONE: Listing(ENDED),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One request in a list."""

    request: Request
    case: Case
    left: int
    """Whole days until it is due, negative when it is late."""
    urgency: Urgency | None
    """None when it has ended: no time runs any more."""
    guess: tuple[str, ...] = ()
    """Of a mail that a person has to read: the rights that the reader thinks of."""


@router.get("/")
def show(visit: OfficerVisit, view: str = View.DECIDE) -> Response:
    """One list, and how many wait in each."""
    chosen = View(view) if view in tuple(View) else View.DECIDE
    listing, now = LISTINGS[chosen], visit.parts.now()
    with reading(visit.parts.engine) as session:
        found = cases.listed(session, listing.states, rights=listing.rights, limit=LONGEST_LIST)
        tally = cases.tally(session)
    return visit.page(
        "queue.html",
        view=chosen,
        counts={one: _count(LISTINGS[one], tally) for one in View},
        lines=[_line(request, case, mail, now) for request, case, mail in found],
        ended=chosen is View.DONE,
    )


def _line(request: Request, case: Case, mail: Mail | None, now: datetime) -> Line:
    running = State(request.state) not in ENDED
    return Line(
        request,
        case,
        days_left(request.due, now),
        urgency(request.due, now) if running else None,
        tuple(_guess(mail)) if request.kind == Kind.OTHER and mail is not None else (),
    )


def _guess(mail: Mail) -> Iterator[str]:
    return (kind for kind in (mail.reading or {}).get("kinds", ()) if kind != Kind.OTHER)


def _count(listing: Listing, tally: dict[tuple[State, bool], int]) -> int:
    return sum(
        number
        for (state, right), number in tally.items()
        if state in listing.states and listing.rights in {None, right}
    )
