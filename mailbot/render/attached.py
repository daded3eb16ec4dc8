"""The files inside a copy, for other systems to take in: all of it as JSON, each data set as CSV (15(3), 20(1))."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from mailbot.core.copy import AccessCopy, CopySection
from mailbot.core.kinds import Kind

FORMAT = "mailbot-copy/1"
"""Names the shape of the JSON, which docs/templates.md describes."""


@dataclass(frozen=True, slots=True)
class Attached:
    """One file inside the PDF."""

    name: str
    content_type: str
    description: str
    content: bytes


def attachments(copy: AccessCopy) -> Iterator[Attached]:
    """`data.json`, and a CSV for each data set."""
    yield Attached("data.json", "application/json", copy.case, as_json(as_data(copy)))
    for section in copy.sections:
        yield Attached(f"{section.dataset}.csv", "text/csv", section.label, as_csv(section))


def as_data(copy: AccessCopy) -> dict[str, Any]:
    """The copy as what JSON can hold. Portability needs no Article 15 letter."""
    data: dict[str, Any] = {
        "format": FORMAT,
        "kind": copy.kind.value,
        "language": copy.language.value,
        "case": copy.case,
        "day": copy.day.isoformat(),
        "person": {"name": copy.name, "addresses": list(copy.addresses)},
        "controller": copy.controller.model_dump(),
        "datasets": [_section(section, about=copy.kind is Kind.ACCESS) for section in copy.sections],
        "customers": list(copy.customers),
    }
    if copy.kind is Kind.ACCESS:
        data["automated_decisions"] = copy.automated_decisions
        data["authority"] = {**copy.authority.model_dump(), "name": copy.authority.name.in_(copy.language)}
    return data


def _section(section: CopySection, *, about: bool) -> dict[str, Any]:
    names = [field.name for field in section.fields]
    return {
        "dataset": section.dataset,
        "label": section.label,
        "fields": [asdict(field) for field in section.fields],
        "rows": [dict(zip(names, row, strict=True)) for row in section.rows],
        **({"about": asdict(section.about)} if about else {}),
    }


def as_json(data: object) -> bytes:
    """UTF-8 JSON; what is no character (half a surrogate pair from a system of records) becomes a question mark."""
    return json.dumps(data, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def as_csv(section: CopySection) -> bytes:
    """CSV by RFC 4180, in UTF-8: the first line names the register's fields, an empty cell is an empty field."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(field.name for field in section.fields)
    writer.writerows(section.rows)
    return file.getvalue().encode("utf-8", "replace")
