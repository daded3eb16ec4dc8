"""The commands, in the order in which `mailbot --help` lists them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mailbot import __version__
from mailbot.cli import (
    accounts,
    archive,
    aside,
    auditing,
    cases,
    checking,
    classifying,
    database,
    decisions,
    model,
    register,
    retention,
    running,
    templates,
)

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,  # rich would double the time that --help takes
    pretty_exceptions_enable=False,
    help="A mail daemon that answers people who use their rights under the GDPR.",
)
for group in (running, checking, classifying, cases, decisions):
    app.add_typer(group.commands)
app.add_typer(aside.letters, name="letters")
app.add_typer(aside.mails, name="mails")
app.add_typer(register.commands, name="register")
app.add_typer(retention.commands)
app.add_typer(model.commands)
app.add_typer(archive.commands)
app.add_typer(auditing.commands, name="audit")
app.add_typer(accounts.commands, name="officer")
app.add_typer(templates.commands, name="templates")
app.add_typer(database.commands, name="db")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mailbot {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(help="The settings file; without it MAILBOT_CONFIG, or mailbot.toml in this folder."),
    ] = None,
    version: Annotated[  # noqa: ARG001 - its callback does the work
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Answer people who use their rights under the GDPR."""
    context.obj = config
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(2)
