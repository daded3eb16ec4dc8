"""Filling the embedded register from CSV files: every row is checked first, then all of a file is taken or nothing.

No message repeats what a cell holds: it names file, line, column and what is wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, Table, select

from mailbot.registers.csv_columns import LAYOUTS, BadCell, Layout
from mailbot.registers.csv_file import Record, read_csv
from mailbot.registers.engine import writing
from mailbot.registers.errors import ImportRefused
from mailbot.registers.tables import TABLES

SHOWN_PROBLEMS = 20

Cells = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What a file came to: how many records it held, and what became of them."""

    dataset: str
    rows: int
    added: int
    updated: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class _Line:
    """A record of the file that was read and checked, by the line that it begins on."""

    number: int
    cells: Cells

    def of(self, columns: Iterable[str]) -> tuple[str | None, ...]:
        return tuple(self.cells.get(column) for column in columns)


@dataclass(frozen=True, slots=True)
class _Known:
    """A row of the register."""

    id: int
    cells: Cells

    def of(self, columns: Iterable[str]) -> tuple[str | None, ...]:
        return tuple(self.cells.get(column) for column in columns)


def import_csv(engine: Engine, dataset: str, path: Path) -> ImportResult:
    """Take a file into the embedded register; the same file again changes nothing.

    A record that the register already has is updated in the columns that the file holds; columns that it lacks stay.

    Args:
        engine: from `open_embedded`.
        dataset: such as `contacts`.
        path: the CSV file.

    Raises:
        ImportRefused: there is no such data set, the file cannot be read, or something in it is wrong.
        RegisterError: the register fails.
    """
    layout = LAYOUTS.get(dataset)
    if layout is None:
        raise ImportRefused((f"there is no data set {dataset!r}; there are {', '.join(LAYOUTS)}",))
    lines = _checked(layout, path)
    with writing(engine, "register.db") as connection:
        return _take(connection, dataset, layout, lines)


def _checked(layout: Layout, path: Path) -> list[_Line]:
    """All records of a file, or all that is wrong with them."""
    header, records = read_csv(path)
    names = [name.strip().lower() for name in header.cells]
    problems = [f"{path.name}:{header.line}: {what}" for what in _header_problems(layout, names)]
    if problems:
        raise ImportRefused(tuple(problems))
    lines, wrong = [], []
    for record in records:
        line, found = _read(layout, names, record)
        lines.append(line)
        wrong += [(record.line, what) for what in found]
    wrong += _repeated(layout, lines)
    if wrong:
        texts = [f"{path.name}:{number}: {what}" for number, what in sorted(wrong)]
        raise ImportRefused(tuple(texts[:SHOWN_PROBLEMS]), max(0, len(texts) - SHOWN_PROBLEMS))
    return lines


def _header_problems(layout: Layout, names: Sequence[str]) -> Iterator[str]:
    if not layout.columns.keys() & set(names):
        # It may be a row of data, so it is not repeated here.
        yield f"the first line does not name the columns, which are {', '.join(layout.columns)}"
        return
    for name in dict.fromkeys(names):
        if name not in layout.columns:
            yield f"unknown column {name!r}; the columns are {', '.join(layout.columns)}"
        elif names.count(name) > 1:
            yield f"column {name} stands {names.count(name)} times"
    for name in layout.required:
        if name not in names:
            yield f"column {name} is missing"


def _read(layout: Layout, names: Sequence[str], record: Record) -> tuple[_Line, list[str]]:
    """One record as the register is to hold it, and what is wrong with it."""
    cells: Cells = {}
    if len(record.cells) != len(names):
        return _Line(record.line, cells), [f"has {len(record.cells)} cells where the header has {len(names)}"]
    problems = []
    for name, cell in zip(names, record.cells, strict=True):
        try:
            cells[name] = layout.columns[name](cell.strip()) if cell.strip() else None
        except BadCell as wrong:
            problems.append(f"{name}: {wrong}")
            continue
        if cells[name] is None and name in layout.required:
            problems.append(f"{name}: is empty")
    return _Line(record.line, cells), problems


def _repeated(layout: Layout, lines: Sequence[_Line]) -> Iterator[tuple[int, str]]:
    """Records that say two things of the same; one that is repeated word for word is taken once."""
    first: dict[tuple[str | None, ...], _Line] = {}
    columns = (*layout.key, *layout.apart)
    for line in lines:
        if not all(line.of(layout.key)):
            continue
        earlier = first.setdefault(line.of(columns), line)
        if earlier.cells != line.cells:
            yield line.number, f"{', '.join(columns)}: also on line {earlier.number}, with other values"


def _take(connection: Connection, dataset: str, layout: Layout, lines: Sequence[_Line]) -> ImportResult:
    table = TABLES[dataset]
    unique = list({line.of(layout.columns): line for line in lines}.values())
    added: list[Cells] = []
    updated = 0
    for line, known in _paired(layout, unique, _known(connection, table)):
        if known is None:
            added.append({name: line.cells.get(name) for name in layout.columns})
        elif new := _news(layout, line, known):
            connection.execute(table.update().where(table.c.id == known.id).values(new))
            updated += 1
    if added:
        connection.execute(table.insert(), added)
    return ImportResult(dataset, len(lines), len(added), updated, len(lines) - len(added) - updated)


def _known(connection: Connection, table: Table) -> list[_Known]:
    records = connection.execute(select(table)).mappings()
    return [_Known(record["id"], dict(record)) for record in records]


def _paired(layout: Layout, lines: Sequence[_Line], known: Sequence[_Known]) -> Iterator[tuple[_Line, _Known | None]]:
    """Each record with the row that it is about, or None for a new one.

    Rows with the same key are told apart by `apart`; where there is one on each side, they are the same although that
    differs: a contact whose name was corrected, but not two colleagues who share an address.
    """
    rows: defaultdict[tuple[str | None, ...], list[_Known]] = defaultdict(list)
    for row in known:
        rows[row.of(layout.key)].append(row)
    groups: defaultdict[tuple[str | None, ...], list[_Line]] = defaultdict(list)
    for line in lines:
        groups[line.of(layout.key)].append(line)
    for key, group in groups.items():
        there = rows[key]
        if len(group) == len(there) == 1:
            yield group[0], there[0]
            continue
        told_apart = {row.of(layout.apart): row for row in there}
        for line in group:
            yield line, told_apart.get(line.of(layout.apart))


def _news(layout: Layout, line: _Line, known: _Known) -> Cells:
    """What a record says that the row does not."""
    return {
        name: cell
        for name, cell in line.cells.items()
        if cell != known.cells[name] and not (cell is None and name in layout.lasting)
    }
