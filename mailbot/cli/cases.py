"""`queue` and `show`: what waits for an officer, and all that is known about a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from mailbot.cli.installation import installation
from mailbot.cli.options import CaseNumber, Json
from mailbot.cli.output import say, say_heading, say_json, say_table

if TYPE_CHECKING:
    from mailbot.store.tables import Case, Request

commands = typer.Typer()


@commands.command()
def queue(context: typer.Context, as_json: Json = False) -> None:
    """List what waits for an officer, the first due on top."""
    from mailbot.core.deadlines import days_left
    from mailbot.store import cases
    from mailbot.store.engine import reading

    app = installation(context)
    with reading(app.engine) as session:
        waiting = [(queued(request, case), request.due) for request, case in cases.queue(session)]
    if as_json:
        say_json([one for one, _ in waiting])
    elif not waiting:
        say("Nothing waits for an officer.")
    else:
        columns = ("case", "request", "kind", "level", "person", "reason")
        now = app.now()
        say_table(
            ("Due", "Days left", *(column.capitalize() for column in columns)),
            ([due, days_left(due, now), *(one[column] for column in columns)] for one, due in waiting),
        )


def queued(request: Request, case: Case) -> dict[str, Any]:
    """A waiting request as the contract's object."""
    return {
        "case": case.number,
        "request": request.id,
        "kind": request.kind,
        "state": request.state,
        "level": case.level,
        "person": case.address or case.answer_to,
        "received_at": request.received_at.isoformat(),
        "due_at": request.due.isoformat(),
        "reason": ", ".join(request.reasons),
    }


@commands.command()
def show(context: typer.Context, case: CaseNumber, as_json: Json = False) -> None:
    """Show a case.

    Its mails, what approving would do and which letters it would send, and what has been done.
    """
    from mailbot.cli.casefile import case_file

    file = case_file(installation(context).parts, case)
    if as_json:
        say_json(file)
    else:
        _tell(file)


def _tell(file: Mapping[str, Any]) -> None:
    say(f"{file['case']}  {file['person'] or 'unknown sender'}  ({file['level']}, {file['language']})")
    if file["answer_to"] and file["answer_to"] != file["person"]:
        say(f"answers go to {file['answer_to']}")
    for mail in file["mails"]:
        say_heading(f"Mail of {mail['received_at']}: {mail['subject'] or '(no subject)'}")
        say(mail["text"])
    for request in file["requests"]:
        say_heading(f"Request {request['request']}: {request['kind']}, {request['state']}, due {request['due_at']}")
        if request["reason"]:
            say(f"because: {request['reason']}")
        if request["preview"]:
            _tell_preview(request["preview"])
    if file["letters"]:
        say_heading("Letters")
        columns = ("letter", "template", "to", "state", "created_at", "sent_at", "status")
        say_table(columns, ([letter[column] for column in columns] for letter in file["letters"]))
    say_heading("Log")
    say_table(("at", "who", "what"), ([entry["at"], entry["actor"], entry["action"]] for entry in file["log"]))


def _tell_preview(preview: Mapping[str, Any]) -> None:
    if preview.get("error"):
        say(f"what approving would do cannot be told: {preview['error']}")
        return
    if preview["obstacle"]:
        say(f"cannot be approved yet: {preview['obstacle']}")
    if preview["steps"]:
        columns = ("dataset", "operation", "rows", "fields", "ground", "until", "reason")
        say_table(columns, ([_cell(step[column]) for column in columns] for step in preview["steps"]))
    for letter in preview["letters"]:
        say_heading(f"To {letter['to']}: {letter['subject']}")
        say(letter["text"])
    say(f"digest {preview['digest']}")


def _cell(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, Sequence) and not isinstance(value, str) else value
