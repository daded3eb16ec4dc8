"""Making the plan of a request from what the registers hold now, and the letters that tell of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from mailbot.core.deadlines import STOCKHOLM
from mailbot.core.identity import Level, Person
from mailbot.core.kinds import Field, Kind
from mailbot.core.plan import Plan
from mailbot.core.planning import make_plan, suppression_plan
from mailbot.core.reading import Change
from mailbot.core.sender import without_detail
from mailbot.flow.parts import Parts
from mailbot.store.tables import Case, Request


def person_of(parts: Parts, case: Case) -> Person | None:
    """Whom a case is about, as registered now; None if no register knows them."""
    return parts.register.find(case.answer_to) if case.answer_to is not None else None


def answer_address(person: Person, written_from: str | None) -> str:
    """The registered address that answers go to: the one written from if it is one, else the main one (rule 9)."""
    if written_from is not None:
        for address in (written_from, without_detail(written_from)):
            if address in person.addresses:
                return address
    return person.addresses[0]


def make(parts: Parts, case: Case, request: Request, day: date | None = None) -> Plan:
    """The plan of a request as things stand now.

    Args:
        parts: the installation.
        case: the case the request belongs to.
        request: the request; of kind `other`, or by somebody unknown, it has an empty plan.
        day: the day that is written where the plan writes a day; None: today.
    """
    kind, day = Kind(request.kind), day or today(parts)
    person = person_of(parts, case)
    if person is None and case.address is not None and (kind is Kind.CONSENT_WITHDRAWAL or request.marketing):
        return suppression_plan(parts.data_map, case.address, day)
    if person is None or kind is Kind.OTHER:
        return Plan(kind, "", ())
    level = Level.from_code(case.level)
    return plan_for(parts, kind, person, changes_of(request), level=level, marketing=request.marketing, day=day)


def plan_for(
    parts: Parts,
    kind: Kind,
    person: Person,
    changes: tuple[Change, ...],
    *,
    level: Level,
    marketing: bool = False,
    day: date | None = None,
) -> Plan:
    """The plan of one right for a registered person as things stand now."""
    holdings = parts.register.holdings(person)
    return make_plan(
        kind, parts.data_map, holdings, person, changes, day or today(parts), marketing=marketing, level=level
    )


def today(parts: Parts) -> date:
    """The day it is in Sweden."""
    return parts.now().astimezone(STOCKHOLM).date()


def changes_of(request: Request) -> tuple[Change, ...]:
    """The corrections that a request asks for."""
    return tuple(Change(Field(change["field"]), change["old"], change["new"]) for change in request.changes)


def change_as_data(change: Change) -> dict[str, Any]:
    """A correction for a JSON column."""
    return {"field": change.field.value, "old": change.old, "new": change.new}
