"""`retain`: what the promises on storage time demand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated

import typer

from mailbot.cli.installation import installation
from mailbot.cli.options import Json
from mailbot.cli.output import say, say_json, say_table

commands = typer.Typer()


@commands.command()
def retain(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="The day, such as 2026-12-31; else today."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Purge what has been kept long enough, remind before.

    The daemon does so once a day by itself.
    """
    from mailbot.flow.retain import retain as run

    done = run(installation(context).parts, on=_day(on), dry_run=dry_run).as_data()
    if as_json:
        say_json(done)
        return
    say(f"{done.pop('day')}{': nothing has been done, this would be' if dry_run else ''}")
    rows = [
        (what, dataset, n) for what, sets in done.items() if isinstance(sets, Mapping) for dataset, n in sets.items()
    ]
    if rows:
        say_table(("What", "Data set", "Rows"), rows)
    else:
        say("Nothing is due.")


def _day(given: datetime | None) -> date | None:
    return given.date() if given is not None else None
