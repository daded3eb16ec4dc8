"""`retain`: what the promises on storage time demand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import typer

from mailbot.cli.installation import installation
from mailbot.cli.options import Json
from mailbot.cli.output import say, say_json, say_table
from mailbot.errors import UsageError

commands = typer.Typer()


@commands.command()
def retain(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="The day, such as 2026-12-31; else today."),
    ] = None,
    replay: Annotated[
        bool, typer.Option("--replay-erasures", help="Erase again what a restored backup has brought back, instead.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Purge what has been kept long enough, remind before.

    The daemon does so once a day by itself.
    """
    from mailbot.flow import retain as retention

    if replay and on is not None:
        raise UsageError("--replay-erasures has no day; leave --on out")
    parts = installation(context).parts
    done: Mapping[str, object]
    if replay:
        done = {"erased": dict(retention.replay_erasures(parts, dry_run=dry_run))}
    else:
        done = retention.retain(parts, on=on.date() if on is not None else None, dry_run=dry_run).as_data()
    if as_json:
        say_json(done)
    else:
        _tell(done, dry_run=dry_run)


def _tell(done: Mapping[str, Any], *, dry_run: bool) -> None:
    counts = {what: sets for what, sets in done.items() if isinstance(sets, Mapping)}
    rows = [(what, dataset, number) for what, sets in counts.items() for dataset, number in sets.items()]
    if not rows:
        say("Nothing is due.")
        return
    say_table(("What", "Data set", "Rows"), rows)
    if dry_run:
        say("Nothing has been done; this would be.")
