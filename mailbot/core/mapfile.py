"""Reading a data map from YAML: every mistake is named with its line, its place in the map and what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mailbot.core.datamap import DataMap
from mailbot.core.mapcheck import Path, article15_gaps, contradictions
from mailbot.errors import MailbotError


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


_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The fast one where PyYAML was built with it."""


class _Tree(NamedTuple):
    """YAML as data, with the line of every node."""

    data: Any
    lines: Mapping[Path, int]

    @classmethod
    def read(cls, text: str, name: str) -> _Tree:
        try:
            loader = _Loader(text)
            root = loader.get_single_node()
            data = loader.construct_document(root) if root else None
        except (yaml.YAMLError, ValueError) as error:
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
    "union_tag_invalid": "type must be embedded, sql or http",
    "union_tag_not_found": "type must be embedded, sql or http",
}


def _said(error: ErrorDetails) -> str:
    """What pydantic found, in the words of this program."""
    if error["type"] in {"enum", "literal_error"}:
        return f"must be {error['ctx']['expected']}"
    return _WORDS.get(error["type"], error["msg"].removeprefix("Value error, "))
