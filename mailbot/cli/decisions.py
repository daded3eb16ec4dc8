"""An officer's decisions without the console: each is one call of `mailbot.flow.officer`."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailbot.cli.installation import installation
from mailbot.cli.options import CaseNumber, Json, OfficerName, RequestId
from mailbot.cli.output import say, say_json
from mailbot.core.letters import RefusalGround
from mailbot.errors import UsageError

if TYPE_CHECKING:
    from mailbot.store.tables import Request

commands = typer.Typer()
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept with the case.")]


@commands.command()
def approve(
    context: typer.Context,
    case: CaseNumber,
    request: RequestId = None,
    digest: Annotated[
        str | None,
        typer.Option(help="Of what `mailbot show` showed; approves nothing else. Without it: what stands now."),
    ] = None,
    officer: OfficerName = "",
    as_json: Json = False,
) -> None:
    """Approve a request.

    Its plan is carried out and answered by the daemon, or the next `run --once`, when the undo window has passed.
    """
    from mailbot.flow.officer import approve as act

    app = installation(context)
    approved = act(app.parts, case, officer, request, digest)
    undo = timedelta(seconds=app.settings.policy.undo_seconds)
    _tell(approved, case, f"approved; can be undone for {undo}" if undo else "approved", as_json=as_json)


@commands.command()
def undo(
    context: typer.Context,
    case: CaseNumber,
    request: RequestId = None,
    officer: OfficerName = "",
    as_json: Json = False,
) -> None:
    """Take an approval back while its undo window is open."""
    from mailbot.flow.officer import undo as act

    undone = act(installation(context).parts, case, officer, request)
    _tell(undone, case, "waits again", as_json=as_json)


@commands.command()
def refuse(
    context: typer.Context,
    case: CaseNumber,
    ground: Annotated[RefusalGround, typer.Option(help="What the law allows it on.")],
    reasons: Annotated[str, typer.Option("--reasons", "--reason", help="What the person is told, in your words.")],
    request: RequestId = None,
    officer: OfficerName = "",
    as_json: Json = False,
) -> None:
    """Refuse a request.

    The person is told why, and how to complain and seek a judicial remedy (Article 12(4)).
    """
    from mailbot.flow.officer import refuse as act

    refused = act(installation(context).parts, case, officer, ground, reasons, request)
    _tell(refused, case, "refused", as_json=as_json)


@commands.command()
def extend(
    context: typer.Context,
    case: CaseNumber,
    reason: Annotated[str, typer.Option(help="Complexity or number of requests, as the person is told.")],
    request: RequestId = None,
    officer: OfficerName = "",
    as_json: Json = False,
) -> None:
    """Extend the time by two months.

    Once, and inside the first month; the person is told why (Article 12(3)).
    """
    from mailbot.flow.officer import extend as act

    extended = act(installation(context).parts, case, officer, reason, request)
    _tell(extended, case, f"extended; due {extended.due}", as_json=as_json)


@commands.command()
def ask(
    context: typer.Context,
    case: CaseNumber,
    request: RequestId = None,
    question: Annotated[str | None, typer.Option(help="What the person is asked.")] = None,
    proof: Annotated[bool, typer.Option("--proof", help="Send a confirmation to the registered address.")] = False,
    officer: OfficerName = "",
    as_json: Json = False,
) -> None:
    """Ask the person something, or to confirm that it is them."""
    from mailbot.flow import officer as acts

    if proof == (question is not None):
        raise UsageError("ask either a question (--question) or for a confirmation (--proof)")
    parts = installation(context).parts
    if question is None:
        asked = acts.ask_proof(parts, case, officer, request)
    else:
        asked = acts.ask(parts, case, officer, question, request)
    _tell(asked, case, "asked", as_json=as_json)


@commands.command()
def vouch(
    context: typer.Context,
    case: CaseNumber,
    how: Annotated[str, typer.Option(help="How you know who it is.")],
    address: Annotated[str | None, typer.Option(help="Their registered address, if it is not known yet.")] = None,
    officer: OfficerName = "",
    as_json: Json = False,
) -> None:
    """Say that you know who the person is, and how."""
    from mailbot.flow.officer import vouch as act

    vouched = act(installation(context).parts, case, officer, how, address)
    if as_json:
        say_json({"case": vouched.number, "level": vouched.level, "answer_to": vouched.answer_to})
    else:
        say(f"{vouched.number}: the person is {vouched.level}; answers go to {vouched.answer_to}")


@commands.command()
def correct(
    context: typer.Context,
    case: CaseNumber,
    kinds: Annotated[str, typer.Option(help="The rights that the mail invokes, such as access,erasure.")],
    request: RequestId = None,
    officer: OfficerName = "",
    as_json: Json = False,
) -> None:
    """Say which rights a mail really invokes."""
    from mailbot.flow.officer import correct as act
    from mailbot.flow.officer import kinds_named

    named = kinds_named([kind.strip() for kind in kinds.split(",") if kind.strip()])
    new = act(installation(context).parts, case, officer, named, request)
    if as_json:
        say_json([_as_data(one, case) for one in new])
    else:
        for one in new:
            say(_line(one, case, "waits"))


@commands.command()
def close(
    context: typer.Context,
    case: CaseNumber,
    reason: Reason,
    request: RequestId = None,
    officer: OfficerName = "",
    as_json: Json = False,
) -> None:
    """End a request without doing anything.

    Such as a mail that asks for nothing; nobody is written to.
    """
    from mailbot.flow.officer import close as act

    closed = act(installation(context).parts, case, officer, reason, request)
    _tell(closed, case, "closed", as_json=as_json)


@commands.command()
def lift(
    context: typer.Context,
    case: CaseNumber,
    request: RequestId = None,
    reason: Annotated[str, typer.Option(help="Why the restriction ends, as the person is told.")] = "",
    cancel: Annotated[bool, typer.Option("--cancel", help="Let a restriction stay whose end was announced.")] = False,
    officer: OfficerName = "",
    as_json: Json = False,
) -> None:
    """Lift a restriction.

    The person is told why, and it is lifted some days later (Article 18(3)).
    """
    from mailbot.flow.officer import keep_restricted
    from mailbot.flow.officer import lift as act

    if cancel and reason:
        raise UsageError("either lift a restriction (--reason) or let it stay (--cancel)")
    parts = installation(context).parts
    lifting = keep_restricted(parts, case, officer, request) if cancel else act(parts, case, officer, reason, request)
    number = case.strip().upper()
    if as_json:
        say_json({"case": number, "request": lifting.request_id, "day": lifting.day, "result": lifting.result})
    elif cancel:
        say(f"{number}: the restriction (request {lifting.request_id}) stays")
    else:
        say(f"{number}: the restriction (request {lifting.request_id}) is lifted on {lifting.day}")


def _tell(request: Request, case: str, outcome: str, *, as_json: bool) -> None:
    if as_json:
        say_json(_as_data(request, case))
    else:
        say(_line(request, case, outcome))


def _line(request: Request, case: str, outcome: str) -> str:
    return f"{case.strip().upper()}: {request.kind} (request {request.id}) {outcome}"


def _as_data(request: Request, case: str) -> dict[str, Any]:
    return {
        "case": case.strip().upper(),
        "request": request.id,
        "kind": request.kind,
        "state": request.state,
        "due_at": request.due.isoformat(),
    }
