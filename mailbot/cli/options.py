"""Arguments and options that several commands share."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer


def _officer(given: str) -> str:
    """The name given, or the login name."""
    try:
        return given.strip() or getpass.getuser()
    except (OSError, KeyError):  # a container's user without a name
        raise typer.BadParameter("this user has no name; say who you are") from None


Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
CaseNumber = Annotated[str, typer.Argument(metavar="CASE", help="The case, such as DS-2026-00042.")]
RequestId = Annotated[
    int | None, typer.Argument(metavar="[REQUEST]", help="Which of its requests; needed where several are meant.")
]
OfficerName = Annotated[
    str,
    typer.Option(metavar="NAME", callback=_officer, show_default=False, help="Who decides; else the login name."),
]
