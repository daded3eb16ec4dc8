"""The copy of a person's data as data: what Articles 15 and 20 want in it, in the person's language, ready to be set.

It is made from a plan – which rows – and the data map – what the law wants said of them. `render.copy` gives it a look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from mailbot.core.datamap import Authority, Controller, DataMap, LegalGround, Purpose
from mailbot.core.kinds import Kind, Language
from mailbot.core.mapcheck import article15_gaps
from mailbot.core.plan import Operation, Plan, Step, Value
from mailbot.errors import MailbotError


class IncompleteMap(MailbotError, ValueError):
    """A letter of Article 15(1) or (2) is empty in the data map; no copy can be made (rule 13)."""


@dataclass(frozen=True, slots=True)
class CopyField:
    """One column of a data set, by its name in the register and by its label."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class CopyPurpose:
    """Why data is processed and what makes that lawful (15(1)(a), 13(1)(c)-(d))."""

    text: str
    ground: LegalGround
    interest: str = ""


@dataclass(frozen=True, slots=True)
class CopyRecipient:
    """Who receives data, by name (15(1)(c))."""

    name: str
    role: str
    country: str


@dataclass(frozen=True, slots=True)
class About:
    """What Article 15(1) wants said of one data set's processing; the letters (e), (f) and (h) are the copy's."""

    purposes: tuple[CopyPurpose, ...]
    """(a)"""
    categories: tuple[str, ...]
    """(b)"""
    recipients: tuple[CopyRecipient, ...]
    """(c)"""
    recipients_statement: str
    storage: str
    """(d)"""
    origin: str
    """(g)"""
    transfers: str
    """15(2)"""


@dataclass(frozen=True, slots=True)
class CopySection:
    """One data set: its rows, each a value per field, and what is to be said of it."""

    dataset: str
    label: str
    fields: tuple[CopyField, ...]
    rows: tuple[tuple[Value, ...], ...]
    about: About


@dataclass(frozen=True, slots=True)
class AccessCopy:
    """One person's copy. `kind` is `ACCESS` or `PORTABILITY`; `addresses` are those that the search was made with."""

    kind: Kind
    language: Language
    case: str
    name: str
    addresses: tuple[str, ...]
    day: date
    controller: Controller
    authority: Authority
    sections: tuple[CopySection, ...]
    automated_decisions: str
    """15(1)(h)"""
    customers: tuple[str, ...] = ()
    """Whose processor we are for data that is not in the copy (28); only those that may be named (rule 18)."""


def make_copy(
    plan: Plan,
    data_map: DataMap,
    *,
    language: Language,
    case: str,
    name: str,
    addresses: Sequence[str],
    day: date,
) -> AccessCopy:
    """The copy that a plan for access or portability shows.

    Args:
        plan: its SHOW steps are the rows; its REFER steps the customers.
        data_map: what is said of each data set.
        language: the person's.
        case: the case number.
        name: the person's name, '' if none is known.
        addresses: the registered addresses that the search was made with.
        day: the Swedish day it is made.

    Raises:
        IncompleteMap: for access, while a letter of Article 15 is empty in the map (rule 13).
    """
    gaps = article15_gaps(data_map) if plan.kind is Kind.ACCESS else []
    if gaps:
        raise IncompleteMap(f"the data map says nothing under {', '.join(sorted({gap.letter for gap in gaps}))}")
    return AccessCopy(
        kind=plan.kind,
        language=language,
        case=case,
        name=name,
        addresses=tuple(addresses),
        day=day,
        controller=data_map.controller,
        authority=data_map.authority,
        sections=tuple(_section(step, data_map, language) for step in plan.steps_of(Operation.SHOW) if step.before),
        automated_decisions=data_map.automated_decisions.in_(language),
        customers=tuple(name for step in plan.steps_of(Operation.REFER) for name in step.named),
    )


def _section(step: Step, data_map: DataMap, language: Language) -> CopySection:
    return CopySection(
        dataset=step.dataset,
        label=data_map.label(step.dataset, language),
        fields=tuple(CopyField(name, data_map.field_label(step.dataset, name, language)) for name in step.fields),
        rows=tuple(tuple(row.values.get(name) for name in step.fields) for row in step.before),
        about=_about(step, data_map, language),
    )


def _about(step: Step, data_map: DataMap, language: Language) -> About:
    dataset = data_map.dataset(step.dataset)
    categories = dict.fromkeys(dataset.fields[name].category for name in step.fields)
    return About(
        purposes=tuple(_purpose(purpose, language) for purpose in dataset.purposes),
        categories=tuple(data_map.categories[category].in_(language) for category in categories),
        recipients=tuple(
            CopyRecipient(recipient.name, recipient.role.in_(language), recipient.country.in_(language))
            for recipient in data_map.recipients_of(step.dataset)
        ),
        recipients_statement=dataset.recipients_statement.in_(language),
        storage=dataset.storage.in_(language),
        origin=dataset.origin.in_(language),
        transfers=dataset.transfers.in_(language),
    )


def _purpose(purpose: Purpose, language: Language) -> CopyPurpose:
    return CopyPurpose(purpose.text.in_(language), purpose.ground, purpose.interest.in_(language))
