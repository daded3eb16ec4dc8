"""What an erasure does to the rows of one data set: delete, blank, or keep on a ground until a day (Article 17)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from mailbot.core.datamap import DataMap, DataSet
from mailbot.core.keeping import EraseRule, meets
from mailbot.core.plan import Operation, Plan, Row, Step
from mailbot.core.steps import erasing, only, recipients, writing
from mailbot.core.terms import YearEnd
from mailbot.core.values import day_of, filled


@dataclass(frozen=True, slots=True)
class Duty:
    """Rows kept on a ground that have to be erased after a day without being asked again (rule 17)."""

    dataset: str
    row_key: str
    until: date
    ground: str


def erased(dataset: DataSet, rows: tuple[Row, ...], data_map: DataMap, today: date) -> Iterator[Step]:
    """What becomes of our own fields in these rows: each under the first rule that fits, equal fates in one step."""
    fates: dict[tuple[int, date | None], list[Row]] = {}
    rules = dataset.erasure
    for row in rows:
        index = next(i for i, rule in enumerate(rules) if meets(row, rule.where))
        fates.setdefault((index, _until(rules[index], row, data_map.year_end)), []).append(row)
    for (index, until), fated in sorted(fates.items(), key=lambda fate: (fate[0][0], fate[0][1] or date.max)):
        lapsed = until is not None and until < today
        if rules[index].do == "delete" or lapsed:
            yield erasing(dataset, tuple(fated), notify=recipients(data_map, dataset))
        else:
            yield from _spared(dataset, rules[index], until, tuple(fated), data_map)


def duties(plan: Plan) -> tuple[Duty, ...]:
    """What a carried-out plan leaves to be erased on a day."""
    return tuple(
        Duty(step.dataset, row.key, step.until, step.ground)
        for step in plan.steps_of(Operation.KEEP)
        if step.until is not None
        for row in step.before
    )


def duty_step(data_map: DataMap, duty: Duty) -> Step:
    """The step that does a duty, to be carried out on the day after `until`."""
    return erasing(data_map.dataset(duty.dataset), (Row(duty.row_key, {}),), reason="ground_lapsed")


def _spared(
    dataset: DataSet, rule: EraseRule, until: date | None, rows: tuple[Row, ...], data_map: DataMap
) -> Iterator[Step]:
    """Rows that stay, less the fields that are blanked."""
    blanked = tuple(row for row in rows if any(filled(row.values.get(name)) for name in rule.blank))
    if blanked:
        told = recipients(data_map, dataset)
        yield writing(dataset, Operation.BLANK, blanked, dict.fromkeys(rule.blank), notify=told)
    if rule.do == "keep":
        kept = tuple(name for name in dataset.own_fields if name not in rule.blank)
        before = tuple(only(row, kept) for row in rows)
        yield Step(dataset.id, Operation.KEEP, before, kept, ground=rule.ground or "", until=until)


def _until(rule: EraseRule, row: Row, year_end: YearEnd) -> date | None:
    """The last day of keeping; None while the ground lasts, or where the date that it counts from is missing."""
    start = day_of(row.values.get(rule.until.after)) if rule.until else None
    return year_end.years_after(start, rule.until.financial_years) if rule.until and start else None
