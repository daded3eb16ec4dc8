"""Whether a data map holds together: declared names, promises that can be kept, no empty letter of Article 15."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from mailbot.core.datamap import DataMap, DataSet, LegalGround, Rectify
from mailbot.core.kinds import Field as Asked

Path = tuple[str | int, ...]
"""A place in the map, such as `("datasets", "contacts", "erasure", 0)`."""


class Gap(NamedTuple):
    """Something that the law wants said and the map does not say."""

    path: Path
    letter: str
    """Such as `15(1)(d)`."""
    what: str


def article15_gaps(data_map: DataMap) -> list[Gap]:
    """What an answer to an access request would leave empty (Article 15(1)(a)-(h) and (2), rule 13).

    Letter (e), the other rights, stands in the templates. Data sets that are wholly our customers' are
    theirs to inform about.
    """
    gaps = []
    if data_map.authority.name.empty or not (data_map.authority.email or data_map.authority.web):
        what = "Article 15(1)(f): the authority's name (sv, en) and e-mail or web is missing"
        gaps.append(Gap(("authority",), "15(1)(f)", what))
    if data_map.automated_decisions.empty:
        what = "Article 15(1)(h): what is said of automated decisions (sv, en) is missing"
        gaps.append(Gap(("automated_decisions",), "15(1)(h)", what))
    for dataset in data_map.sets:
        if dataset.own_fields:
            gaps += _gaps_of(dataset)
    return gaps


def contradictions(data_map: DataMap) -> Iterator[tuple[Path, str]]:
    """Where the map speaks of something that it does not declare, or promises what cannot be kept."""
    for dataset in data_map.sets:
        for part in (_unknown_names, _unknown_columns, _unlawful):
            yield from part(dataset, data_map)


def _gaps_of(dataset: DataSet) -> Iterator[Gap]:
    at: Path = ("datasets", dataset.id)
    for index, purpose in enumerate(dataset.purposes):
        if purpose.text.empty:
            yield Gap(
                (*at, "purposes", index),
                "15(1)(a)",
                "Article 15(1)(a): the purpose's text (sv, en) is missing",
            )
    missing = (
        (not dataset.purposes, "purposes", "15(1)(a)", "purposes are missing"),
        (
            not dataset.recipients and dataset.recipients_statement.empty,
            "recipients",
            "15(1)(c)",
            "name the recipients, or say in recipients_statement (sv, en) that there are none",
        ),
        (dataset.storage.empty, "storage", "15(1)(d)", "the storage period in words (sv, en) is missing"),
        (dataset.origin.empty, "origin", "15(1)(g)", "where the data comes from (sv, en) is missing"),
        (
            dataset.transfers.empty,
            "transfers",
            "15(2)",
            "what is said of transfers outside the EU/EEA (sv, en) is missing",
        ),
    )
    for holds, field, letter, what in missing:
        if holds:
            yield Gap((*at, field), letter, f"Article {letter}: {what}")


def _unknown_names(dataset: DataSet, data_map: DataMap) -> Iterator[tuple[Path, str]]:
    """Names of other parts of the map."""
    at: Path = ("datasets", dataset.id)
    if dataset.source not in data_map.sources:
        yield (*at, "source"), f"there is no source {dataset.source!r}"
    for name, field in dataset.fields.items():
        if field.category not in data_map.categories:
            yield (*at, "fields", name, "category"), f"there is no category {field.category!r}"
    for index, recipient in enumerate(dataset.recipients):
        if recipient not in data_map.recipients:
            yield (*at, "recipients", index), f"there is no recipient {recipient!r}"
    for index, rule in enumerate(dataset.erasure):
        if rule.ground and rule.ground not in data_map.grounds:
            yield (*at, "erasure", index, "ground"), f"there is no ground {rule.ground!r}"
    yield from (((*at, *path), what) for path, what in _unknown_datasets(dataset, data_map))


def _unknown_datasets(dataset: DataSet, data_map: DataMap) -> Iterator[tuple[Path, str]]:
    for key, link in (("match", dataset.match.through), ("customer", dataset.customer)):
        if link is not None and link.dataset not in data_map.datasets:
            yield (key,), f"there is no data set {link.dataset!r}"
    if _leads_in_a_circle(dataset, data_map):
        yield ("match", "through"), "leads back to the data set itself"


def _leads_in_a_circle(dataset: DataSet, data_map: DataMap) -> bool:
    seen, at = set(), dataset
    while at.match.through and at.match.through.dataset in data_map.datasets:
        if at.id in seen:
            return True
        seen.add(at.id)
        at = data_map.dataset(at.match.through.dataset)
    return False


def _unknown_columns(dataset: DataSet, data_map: DataMap) -> Iterator[tuple[Path, str]]:
    """Columns that are neither key nor field, or a customer's where they may not be."""
    at: Path = ("datasets", dataset.id)
    for path, column in _columns_spoken_of(dataset):
        if column not in dataset.columns:
            yield (*at, *path), f"{column!r} is neither a field nor part of the key"
    for path, column in _columns_acted_on(dataset):
        if column not in dataset.columns:
            yield (*at, *path), f"{column!r} is neither a field nor part of the key"
        elif column not in (*dataset.own_fields, *dataset.key):
            yield (*at, *path), f"{column!r} is the customer's; what decides about our data must be ours"
    for field in (name for name in dataset.ignore if name in dataset.columns):
        yield (*at, "ignore"), f"{field!r} is a field or part of the key"
    for key, other, column in _columns_elsewhere(dataset):
        if other in data_map.datasets and column not in data_map.datasets[other].columns:
            yield (*at, key), f"data set {other} has no field {column!r}"


def _columns_elsewhere(dataset: DataSet) -> Iterator[tuple[str, str, str]]:
    """The columns of other data sets: key of this one, the other, its column."""
    if through := dataset.match.through:
        yield "match", through.dataset, through.column
    if link := dataset.customer:
        yield "customer", link.dataset, link.by
        yield "customer", link.dataset, link.contact


def _columns_spoken_of(dataset: DataSet) -> Iterator[tuple[Path, str]]:
    """The columns that rows are found by, those of retention, and those that are blanked."""
    match = dataset.match
    leading = (match.name, match.language, match.through.equals if match.through else None)
    for column in (*match.addresses, *filter(None, leading)):
        yield ("match",), column
    if dataset.customer:
        yield ("customer", "column"), dataset.customer.column
    for index, rule in enumerate(dataset.erasure):
        for column in rule.blank:
            yield ("erasure", index, "blank"), column
    for index, term in enumerate(dataset.retention):
        for column in (term.after, *term.blank, *term.where):
            yield ("retention", index), column


def _columns_acted_on(dataset: DataSet) -> Iterator[tuple[Path, str]]:
    """The columns that plans write, or decide by."""
    consent, suppression = dataset.consent, dataset.suppression
    if dataset.restriction:
        yield ("restriction",), dataset.restriction
    for column in (consent.purpose, consent.given, consent.withdrawn) if consent else ():
        yield ("consent",), column
    for column in (suppression.address, suppression.since) if suppression else ():
        yield ("suppression",), column
    for index, rule in enumerate(dataset.erasure):
        for column in (*rule.where, *([rule.until.after] if rule.until else [])):
            yield ("erasure", index), column


def _unlawful(dataset: DataSet, _data_map: DataMap) -> Iterator[tuple[Path, str]]:
    """What would break a promise to a person or a customer."""
    checks: tuple[Callable[[DataSet], Iterator[tuple[Path, str]]], ...]
    checks = (_erasure_problems, _role_problems, _rectify_problems)
    for check in checks:
        for path, what in check(dataset):
            yield ("datasets", dataset.id, *path), what


def _erasure_problems(dataset: DataSet) -> Iterator[tuple[Path, str]]:
    """Every row of ours needs one answer to an erasure, which never reaches what is not ours."""
    if dataset.own_fields and (not dataset.erasure or dataset.erasure[-1].where):
        yield ("erasure",), "the last rule must hold for all rows: give one without `where`"
    for index, rule in enumerate(dataset.erasure):
        if rule.do == "delete" and dataset.has_customer_data:
            yield (
                ("erasure", index),
                "deleting the row would delete the customer's data in it: blank our fields instead",
            )
        if rule.until and dataset.has_customer_data:
            yield ("erasure", index, "until"), "the row would be deleted then, with the customer's data in it"
        for column in rule.blank:
            if column in dataset.key or (column in dataset.fields and column not in dataset.own_fields):
                yield (
                    ("erasure", index, "blank"),
                    f"{column!r} is part of the key or the customer's, so it cannot be blanked",
                )
    for index, term in enumerate(dataset.retention):
        for column in set(term.blank) & set(dataset.key):
            yield ("retention", index, "blank"), f"{column!r} is part of the key, so it cannot be blanked"


def _role_problems(dataset: DataSet) -> Iterator[tuple[Path, str]]:
    if dataset.has_customer_data and dataset.customer is None:
        yield ("customer",), "a processor's data set must say whose the data is"
    if dataset.own_fields and not dataset.restriction and dataset.unrestricted.empty:
        yield ("restriction",), "name the column, or say in unrestricted (sv, en) why these rows stay in use"
    for index, purpose in enumerate(dataset.purposes):
        if purpose.ground is LegalGround.LEGITIMATE_INTEREST and purpose.interest.empty:
            yield ("purposes", index, "interest"), "a legitimate interest has to be named (sv, en)"


def _rectify_problems(dataset: DataSet) -> Iterator[tuple[Path, str]]:
    for name, field in dataset.fields.items():
        if field.answers is Asked.EMAIL and field.rectify is Rectify.AUTOMATIC:
            yield (
                ("fields", name, "rectify"),
                "a new e-mail address has to be confirmed: use confirm, officer or never",
            )
        if field.rectify is Rectify.AUTOMATIC and field.answers is None:
            yield (
                ("fields", name, "answers"),
                "say which correction the field answers to, or no machine can correct it",
            )
