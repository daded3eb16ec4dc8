"""`db`: the tables of mailbot's own database."""

from __future__ import annotations

import typer

from mailbot.cli.installation import settings_of
from mailbot.cli.output import say

commands = typer.Typer(help="mailbot's own database.")


@commands.callback()
def database() -> None:
    """Hold the group together while it has one command."""


@commands.command()
def upgrade(context: typer.Context) -> None:
    """Bring the tables up to date; every other command does so, too, when it opens the database."""
    from mailbot.store import migrate
    from mailbot.store.engine import check_reachable, open_engine

    engine = open_engine(settings_of(context).database_url)
    try:
        check_reachable(engine)
        changed = migrate.upgrade(engine)
        say(f"{'brought' if changed else 'were'} up to date: tables {migrate.version(engine)}")
    finally:
        engine.dispose()
