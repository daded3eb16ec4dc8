"""Reading a CSV file as spreadsheets write it: encodings, delimiters, and the line that each record begins on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailbot.registers.errors import ImportRefused

_FIELD_LIMIT = 1_000_000
"""Characters in one cell."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record, and the line of the file that it begins on."""

    line: int
    cells: list[str]


def read_csv(path: Path) -> tuple[Record, list[Record]]:
    """The header and the records of a file; empty lines are left out.

    UTF-8, else Windows-1252; commas or semicolons, whichever the header has.

    Raises:
        ImportRefused: the file cannot be read, is no text, or is no CSV.
    """
    text = _decoded(path)
    first = text.split("\n", 1)[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    try:
        records = [record for record in _records(text, delimiter) if any(cell.strip() for cell in record.cells)]
    except csv.Error as error:
        raise ImportRefused((f"{path.name}: is no CSV file ({error})",)) from None
    if not records:
        raise ImportRefused((f"{path.name}:1: is empty; the first line must name the columns",))
    return records[0], records[1:]


def _decoded(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ImportRefused((f"{path}: {error.strerror}",)) from None
    if b"\0" in raw:
        raise ImportRefused((f"{path.name}: is no text in UTF-8 or Windows-1252; save it as 'CSV UTF-8'",))
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ImportRefused((f"{path.name}: is no text in UTF-8 or Windows-1252; save it as 'CSV UTF-8'",))


def _records(text: str, delimiter: str) -> Iterator[Record]:
    previous, limit = 0, csv.field_size_limit(_FIELD_LIMIT)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        for cells in reader:
            yield Record(previous + 1, cells)
            previous = reader.line_num
    finally:
        csv.field_size_limit(limit)
