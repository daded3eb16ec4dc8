"""`train` and `evaluate`: the reader that says which rights a mail invokes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mailbot.cli.installation import installation, settings_of
from mailbot.cli.options import Json
from mailbot.cli.output import say, say_json

commands = typer.Typer()


@commands.command()
def train(
    context: typer.Context,
    output: Annotated[
        Path | None, typer.Option(help="The model's folder; without it the one in use.", show_default=False)
    ] = None,
    corpus: Annotated[
        Path | None, typer.Option(help="A folder of labelled mails; without it the shipped one.", show_default=False)
    ] = None,
) -> None:
    """Train the reader on labelled mails.

    The same corpus gives the same model.
    """
    from mailbot.nlp.train import train as learn
    from mailbot.resources import shipped

    settings = settings_of(context)
    source = shipped("models") / "request_kinds"
    target = output or settings.model or source
    learn(source / "config.cfg", corpus or source / "corpus", target, log=say)
    say(f"{target}: trained")


@commands.command()
def evaluate(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="Labelled mails that were not trained on.")],
    as_json: Json = False,
) -> None:
    """Measure the reader on labelled mails."""
    from mailbot.nlp.corpus import read_mails
    from mailbot.nlp.evaluate import evaluate as measure

    mails = read_mails(file)
    result = measure(installation(context).reader, mails)
    say_json(result) if as_json else say(str(result))
