"""`train`, `corrections` and `evaluate`: the reader that says which rights a mail invokes."""

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
    with_corrections: Annotated[
        Path | None,
        typer.Option(help="Officers' corrections as JSONL; names in them are replaced first.", show_default=False),
    ] = None,
) -> None:
    """Train the reader on labelled mails.

    The same corpus gives the same model. With corrections, a model that has become worse is not put in place.
    """
    from mailbot.nlp.train import train as learn
    from mailbot.resources import shipped

    settings = settings_of(context)
    source = shipped("models") / "request_kinds"
    target = output or settings.model or source
    metrics = learn(
        source / "config.cfg", corpus or source / "corpus", target, with_corrections=with_corrections, log=say
    )
    if metrics.test is not None:
        say(metrics.test.render())
    say(f"{target}: trained {metrics.version}")


@commands.command()
def corrections(context: typer.Context) -> None:
    """Print what officers put right, to train with.

    One labelled mail a line, as `train --with-corrections` takes them; names, addresses and numbers are replaced.
    """
    from mailbot.flow.learning import labelled
    from mailbot.store.engine import reading

    with reading(installation(context).engine) as session:
        for mail in labelled(session):
            say_json(mail)


@commands.command()
def evaluate(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="Labelled mails that were not trained on.")],
    as_json: Json = False,
) -> None:
    """Measure the reader on labelled mails."""
    from mailbot.nlp.evaluate import evaluate as measure

    report = measure(installation(context).reader, file)
    say_json(report.as_json()) if as_json else say(report.render())
