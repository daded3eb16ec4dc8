"""`officer`: accounts for the console."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mailbot.cli.installation import installation
from mailbot.cli.output import say
from mailbot.errors import UsageError

commands = typer.Typer(help="Officers' accounts for the console.")


@commands.callback()
def officers() -> None:
    """Hold the group together while it has one command."""


@commands.command()
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="As the officer logs in, and as the log names them.")],
    password_file: Annotated[
        Path | None, typer.Option(help="Its first line is the password; without it you are asked, twice.")
    ] = None,
) -> None:
    """Add an officer."""
    from mailbot.store import officers
    from mailbot.store.engine import transaction

    app = installation(context)
    password = _asked() if password_file is None else _first_line(password_file)
    with transaction(app.engine) as session:
        added = officers.add(session, name, password, app.now())
    say(f"{added.name} can log in")


def _asked() -> str:
    password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password


def _first_line(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").splitlines()[0]
    except (OSError, UnicodeDecodeError, IndexError) as error:
        raise UsageError(f"--password-file: {path} cannot be read or is empty ({type(error).__name__})") from None
