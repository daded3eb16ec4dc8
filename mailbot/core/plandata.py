"""A plan as plain data for a JSON column, and the digest that an approval is bound to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Any

from mailbot.core.kinds import Kind
from mailbot.core.plan import Operation, Outcome, Plan, Row, Step, Told


def plan_to_data(plan: Plan) -> dict[str, Any]:
    """The plan as what JSON can hold. It is content: rows of the person stand in it."""
    return {
        "kind": plan.kind.value,
        "person": plan.person,
        "steps": [step_to_data(step) for step in plan.steps],
        "obstacles": list(plan.obstacles),
        "confirm": plan.confirm,
    }


def plan_from_data(data: Mapping[str, Any]) -> Plan:
    """Read back what `plan_to_data` gave."""
    return Plan(
        kind=Kind(data["kind"]),
        person=data["person"],
        steps=tuple(step_from_data(step) for step in data["steps"]),
        obstacles=tuple(data["obstacles"]),
        confirm=data["confirm"],
    )


def digest(plan: Plan) -> str:
    """SHA-256 (hex) of the plan's canonical JSON: equal plans have equal digests, wherever they are made."""
    canonical = json.dumps(plan_to_data(plan), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(canonical.encode()).hexdigest()


def outcome_to_data(outcome: Outcome) -> dict[str, Any]:
    """The outcome as what JSON can hold; no content."""
    return {
        "dataset": outcome.dataset,
        "operation": outcome.operation.value,
        "rows": outcome.rows,
        "ground": outcome.ground,
        "until": _day(outcome.until),
        "left": outcome.left,
    }


def outcome_from_data(data: Mapping[str, Any]) -> Outcome:
    """Read back what `outcome_to_data` gave."""
    return Outcome(**{**data, "operation": Operation(data["operation"]), "until": _date(data["until"])})


def step_to_data(step: Step) -> dict[str, Any]:
    """A step as what JSON can hold: what an HTTP source is sent."""
    return {
        "dataset": step.dataset,
        "operation": step.operation.value,
        "before": [{"key": row.key, "values": dict(row.values)} for row in step.before],
        "fields": list(step.fields),
        "after": {key: dict(values) for key, values in step.after.items()},
        "ground": step.ground,
        "until": _day(step.until),
        "reason": step.reason,
        "notify": [{"name": told.name, "contact": told.contact} for told in step.notify],
        "named": list(step.named),
    }


def step_from_data(data: Mapping[str, Any]) -> Step:
    """Read back what `step_to_data` gave."""
    return Step(
        dataset=data["dataset"],
        operation=Operation(data["operation"]),
        before=tuple(Row(row["key"], row["values"]) for row in data["before"]),
        fields=tuple(data["fields"]),
        after=data["after"],
        ground=data["ground"],
        until=_date(data["until"]),
        reason=data["reason"],
        notify=tuple(Told(**told) for told in data["notify"]),
        named=tuple(data["named"]),
    )


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
