"""The record of processing activities that Article 30 asks for, drawn from the data map."""

from __future__ import annotations

from dataclasses import dataclass

from mailbot.core.datamap import Controller, DataMap, DataSet, Role
from mailbot.core.kinds import Language


@dataclass(frozen=True, slots=True)
class Activity:
    """One data set as Article 30(1) describes a controller's processing; the letters are that paragraph's."""

    dataset: str
    name: str
    purposes: tuple[tuple[str, str], ...]
    """(b) each with its legal ground's letter, such as `6(1)(b)`."""
    subjects: str
    """(c)"""
    categories: tuple[str, ...]
    """(c)"""
    recipients: tuple[str, ...]
    """(d)"""
    transfers: str
    """(e)"""
    storage: str
    """(f)"""


@dataclass(frozen=True, slots=True)
class OnBehalf:
    """What is processed for customers in one data set (Article 30(2)(b))."""

    dataset: str
    name: str
    categories: tuple[str, ...]
    transfers: str


@dataclass(frozen=True, slots=True)
class Record:
    """The whole record, in one language."""

    controller: Controller
    """(a)"""
    security: str
    """(g)"""
    activities: tuple[Activity, ...]
    on_behalf: tuple[OnBehalf, ...]


def article30_record(data_map: DataMap, language: Language) -> Record:
    """The record of processing activities."""
    return Record(
        controller=data_map.controller,
        security=data_map.security.in_(language),
        activities=tuple(_activity(data_map, one, language) for one in data_map.sets if one.own_fields),
        on_behalf=tuple(_on_behalf(data_map, one, language) for one in data_map.sets if one.has_customer_data),
    )


def _activity(data_map: DataMap, dataset: DataSet, language: Language) -> Activity:
    named = [f"{one.name} ({one.country.in_(language)})" for one in data_map.recipients_of(dataset.id)]
    statement = dataset.recipients_statement.in_(language)
    return Activity(
        dataset=dataset.id,
        name=dataset.label.in_(language),
        purposes=tuple((purpose.text.in_(language), purpose.ground.article) for purpose in dataset.purposes),
        subjects=dataset.subjects.in_(language),
        categories=_categories(data_map, dataset, Role.CONTROLLER, language),
        recipients=(*named, statement) if statement else tuple(named),
        transfers=dataset.transfers.in_(language),
        storage=dataset.storage.in_(language),
    )


def _on_behalf(data_map: DataMap, dataset: DataSet, language: Language) -> OnBehalf:
    return OnBehalf(
        dataset=dataset.id,
        name=dataset.label.in_(language),
        categories=_categories(data_map, dataset, Role.PROCESSOR, language),
        transfers=dataset.transfers.in_(language),
    )


def _categories(data_map: DataMap, dataset: DataSet, role: Role, language: Language) -> tuple[str, ...]:
    return tuple(data_map.categories[name].in_(language) for name in dataset.categories_of(role))
