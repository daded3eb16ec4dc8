"""A plan as the officer reads it: per data set what happens to which records, what stands there now and what will."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mailbot.console.texts import Texts
from mailbot.core.datamap import DataMap
from mailbot.core.plan import Operation, Outcome, Plan, Row, Step, Value
from mailbot.core.values import filled

WRITES = frozenset(
    {Operation.CHANGE, Operation.BLANK, Operation.RESTRICT, Operation.LIFT, Operation.WITHDRAW, Operation.SUPPRESS}
)
"""Operations that leave a new value behind; of the others, what stands there now says it all."""


@dataclass(frozen=True, slots=True)
class Detail:
    """One field of one record. `after` is None where nothing is written."""

    label: str
    before: str
    after: str | None
    special: bool
    """May reveal what Article 9 protects, or is not for a plain mail."""


@dataclass(frozen=True, slots=True)
class Part:
    """One step of a plan in words and rows."""

    dataset: str
    operation: Operation
    rows: int
    records: tuple[tuple[Detail, ...], ...]
    ground: str
    until: str
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What a step has come to."""

    dataset: str
    operation: Operation
    rows: int
    left: int
    ground: str
    until: str


def parts_of(plan: Plan, data_map: DataMap, texts: Texts) -> tuple[Part, ...]:
    """The steps of a plan, for the page."""
    return tuple(_part(step, data_map, texts) for step in plan.steps)


def results_of(outcomes: tuple[Outcome, ...], data_map: DataMap, texts: Texts) -> tuple[Result, ...]:
    """What was done, for the page."""
    return tuple(
        Result(
            data_map.label(one.dataset, texts.language),
            one.operation,
            one.rows,
            one.left,
            _ground(one.ground, data_map, texts),
            texts.day(one.until) if one.until else "",
        )
        for one in outcomes
    )


def _part(step: Step, data_map: DataMap, texts: Texts) -> Part:
    nowhere = texts("plan.nobody_reachable")
    return Part(
        dataset=data_map.label(step.dataset, texts.language),
        operation=step.operation,
        rows=len(step.before) or len(step.after),
        records=tuple(_records(step, data_map, texts)),
        ground=_ground(step.ground, data_map, texts),
        until=texts.day(step.until) if step.until else "",
        told=tuple(f"{one.name} ({one.contact or nowhere})" for one in step.notify),
    )


def _ground(ground: str, data_map: DataMap, texts: Texts) -> str:
    known = data_map.grounds.get(ground)
    return f"{known.text.in_(texts.language)} ({known.law})" if known is not None else ground


def _records(step: Step, data_map: DataMap, texts: Texts) -> Iterator[tuple[Detail, ...]]:
    if step.operation is Operation.REFER:
        return
    new = tuple(Row(key, {}) for key in step.after if key not in {row.key for row in step.before})
    for row in (*step.before, *new):
        details = tuple(_details(step, row, data_map, texts))
        if details:
            yield details


def _details(step: Step, row: Row, data_map: DataMap, texts: Texts) -> Iterator[Detail]:
    fields = data_map.dataset(step.dataset).fields
    written = step.after.get(row.key, {})
    for name in dict.fromkeys((*row.values, *written)):
        before, changes = row.values.get(name), step.operation in WRITES and name in written
        if name not in fields or not (filled(before) or changes):
            continue
        if step.operation in {Operation.CHANGE, Operation.BLANK} and not changes:
            continue
        spec = fields[name]
        yield Detail(
            label=data_map.field_label(step.dataset, name, texts.language),
            before=_shown(before),
            after=_shown(written[name]) if changes else None,
            special=spec.special_category or spec.sensitive,
        )


def _shown(value: Value) -> str:
    return str(value) if filled(value) else ""
