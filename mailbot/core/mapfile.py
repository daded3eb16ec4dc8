"""Reading a data map from YAML: every mistake is named with its line, its place in the map and what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mailbot.core.datamap import DataMap, DataSet, LegalGround, Rectify
from mailbot.core.kinds import Field as Asked
from mailbot.errors import MailbotError

Path = tuple[str | int, ...]


class Problem(NamedTuple):
    """One mistake in a map: where, in which field, and what."""

    line: int
    field: str
    what: str


class DataMapError(MailbotError, ValueError):
    """The data map cannot be used; the message names the first mistake, `problems` holds all. Exit code 2."""

    exit_code = 2

    def __init__(self, name: str, problems: tuple[Problem, ...]) -> None:
        line, field, what = problems[0]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(f"{name}:{line}: {field + ': ' if field else ''}{what}{more}")
        self.problems = problems


class Gap(NamedTuple):
    """Something that the law wants said and the map does not say."""

    path: Path
    letter: str
    """Such as `15(1)(d)`."""
    what: str


def parse_data_map(text: str, name: str) -> DataMap:
    """Read and check a data map.

    Args:
        text: the YAML.
        name: what to call the file in messages.

    Raises:
        DataMapError: it is not YAML, not a data map, contradicts itself, or leaves a letter of Article 15(1) empty.
    """
    tree = _Tree.read(text, name)
    try:
        data_map = DataMap.model_validate(_with_ids(tree.data))
    except ValidationError as error:
        # A key that is misspelt is also missing: the misspelling comes first.
        errors = sorted(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
        raise DataMapError(name, tuple(tree.problem(_path(e["loc"]), _said(e)) for e in errors)) from None
    found = [*contradictions(data_map), *((gap.path, gap.what) for gap in article15_gaps(data_map))]
    if found:
        raise DataMapError(name, tuple(sorted({tree.problem(path, what) for path, what in found})))
    return data_map


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


class _Tree(NamedTuple):
    """YAML as data, with the line of every node."""

    data: Any
    lines: Mapping[Path, int]

    @classmethod
    def read(cls, text: str, name: str) -> _Tree:
        try:
            root = yaml.compose(text, Loader=yaml.SafeLoader)
            data = yaml.safe_load(text)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            what = getattr(error, "problem", None) or "cannot be read"
            line = mark.line + 1 if mark else 1
            raise DataMapError(name, (Problem(line, "", f"not YAML: {what}"),)) from None
        if not isinstance(data, dict):
            raise DataMapError(
                name,
                (Problem(1, "", "is not a data map: it must hold keys such as controller, sources, datasets"),),
            )
        lines: dict[Path, int] = {}
        twice = tuple(_walk(root, (), lines))
        if twice:
            raise DataMapError(name, twice)
        return cls(data, lines)

    def problem(self, path: Path, what: str) -> Problem:
        """Put a mistake on the line of the nearest thing that is there."""
        at = path
        while at and at not in self.lines:
            at = at[:-1]
        return Problem(self.lines.get(at, 1), ".".join(map(str, path)), what)


def _walk(node: yaml.Node | None, path: Path, lines: dict[Path, int]) -> Iterator[Problem]:
    """Note every node's line; give the keys that stand twice, of which YAML would silently take the last."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*path, str(key.value))
            if here in lines:
                yield Problem(key.start_mark.line + 1, ".".join(map(str, here)), "stands twice")
            lines[here] = key.start_mark.line + 1
            yield from _walk(value, here, lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            lines[*path, index] = value.start_mark.line + 1
            yield from _walk(value, (*path, index), lines)


def _with_ids(data: dict[str, Any]) -> dict[str, Any]:
    """Give each data set the name it is listed under, and that name as its table unless it says another."""
    datasets = data.get("datasets")
    if not isinstance(datasets, dict):
        return data
    named = {
        name: {"table": name, **spec, **({} if "id" in spec else {"id": name})} if isinstance(spec, dict) else spec
        for name, spec in datasets.items()
    }
    return {**data, "datasets": named}


def _path(location: tuple[str | int, ...]) -> Path:
    """A place as a person would write it: without the marks that pydantic sets for a key and for a source's type."""
    marks = {2} if location[:1] == ("sources",) else set()
    return tuple(part for index, part in enumerate(location) if index not in marks and part != "[key]")


_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is not a known key",
    "string_too_short": "may not be empty",
    "too_short": "may not be empty",
    "string_pattern_mismatch": "must be a name of small letters, digits and _",
    "union_tag_invalid": "type must be embedded or sql",
    "union_tag_not_found": "type must be embedded or sql",
}


def _said(error: ErrorDetails) -> str:
    """What pydantic found, in the words of this program."""
    if error["type"] in {"enum", "literal_error"}:
        return f"must be {error['ctx']['expected']}"
    return _WORDS.get(error["type"], error["msg"].removeprefix("Value error, "))


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
    """Columns that are neither key nor field."""
    at: Path = ("datasets", dataset.id)
    for path, column in _columns_spoken_of(dataset):
        if column not in dataset.columns:
            yield (*at, *path), f"{column!r} is neither a field nor part of the key"
    for field in (name for name in dataset.ignore if name in dataset.columns):
        yield (*at, "ignore"), f"{field!r} is a field or part of the key"
    there: list[tuple[str, str, str]] = []
    if through := dataset.match.through:
        there.append(("match", through.dataset, through.column))
    if link := dataset.customer:
        there += [("customer", link.dataset, link.by), ("customer", link.dataset, link.contact)]
    for key, other, column in there:
        if other in data_map.datasets and column not in data_map.datasets[other].columns:
            yield (*at, key), f"data set {other} has no field {column!r}"


def _columns_spoken_of(dataset: DataSet) -> Iterator[tuple[Path, str]]:
    match, consent, suppression = dataset.match, dataset.consent, dataset.suppression
    leading = (match.name, match.language, match.through.equals if match.through else None)
    for column in (*match.addresses, *filter(None, leading)):
        yield ("match",), column
    if dataset.restriction:
        yield ("restriction",), dataset.restriction
    for column in (consent.purpose, consent.given, consent.withdrawn) if consent else ():
        yield ("consent",), column
    for column in (suppression.address, suppression.since) if suppression else ():
        yield ("suppression",), column
    if dataset.customer:
        yield ("customer", "column"), dataset.customer.column
    for index, rule in enumerate(dataset.erasure):
        for column in (*rule.blank, *rule.where, *([rule.until.after] if rule.until else [])):
            yield ("erasure", index), column
    for index, term in enumerate(dataset.retention):
        for column in (term.after, *term.blank, *term.where):
            yield ("retention", index), column


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
        for column in rule.blank:
            if column in dataset.key or column not in dataset.own_fields:
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
