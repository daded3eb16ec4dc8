"""`run` and `demo`: the daemon, and the daemon with all that it needs around it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from mailbot.cli.installation import installation
from mailbot.cli.options import Json
from mailbot.cli.output import say, say_json
from mailbot.errors import UsageError

commands = typer.Typer()


@commands.command()
def run(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Handle all that waits, and stop.")] = False,
    as_json: Json = False,
) -> None:
    """Read the mailbox, handle what comes, serve the console."""
    from mailbot import daemon

    if as_json and not once:
        raise UsageError("--json goes with --once; the daemon tells what it does in its log")
    app = installation(context, service=True)
    if not once:
        from mailbot.console.serve import serve

        daemon.run(app, serve_console=serve)
        return
    figures = daemon.run_once(app).as_data()
    if as_json:
        say_json(figures)
    else:
        say_figures(figures)


def say_figures(figures: Mapping[str, Any]) -> None:
    """A run's figures, one a line; what has parts with their parts."""
    for name, figure in figures.items():
        parts = (
            [f"{part} {number}" for part, number in figure.items()] if isinstance(figure, Mapping) else [str(figure)]
        )
        say(f"{name:13} {', '.join(parts) or 'none'}")


@commands.command()
def demo(
    once: Annotated[
        bool, typer.Option("--once", help="Stop when all is quiet, and say what came of each mail.")
    ] = False,
    as_json: Json = False,
) -> None:
    """See it at work on embedded parts.

    Mail servers and a register of its own, sample mails of every kind, and the console.
    """
    from mailbot.demo import run_demo

    run_demo(once=once, as_json=as_json)
