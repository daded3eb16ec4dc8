"""Which cells a correction is about, and what they are to hold (Article 16)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mailbot.core.datamap import DataMap, Rectify
from mailbot.core.identity import Person
from mailbot.core.kinds import Field
from mailbot.core.plan import Holdings, Value
from mailbot.core.reading import Change
from mailbot.core.sender import canonical
from mailbot.core.values import comparable, filled, normalised, same


class Doubt(StrEnum):
    """Why an officer has to look at a correction; obstacles of the plan."""

    NO_CHANGES = "no_changes"
    """The mail does not say what is wrong."""
    NO_NEW_VALUE = "no_new_value"
    INVALID_VALUE = "invalid_value"
    NOT_AUTOMATIC = "not_automatic"
    """The map leaves the field to an officer, or knows no such field."""
    OLD_VALUE_DIFFERS = "old_value_differs"
    """What the mail calls wrong does not stand in the register."""
    WHICH_VALUE = "which_value"
    """The register holds several values, and the mail does not say which is wrong."""
    PART_OF_VALUE = "part_of_value"
    """Only some words of the value are corrected."""
    CONFLICTING = "conflicting_changes"
    NOTHING_TO_CHANGE = "nothing_to_change"
    """Everything already stands as asked."""
    CONFIRM_NEW_ADDRESS = "confirm_new_address"
    """Goes away when the new address (`Plan.confirm`) has been confirmed as well as the old."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of one row."""

    dataset: str
    key: str
    column: str
    current: Value
    mode: Rectify
    identifies: bool
    """Stands in a data set that tells people apart: the master record."""


@dataclass(frozen=True, slots=True)
class Correction:
    """New values by data set, row and field, and what stands against writing them unseen."""

    after: Mapping[str, Mapping[str, Mapping[str, Value]]]
    obstacles: tuple[str, ...]
    confirm: str | None
    unplaced: bool
    """Nothing of ours answers to it: it may stand in a customer's records."""


@dataclass(frozen=True, slots=True)
class _Aim:
    """What one change comes to."""

    cells: Mapping[Cell, str]
    doubts: tuple[Doubt, ...] = ()
    confirm: str | None = None


def corrections(data_map: DataMap, holdings: Holdings, person: Person, changes: Sequence[Change]) -> Correction:
    """What the changes asked for come to in the register.

    Only cells of ours that the map lets anybody correct are aimed at. A change of name goes into every row of the
    person, a change of e-mail address into every cell that holds the old one, so that the rows stay one person's.
    """
    aims = [_aim(change, tuple(_cells(data_map, holdings, change.field)), person) for change in changes]
    after: dict[str, dict[str, dict[str, Value]]] = {}
    doubts = [doubt for aim in aims for doubt in aim.doubts]
    for aim in aims:
        for cell, value in aim.cells.items():
            row = after.setdefault(cell.dataset, {}).setdefault(cell.key, {})
            if row.setdefault(cell.column, value) != value:
                doubts.append(Doubt.CONFLICTING)
    if not changes:
        doubts.append(Doubt.NO_CHANGES)
    elif not after and not doubts:
        doubts.append(Doubt.NOTHING_TO_CHANGE)
    confirm = next((aim.confirm for aim in aims if aim.confirm), None)
    return Correction(after, tuple(dict.fromkeys(doubts)), confirm, Doubt.NOT_AUTOMATIC in doubts and not after)


def _aim(change: Change, cells: tuple[Cell, ...], person: Person) -> _Aim:
    if change.new is None:
        return _Aim({}, (Doubt.NO_NEW_VALUE,))
    new = normalised(change.field, change.new)
    if new is None:
        return _Aim({}, (Doubt.INVALID_VALUE,))
    if not cells:
        return _Aim({}, (Doubt.NOT_AUTOMATIC,))
    aimed, doubts = _aimed_at(change, cells, person)
    if change.old is not None and Doubt.PART_OF_VALUE in doubts:
        values = {cell: _replaced(str(cell.current), change.old, new) for cell in aimed}
    else:
        values = dict.fromkeys(aimed, new)
    written = {cell: value for cell, value in values.items() if not _stands(change.field, cell.current, value)}
    if any(cell.mode is Rectify.OFFICER for cell in written):
        doubts = (*doubts, Doubt.NOT_AUTOMATIC)
    if any(cell.mode is Rectify.CONFIRM for cell in written):
        return _Aim(written, (*doubts, Doubt.CONFIRM_NEW_ADDRESS), new)
    return _Aim(written, doubts)


def _stands(asked: Field, current: Value, new: str) -> bool:
    """Whether a cell holds the new value already. A name's capitals matter, a number's blanks do not."""
    if asked in {Field.EMAIL, Field.PHONE, Field.PERSONAL_ID}:
        return same(asked, current, new)
    return current == new


def _cells(data_map: DataMap, holdings: Holdings, asked: Field) -> Iterator[Cell]:
    for dataset in data_map.sets:
        own = ((name, dataset.fields[name]) for name in dataset.own_fields)
        aimed = [(name, field) for name, field in own if field.answers is asked and field.rectify is not Rectify.NEVER]
        for row in holdings.rows.get(dataset.id, ()):
            for name, field in aimed:
                identifies = dataset.match.identifies
                yield Cell(dataset.id, row.key, name, row.values.get(name), field.rectify, identifies)


def _aimed_at(change: Change, cells: Sequence[Cell], person: Person) -> tuple[Sequence[Cell], tuple[Doubt, ...]]:
    """The cells that a change with a valid new value is about."""
    if change.field is Field.EMAIL:
        return _holding_address(change, cells, person)
    standing = [cell for cell in cells if filled(cell.current)]
    if change.old is None:
        return _without_old(change.field, cells, standing)
    matching = [cell for cell in standing if same(change.field, cell.current, change.old)]
    if matching:
        return (standing if change.field is Field.NAME else matching), ()
    partly = [cell for cell in standing if _is_part(change.old, str(cell.current))]
    if partly and change.field is not Field.PHONE:
        return partly, (Doubt.PART_OF_VALUE,)
    if all(same(change.field, cell.current, change.new) for cell in standing) and standing:
        return standing, ()
    return _without_old(change.field, cells, standing)[0], (Doubt.OLD_VALUE_DIFFERS,)


def _holding_address(change: Change, cells: Sequence[Cell], person: Person) -> tuple[Sequence[Cell], tuple[Doubt, ...]]:
    old = canonical(change.old) if change.old else person.addresses[0]
    matching = [cell for cell in cells if canonical(str(cell.current or "")) == old]
    if matching:
        return matching, ()
    main = [cell for cell in cells if canonical(str(cell.current or "")) == person.addresses[0]]
    return main, (Doubt.OLD_VALUE_DIFFERS,)


def _without_old(
    asked: Field, cells: Sequence[Cell], standing: Sequence[Cell]
) -> tuple[Sequence[Cell], tuple[Doubt, ...]]:
    """Nobody said which value is wrong: the master record's, filled in where it is empty; all rows' for a name."""
    if asked is Field.NAME:
        return standing, ()
    masters = [cell for cell in cells if cell.identifies]
    aimed = masters or standing
    if _values(asked, aimed) > 1:
        return aimed, (Doubt.WHICH_VALUE,)
    # Other rows that hold the very same value are wrong in the same way.
    wrong = comparable(asked, aimed[0].current) if aimed else ""
    also = [cell for cell in standing if cell not in aimed and comparable(asked, cell.current) == wrong]
    return [*aimed, *also], ()


def _values(asked: Field, cells: Iterable[Cell]) -> int:
    return len({comparable(asked, cell.current) for cell in cells if filled(cell.current)})


def _is_part(part: str, whole: str) -> bool:
    return f" {part.casefold().strip()} " in f" {whole.casefold()} " and bool(part.strip())


def _replaced(whole: str, old: str, new: str) -> str:
    at = f" {whole.casefold()} ".index(f" {old.casefold().strip()} ")
    return f"{whole[:at]}{new}{whole[at + len(old.strip()) :]}"
