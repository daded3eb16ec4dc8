"""What an officer has to be told of without looking, and when: each concern has a key, so that it is told once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from mailbot.core.letters import AlarmEvent

MARKS = (7, 3, 1)
"""Days left at which a due date is told of, besides when it has passed."""


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that needs an officer. `case` is '' where no case is concerned."""

    key: str
    event: AlarmEvent
    case: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """An open request's last day to answer."""

    request: int
    case: str
    due: date


def deadline_concerns(deadlines: Iterable[Deadline], today: date) -> list[Concern]:
    """Who is told of which deadline today. An extended deadline is another one, and is told of anew."""
    return [concern for deadline in deadlines if (concern := _of(deadline, today)) is not None]


def _of(deadline: Deadline, today: date) -> Concern | None:
    left = (deadline.due - today).days
    name = f"{deadline.request}:{deadline.due.isoformat()}"
    if left < 0:
        return Concern(f"overdue:{name}", AlarmEvent.OVERDUE, deadline.case)
    mark = next((mark for mark in sorted(MARKS) if left <= mark), None)
    return Concern(f"due:{name}:{mark}", AlarmEvent.DUE_SOON, deadline.case) if mark is not None else None
