"""`audit`: whether the log is whole, and the log itself."""

from __future__ import annotations

from typing import Annotated

import typer

from mailbot.cli.installation import installation
from mailbot.cli.options import Json
from mailbot.cli.output import say, say_json
from mailbot.errors import MailbotError

commands = typer.Typer(help="The tamper-evident log: verify and export it.")


class LogBroken(MailbotError):
    """An entry of the log does not fit the one before it."""


@commands.command()
def verify(
    context: typer.Context,
    head: Annotated[
        str | None,
        typer.Option(
            help="The head of an earlier verification, kept elsewhere; shows also whether the end was cut off."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Recompute the whole chain; fails if an entry was changed or removed."""
    from mailbot.store import audit
    from mailbot.store.engine import reading

    app = installation(context)
    with reading(app.engine) as session:
        found = audit.verify(session, app.derive("audit"))
        forgotten = head is not None and not audit.holds(session, head)
    whole = found.broken_at is None and not forgotten
    if as_json:
        say_json({"whole": whole, "entries": found.entries, "broken_at": found.broken_at, "head": found.head})
    if found.broken_at is not None:
        raise LogBroken(f"the log is broken at entry {found.broken_at}: it or one before it was changed or removed")
    if forgotten:
        raise LogBroken("the log does not hold the entry with that head any more: its end was cut off")
    if not as_json:
        say(f"{found.entries} entries, unbroken; head {found.head}")


@commands.command()
def export(
    context: typer.Context,
    case: Annotated[str | None, typer.Option(help="Only the entries of this case.")] = None,
) -> None:
    """Print the log, one JSON object a line."""
    from mailbot.store import audit
    from mailbot.store.engine import reading

    with reading(installation(context).engine) as session:
        for entry in audit.entries(session, case.strip().upper() if case else None):
            say_json(audit.as_data(entry))
