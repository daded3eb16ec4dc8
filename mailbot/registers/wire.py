"""What is said between mailbot and a system of record over HTTP; docs/register-openapi.yaml is drawn from it."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from mailbot.registers.source import How

Cell = str | int | float | bool | None
"""What a column holds; dates and times as ISO 8601 text."""

Columns = Annotated[list[str], Field(min_length=1)]


class Message(BaseModel):
    """Nothing is said that the protocol does not know."""

    model_config = ConfigDict(extra="forbid")


class Find(Message):
    """Which rows are asked for: any column of `by` equals any of `values`. So people are found, and exported."""

    columns: list[str] = Field(description="the columns wanted")
    by: Columns
    values: list[Cell]
    how: How = Field(
        description="address: lower case, without sub-address (anna+x@kund.example is anna@kund.example); "
        "text: equal but for case and surrounding blanks; exact"
    )


class Due(Message):
    """Which rows a retention rule may concern: their date is `latest` or before, and all of the rest holds."""

    columns: Columns
    after: str = Field(description="the column with the date")
    latest: date
    filled: list[str] = Field(description="columns that must hold something")
    empty: list[str] = Field(description="columns that must hold nothing")
    any_filled: list[str] = Field(description="columns of which one must hold something; none asked where it is empty")


class FoundRow(Message):
    """One row."""

    key: str = Field(description="the row's key as text; several key columns as a JSON list")
    values: dict[str, Cell]


class Rows(Message):
    """The rows, in the order of their keys."""

    rows: list[FoundRow]


class ChangedRow(Message):
    """One row to be written. Left alone when a column of `before` holds neither that nor what `after` writes."""

    key: str
    before: dict[str, Cell]
    after: dict[str, Cell]


class Change(Message):
    """Rows to be written, all or none."""

    rows: list[ChangedRow]
    missing_is_left: bool = Field(description="whether a row that is gone counts as left alone, or as done")


class ErasedRow(Message):
    """One row to be deleted. Left alone when a column of `before` holds something else by now."""

    key: str
    before: dict[str, Cell]


class Erase(Message):
    """Rows to be deleted, all or none; one that is gone is done."""

    rows: list[ErasedRow]


class Add(Message):
    """Rows to be added, each unless one with the same value in `unless` is there (lower case, without blanks)."""

    unless: str
    rows: list[dict[str, Cell]]


class Left(Message):
    """What came of a change: the same answer for the same Idempotency-Key."""

    left: int = Field(0, ge=0, description="rows that were left alone")


class Addresses(Message):
    """Every e-mail address in some columns of a data set, each once."""

    addresses: list[str]


class Described(Message):
    """One data set as the system has it."""

    key: Columns
    columns: Columns


class Description(Message):
    """All data sets that the system offers, by name."""

    datasets: dict[str, Described]
