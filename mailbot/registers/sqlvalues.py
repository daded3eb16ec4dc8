"""Values between a database's columns and plans: dates as ISO 8601 text, row keys as text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any, TypeVar

from sqlalchemy import Column, Date, DateTime, Integer, Numeric

from mailbot.core.deadlines import STOCKHOLM
from mailbot.core.plan import Value

CHUNK = 500
"""Values in one statement; SQLite and PostgreSQL take more, other databases do not."""

_T = TypeVar("_T")


def to_value(raw: Any) -> Value:  # noqa: ANN401 - whatever a driver gives
    """A column's content as plans hold it."""
    if raw is None or isinstance(raw, (str, int, float, bool)):
        return raw
    if isinstance(raw, (date, datetime, time)):
        return raw.isoformat()
    if isinstance(raw, (dict, list)):
        return json.dumps(raw, ensure_ascii=False, sort_keys=True)
    if isinstance(raw, (bytes, memoryview)):
        return bytes(raw).hex()
    return str(raw)


def to_column(value: Value, column: Column[Any]) -> Any:  # noqa: ANN401 - whatever the column takes
    """A plan's value as its column takes it.

    Raises:
        ValueError: the column cannot hold it.
    """
    if value is None or not isinstance(value, str):
        return value
    if isinstance(column.type, DateTime):
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=STOCKHOLM) if column.type.timezone and moment.tzinfo is None else moment
    if isinstance(column.type, Date):
        return datetime.fromisoformat(value).date()
    if isinstance(column.type, Integer):
        return int(value)
    if isinstance(column.type, Numeric):
        return float(value)
    return value


def key_text(values: Sequence[Any]) -> str:
    """A primary key as text: the value itself, or a JSON list of several."""
    texts = [str(value) for value in values]
    return texts[0] if len(texts) == 1 else json.dumps(texts, ensure_ascii=False)


def key_values(text: str, columns: Sequence[Column[Any]]) -> tuple[Any, ...]:
    """Read back what `key_text` gave."""
    texts = [text] if len(columns) == 1 else json.loads(text)
    return tuple(to_column(part, column) for part, column in zip(texts, columns, strict=True))


def chunks(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """Values in portions that every database takes in one statement."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
