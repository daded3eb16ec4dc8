"""What the CSV file of each embedded data set holds: its columns, what may stand in them, and what tells rows apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from mailbot.core.kinds import Field, Language
from mailbot.core.sender import canonical
from mailbot.core.values import is_address, normalised


class BadCell(ValueError):
    """What is wrong with a cell, without what stands in it."""


Reader = Callable[[str], str]


def text(cell: str) -> str:
    """Any text; line ends as LF."""
    return cell.replace("\r\n", "\n").replace("\r", "\n")


def address(cell: str) -> str:
    """One e-mail address, in lower case."""
    found = canonical(cell)
    if not is_address(found):
        raise BadCell("not an e-mail address")
    return found


def day(cell: str) -> str:
    """A day, with or without a time, as ISO 8601."""
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", cell):
            return date.fromisoformat(cell).isoformat()
        return datetime.fromisoformat(cell).isoformat()
    except ValueError:
        raise BadCell("not a date such as 2026-01-31 or 2026-01-31T12:00:00") from None


def language(cell: str) -> str:
    """`sv` or `en`."""
    code = cell.lower()
    if code not in set(Language):
        raise BadCell(f"not a language of {', '.join(Language)}")
    return code


def personal_id(cell: str) -> str:
    """A Swedish personal identity number."""
    found = normalised(Field.PERSONAL_ID, cell)
    if found is None:
        raise BadCell("not a Swedish personal identity number")
    return found


@dataclass(frozen=True, slots=True)
class Layout:
    """One data set's file.

    `key` says which rows are the same record when a file comes again; `apart` what tells records with the same key from
    each other. What stands in `lasting` is never emptied by a file: a withdrawn consent stays withdrawn.
    """

    columns: Mapping[str, Reader]
    required: tuple[str, ...]
    key: tuple[str, ...]
    apart: tuple[str, ...] = ()
    lasting: tuple[str, ...] = ()


LAYOUTS: Mapping[str, Layout] = {
    "contacts": Layout(
        {
            "name": text,
            "email": address,
            "secondary_email": address,
            "organisation": text,
            "title": text,
            "phone": text,
            "language": language,
            "registered_at": day,
            "last_active_at": day,
        },
        required=("name", "email"),
        key=("email",),
        apart=("name",),
    ),
    "consents": Layout(
        {"email": address, "purpose": text, "given_at": day, "withdrawn_at": day},
        required=("email", "purpose", "given_at"),
        key=("email", "purpose", "given_at"),
        lasting=("withdrawn_at",),
    ),
    "enquiries": Layout(
        {
            "name": text,
            "email": address,
            "organisation": text,
            "message": text,
            "created_at": day,
            "last_activity_at": day,
        },
        required=("email", "created_at"),
        key=("email", "created_at"),
        apart=("message",),
    ),
    "tickets": Layout(
        {
            "number": text,
            "requester_email": address,
            "organisation": text,
            "subject": text,
            "body": text,
            "created_at": day,
        },
        required=("number", "created_at"),
        key=("number",),
    ),
    "event_registrations": Layout(
        {
            "name": text,
            "email": address,
            "title": text,
            "organisation": text,
            "mobile": text,
            "dietary": text,
            "personal_id": personal_id,
            "event": text,
            "event_date": day,
            "invoiced_at": day,
        },
        required=("email", "event", "event_date"),
        key=("email", "event", "event_date"),
        apart=("name",),
    ),
    "organisations": Layout({"name": text, "privacy_contact": address}, required=("name",), key=("name",)),
    "suppressions": Layout({"email": address, "since": day}, required=("email", "since"), key=("email",)),
}
