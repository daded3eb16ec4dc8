"""`replay`: what mailbot would have done with mails that came in the past."""

from __future__ import annotations

import mailbox
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from mailbot.cli.installation import settings_of
from mailbot.cli.options import Json
from mailbot.cli.output import say_json, say_table
from mailbot.errors import UsageError

if TYPE_CHECKING:
    from mailbot.flow.replay import Archived

commands = typer.Typer()
MAILDIR = ("cur", "new")
HEADERS = 1 << 16
"""Bytes; a mail's headers stand within them."""


class _Entry(NamedTuple):
    received_at: datetime
    name: str
    read: Callable[[], bytes]


@commands.command()
def replay(
    context: typer.Context,
    source: Annotated[
        Path,
        typer.Argument(metavar="FOLDER|FILE.mbox", exists=True, help="A folder of .eml files, a Maildir, or an mbox."),
    ],
    as_json: Json = False,
) -> None:
    """Say what would have been done with old mail.

    Sends nothing and changes nothing; registers are only read.
    """
    from mailbot.app import App
    from mailbot.flow.replay import replay as process
    from mailbot.settings import DatabaseSettings

    settings = settings_of(context)
    found = _mbox(context, source) if source.is_file() else _folder(source)
    entries = sorted(found, key=lambda entry: entry[:2])
    if not entries:
        raise UsageError(f"{source}: holds no mails (files named .eml, a Maildir, or an mbox)")
    app = App(settings.model_copy(update={"database": DatabaseSettings.model_validate({"url": "sqlite://"})}))
    context.call_on_close(app.close)
    outcomes = process(app.parts, _archived(entries))
    if as_json:
        say_json(list(outcomes))
    else:
        say_table(("Mail", "Received", "Disposition", "Would be", "Letters"), map(_row, outcomes))


def _row(outcome: dict[str, Any]) -> tuple[str, ...]:
    requests = [
        f"{request['kind']} {request['state']}" + (f" ({', '.join(request['reasons'])})" if request["reasons"] else "")
        for request in outcome["requests"]
    ]
    disposition = f"{outcome['disposition']} ({outcome['error']})" if outcome["error"] else outcome["disposition"]
    letters = ", ".join(outcome["letters"])
    return outcome["mail"], outcome["received_at"][:16], disposition, "; ".join(requests), letters


def _archived(entries: list[_Entry]) -> Iterator[Archived]:
    from mailbot.flow.replay import Archived

    for entry in entries:
        yield Archived(entry.name, entry.read(), entry.received_at)


def _folder(folder: Path) -> Iterator[_Entry]:
    maildir = [path for name in MAILDIR for path in (folder / name).glob("*") if path.is_file()]
    for path in maildir or folder.rglob("*.eml"):
        with path.open("rb") as file:
            received_at = _received_at(file.read(HEADERS), path)
        yield _Entry(received_at, str(path.relative_to(folder)), path.read_bytes)


def _mbox(context: typer.Context, path: Path) -> Iterator[_Entry]:
    box = mailbox.mbox(path, create=False)
    context.call_on_close(box.close)
    for key in box.keys():  # noqa: SIM118 - iterating over the box itself parses every mail
        raw = box.get_bytes(key)
        name = f"{path.name}:{int(key) + 1}"
        yield _Entry(_received_at(raw[:HEADERS], path), name, partial(box.get_bytes, key))


def _received_at(raw: bytes, path: Path) -> datetime:
    """When the mail reached its server: the topmost Received header's time, else Date, else the file's."""
    headers = BytesHeaderParser().parsebytes(raw)
    for value in (str(headers.get("Received", "")).rpartition(";")[2], str(headers.get("Date", ""))):
        try:
            found = parsedate_to_datetime(value.strip())
        except (ValueError, OverflowError):
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
