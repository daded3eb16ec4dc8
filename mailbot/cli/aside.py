"""`letters` and `mails`: what lies aside until an officer looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from mailbot.cli.installation import installation
from mailbot.cli.options import Json, OfficerName
from mailbot.cli.output import say, say_json, say_table
from mailbot.errors import UsageError

letters = typer.Typer(help="Letters that are held back.")
mails = typer.Typer(help="Mails that could not be handled.")
LetterIds = Annotated[list[int] | None, typer.Argument(metavar="LETTER…", help="As `letters held` numbers them.")]


@letters.command()
def held(context: typer.Context, as_json: Json = False) -> None:
    """List letters that are held back."""
    from mailbot.flow.aside import held_letters
    from mailbot.store.engine import reading

    with reading(installation(context).engine) as session:
        found = [
            {
                "letter": letter.id,
                "template": letter.template,
                "to": letter.recipient,
                "because": letter.held_because,
                "written_at": letter.created_at.isoformat(timespec="seconds"),
            }
            for letter in held_letters(session)
        ]
    _list(found, "No letter is held back.", as_json=as_json)


@letters.command()
def release(
    context: typer.Context,
    letter: LetterIds = None,
    everything: Annotated[bool, typer.Option("--all", help="Every letter that is held.")] = False,
    officer: OfficerName = "",
) -> None:
    """Let held letters go, as they were written."""
    from mailbot.flow import aside
    from mailbot.store.engine import reading

    if everything == bool(letter):
        raise UsageError("name letters, or say --all")
    parts = installation(context).parts
    if everything:
        with reading(parts.engine) as session:
            letter = [one.id or 0 for one in aside.held_letters(session)]
    for number in letter or ():
        released = aside.release(parts, number, officer)
        say(f"letter {number} ({released.template}) will be sent")


@letters.command()
def discard(context: typer.Context, letter: LetterIds = None, officer: OfficerName = "") -> None:
    """Decide that held letters are never sent."""
    from mailbot.flow import aside

    if not letter:
        raise UsageError("name the letters")
    parts = installation(context).parts
    for number in letter:
        say(f"letter {number} ({aside.discard(parts, number, officer).template}) will not be sent")


@mails.command()
def quarantined(context: typer.Context, as_json: Json = False) -> None:
    """List mails that could not be handled, and why."""
    from mailbot.flow.aside import quarantined_mails
    from mailbot.store.engine import reading

    with reading(installation(context).engine) as session:
        found = [
            {
                "mail": mail.id,
                "received_at": mail.received_at.isoformat(timespec="seconds"),
                "size": mail.size,
                "error": mail.error,
            }
            for mail in quarantined_mails(session)
        ]
    _list(found, "No mail is in quarantine.", as_json=as_json)


@mails.command()
def readmit(
    context: typer.Context,
    mail: Annotated[list[int], typer.Argument(metavar="MAIL…", help="As `mails quarantined` numbers them.")],
    officer: OfficerName = "",
) -> None:
    """Let mails out of quarantine, to be handled anew."""
    from mailbot.flow import aside

    parts = installation(context).parts
    for number in mail:
        aside.readmit(parts, number, officer)
        say(f"mail {number} will be handled anew")


def _list(found: Sequence[Mapping[str, object]], nothing: str, *, as_json: bool) -> None:
    if as_json:
        say_json(found)
    elif not found:
        say(nothing)
    else:
        say_table([name.replace("_", " ").capitalize() for name in found[0]], (list(one.values()) for one in found))
