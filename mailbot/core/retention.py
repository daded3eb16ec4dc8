"""The retention run: which rows are purged, blanked or reminded of today, without anybody asking (Article 5(1)(e))."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto

from mailbot.core.datamap import DataMap, DataSet
from mailbot.core.keeping import RetentionRule
from mailbot.core.plan import Operation, Row, Step
from mailbot.core.sender import canonical
from mailbot.core.steps import erasing, writing
from mailbot.core.terms import Period
from mailbot.core.values import day_of, filled

REASON = "retention"

RowRef = tuple[str, str]
"""A data set and a row key."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """A person to be told in good time that a row of theirs will be purged on `day` unless it is used."""

    dataset: str
    row_key: str
    for_day: date
    """The day that the rule gives: with data set and row key it names this reminder, which is sent once."""
    day: date
    """The day to announce; later than `for_day` where the reminder comes late."""
    address: str
    name: str
    language: str
    """As the row has it, '' for none."""


@dataclass(frozen=True, slots=True)
class RetentionRun:
    """What one day's run does, and how many rows of each data set are due but left."""

    steps: tuple[Step, ...]
    reminders: tuple[Reminder, ...]
    held: Mapping[str, int]
    """An open request concerns them."""
    waiting: Mapping[str, int]
    """Their reminder was not delivered in good time."""


class _Fate(Enum):
    LATER = auto()
    REMIND = auto()
    WAIT = auto()
    HELD = auto()
    PURGE = auto()


@dataclass(frozen=True, slots=True)
class _Facts:
    data_map: DataMap
    today: date
    held: Collection[RowRef]
    reminded: Mapping[tuple[str, str, date], date]


@dataclass(frozen=True, slots=True)
class _Found:
    """A row that a rule may concern, and what becomes of it."""

    dataset: DataSet
    rule: RetentionRule
    row: Row
    due: date
    fate: _Fate


def plan_retention(
    data_map: DataMap,
    found: Mapping[tuple[str, int], Collection[Row]],
    today: date,
    *,
    held: Collection[RowRef] = (),
    reminded: Mapping[tuple[str, str, date], date] | None = None,
) -> RetentionRun:
    """What is to be done today.

    Args:
        data_map: the rules.
        found: by data set and number of its retention rule, the rows that `Register.due` gave.
        today: the Swedish calendar day.
        held: rows that an open request concerns; they are never purged (rule 25).
        reminded: by `Reminder.dataset`, `row_key` and `for_day`, the day on which the reminder was delivered to the
            mail server. Without it a row is never purged (rule 25), and with it not before the reminder's time is over.
    """
    facts = _Facts(data_map, today, frozenset(held), reminded or {})
    sorted_out = [one for dataset in data_map.sets for one in _sorted_out(dataset, found, facts)]
    return RetentionRun(
        steps=tuple(step for dataset in data_map.sets for step in _steps(dataset, sorted_out)),
        reminders=tuple(_reminder(one, today) for one in sorted_out if one.fate is _Fate.REMIND),
        held=Counter(one.dataset.id for one in sorted_out if one.fate is _Fate.HELD),
        waiting=Counter(
            one.dataset.id for one in sorted_out if one.fate in {_Fate.WAIT, _Fate.REMIND} and one.due <= today
        ),
    )


def _sorted_out(dataset: DataSet, found: Mapping[tuple[str, int], Collection[Row]], facts: _Facts) -> Iterator[_Found]:
    for index, rule in enumerate(dataset.retention):
        for row in found.get((dataset.id, index), ()):
            start = day_of(row.values.get(rule.after))
            if start is not None:
                due = rule.due(start, facts.data_map.year_end)
                yield _Found(dataset, rule, row, due, _fate(dataset, rule, row, due, facts))


def _fate(dataset: DataSet, rule: RetentionRule, row: Row, due: date, facts: _Facts) -> _Fate:
    if rule.remind is None:
        if due > facts.today:
            return _Fate.LATER
    else:
        delivered = facts.reminded.get((dataset.id, row.key, due))
        if delivered is None:
            return _unreminded(dataset, rule, row, due, facts.today)
        # A reminder that came late leaves the person its whole time all the same.
        if max(due, Period.parse(rule.remind).after(delivered)) > facts.today:
            return _Fate.WAIT if due <= facts.today else _Fate.LATER
    return _Fate.HELD if (dataset.id, row.key) in facts.held else _Fate.PURGE


def _unreminded(dataset: DataSet, rule: RetentionRule, row: Row, due: date, today: date) -> _Fate:
    day = rule.reminder_day(due)
    if day is not None and day > today:
        return _Fate.LATER
    return _Fate.REMIND if _address(dataset, row) else _Fate.WAIT


def _steps(dataset: DataSet, sorted_out: Collection[_Found]) -> Iterator[Step]:
    """One step that deletes, and one per rule that blanks what is not deleted."""
    purged = [one for one in sorted_out if one.fate is _Fate.PURGE and one.dataset is dataset]
    gone = {one.row.key: one.row for one in purged if one.rule.do == "delete"}
    if gone:
        yield erasing(dataset, tuple(gone.values()), reason=REASON)
    for rule in dataset.retention:
        rows = tuple(one.row for one in purged if one.rule is rule and one.row.key not in gone)
        if rule.do == "blank" and rows:
            yield writing(dataset, Operation.BLANK, rows, dict.fromkeys(rule.blank), reason=REASON)


def _reminder(one: _Found, today: date) -> Reminder:
    match, values = one.dataset.match, one.row.values
    whole_time = Period.parse(one.rule.remind or "P0D").after(today)
    return Reminder(
        dataset=one.dataset.id,
        row_key=one.row.key,
        for_day=one.due,
        day=max(one.due, whole_time),
        address=_address(one.dataset, one.row),
        name=str(values.get(match.name or "") or ""),
        language=str(values.get(match.language or "") or ""),
    )


def _address(dataset: DataSet, row: Row) -> str:
    """The main address in a row, '' for none."""
    texts = (row.values.get(column) for column in dataset.match.addresses)
    return next((canonical(str(text)) for text in texts if filled(text)), "")
