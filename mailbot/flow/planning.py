"""Making the plan of a request from what the registers hold now, and the letters that tell of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from mailbot.core.deadlines import STOCKHOLM
from mailbot.core.identity import Person
from mailbot.core.kinds import Field, Kind, Language
from mailbot.core.plan import Plan, make_plan
from mailbot.core.reading import Change
from mailbot.core.sender import without_detail
from mailbot.flow.parts import Parts
from mailbot.registers.register import Holdings
from mailbot.store.tables import Case, Request


def person_of(parts: Parts, case: Case) -> Person | None:
    """Whom a case is about: as registered now, or somebody known by nothing but the address they wrote from."""
    if case.answer_to is not None:
        return parts.register.find(case.answer_to)
    if case.address is None:
        return None
    return stranger(case.address, Language(case.language))


def stranger(address: str, language: Language) -> Person:
    """Somebody no register knows."""
    return Person(key="", addresses=(address,), language=language)


def answer_address(person: Person, written_from: str | None) -> str:
    """The registered address that answers go to: the one written from if it is one, else the main one (rule 9)."""
    if written_from is not None:
        for address in (written_from, without_detail(written_from)):
            if address in person.addresses:
                return address
    return person.addresses[0]


def make(parts: Parts, case: Case, request: Request) -> Plan:
    """The plan of a request as things stand now."""
    person = person_of(parts, case)
    if person is None:
        return Plan(kind=Kind(request.kind), person="", steps=())
    return plan_for(parts, Kind(request.kind), person, changes_of(request), marketing=request.marketing)


def plan_for(parts: Parts, kind: Kind, person: Person, changes: tuple[Change, ...], *, marketing: bool = False) -> Plan:
    """The plan of one right for one person as things stand now."""
    known = bool(person.key)
    holdings = parts.register.holdings(person) if known else Holdings({})
    return make_plan(kind, parts.data_map, holdings, person, changes, today(parts), marketing=marketing)


def today(parts: Parts) -> date:
    """The day it is in Sweden."""
    return parts.now().astimezone(STOCKHOLM).date()


def changes_of(request: Request) -> tuple[Change, ...]:
    """The corrections that a request asks for."""
    return tuple(Change(Field(change["field"]), change["old"], change["new"]) for change in request.changes)


def change_as_data(change: Change) -> Mapping[str, Any]:
    """A correction for a JSON column."""
    return {"field": change.field.value, "old": change.old, "new": change.new}
