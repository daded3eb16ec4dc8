"""`check`: try everything that mailbot rests on, and say for each whether it works."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import typer

from mailbot.cli.installation import installation
from mailbot.cli.options import Json
from mailbot.cli.output import say, say_json
from mailbot.errors import MailbotError

if TYPE_CHECKING:
    from mailbot.app import App

commands = typer.Typer()


class Found(NamedTuple):
    """What one check found; a source or template that is wrong has a line of its own."""

    name: str
    ok: bool
    detail: str


@commands.command()
def check(context: typer.Context, as_json: Json = False) -> None:
    """Try connections, data map, templates and model, a line each."""
    app = installation(context)
    found = []
    for one in check_all(app):
        found.append(one)
        if not as_json:
            say(f"{'ok    ' if one.ok else 'failed'}  {one.name:10} {' '.join(one.detail.split())}")
    if as_json:
        say_json([one._asdict() for one in found])
    if not all(one.ok for one in found):
        raise typer.Exit(1)


def check_all(app: App) -> Iterator[Found]:
    """Every check, one after the other; none stops the next."""
    for name, try_it in CHECKS.items():
        try:
            yield from try_it(app)
        except MailbotError as error:
            yield Found(name, ok=False, detail=str(error))
        except Exception as error:  # noqa: BLE001 - its text may hold personal data, and the next check comes all the same
            from mailbot.logs import place_of

            yield Found(name, ok=False, detail=f"{type(error).__name__} in {place_of(error)}")


def _address(app: App) -> Iterator[Found]:
    yield Found("address", ok=True, detail=f"{app.require_address()}, {app.settings.mode}")


def _database(app: App) -> Iterator[Found]:
    from mailbot.store.migrate import version

    yield Found("database", ok=True, detail=f"{app.engine.dialect.name}, tables {version(app.engine)}")


def _data_map(app: App) -> Iterator[Found]:
    from mailbot.core.mapcheck import article15_gaps

    data_map = app.data_map
    gaps = article15_gaps(data_map)
    for gap in gaps:
        yield Found("data map", ok=False, detail=f"{'.'.join(map(str, gap.path))}: {gap.what}")
    if not gaps:
        yield Found("data map", ok=True, detail=f"{len(data_map.sets)} data sets")


def _register(app: App) -> Iterator[Found]:
    for source, problem in app.register.check().items():
        yield Found("register", ok=not problem, detail=problem or f"{source} answers and has what the data map names")


def _templates(app: App) -> Iterator[Found]:
    from mailbot.render.proofreading import check as proofread

    problems = proofread(app.replies)
    for problem in problems:
        yield Found("templates", ok=False, detail=problem)
    if not problems:
        yield Found("templates", ok=True, detail="every letter can be written in every language")


def _model(app: App) -> Iterator[Found]:
    from mailbot.core.kinds import Kind

    reading = app.reader.read("Begäran", "Hej! Jag vill ha en kopia av alla personuppgifter som ni har om mig.")
    understood = Kind.ACCESS in reading.kinds
    yield Found("model", ok=understood, detail=app.reader.version if understood else "cannot read a plain request")


def _imap(app: App) -> Iterator[Found]:
    with app.mailbox() as mailbox:
        mails = len(mailbox.uids())
    imap = app.settings.imap
    yield Found("imap", ok=True, detail=f"{imap.user} at {imap.host}:{imap.port}, {mails} mails in {imap.folder}")


def _smtp(app: App) -> Iterator[Found]:
    import asyncio

    asyncio.run(app.courier().check())
    smtp = app.settings.smtp
    yield Found("smtp", ok=True, detail=f"{smtp.host}:{smtp.port} takes mail from us")


CHECKS: dict[str, Callable[[App], Iterator[Found]]] = {
    "address": _address,
    "database": _database,
    "data map": _data_map,
    "register": _register,
    "templates": _templates,
    "model": _model,
    "imap": _imap,
    "smtp": _smtp,
}
"""In the order in which they are told: what is near first."""
