"""`templates`: how every letter looks, to be read before people get it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from mailbot.cli.installation import installation
from mailbot.cli.output import say

commands = typer.Typer(help="The letters' templates.")


@commands.callback()
def templates() -> None:
    """Hold the group together while it has one command."""


@commands.command()
def preview(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Made if need be; files in it are overwritten.")],
) -> None:
    """Write every letter and copy with sample data.

    In every language; letters as text and as HTML, copies as PDF.
    """
    from mailbot.render.proofreading import copy_previews, previews

    replies = installation(context).replies
    folder.mkdir(parents=True, exist_ok=True)
    written: Counter[str] = Counter()
    for template, language, rendered in previews(replies):
        name = f"{template}.{language}"
        written[name] += 1
        path = folder / f"{name}.{written[name]}"
        path.with_name(f"{path.name}.txt").write_text(f"{rendered.subject}\n\n{rendered.text}", encoding="utf-8")
        path.with_name(f"{path.name}.html").write_text(rendered.html, encoding="utf-8")
    for kind, language, pdf in copy_previews(replies):
        (folder / f"copy.{kind}.{language}.pdf").write_bytes(pdf)
    say(f"{written.total()} letters, and the copies, in {folder}")
