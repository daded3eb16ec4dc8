"""What an officer does with a case.

Each form is one call of `mailbot.flow.officer`, and the page that follows says what came of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from mailbot.console.case import case_page
from mailbot.console.visit import OfficerVisit, Visit
from mailbot.core.letters import RefusalGround
from mailbot.errors import MailbotError
from mailbot.flow import officer
from mailbot.flow.officer import ChangedSince, NoSuchCase, NotPossible

router = APIRouter(prefix="/case/{number}/{request_id}")
Text = Annotated[str, Form()]


@router.post("/approve")
def approve(visit: OfficerVisit, number: str, request_id: int, digest: Text = "") -> Response:
    """Approve exactly what was shown."""
    return _do(
        visit,
        number,
        request_id,
        "approved",
        lambda: officer.approve(visit.parts, number, visit.name, request_id, seen_digest=digest),
    )


@router.post("/undo")
def undo(visit: OfficerVisit, number: str, request_id: int) -> Response:
    """Take an approval back."""
    act = lambda: officer.undo(visit.parts, number, visit.name, request_id)  # noqa: E731 - as in the others
    return _do(visit, number, request_id, "undone", act, impossible="too_late")


@router.post("/refuse")
def refuse(visit: OfficerVisit, number: str, request_id: int, ground: Text = "", reasons: Text = "") -> Response:
    """Refuse, with ground and reasons."""
    if ground not in tuple(RefusalGround):
        return _lacking(visit, number, request_id, "ground", reasons=reasons)
    if not reasons.strip():
        return _lacking(visit, number, request_id, "reasons", ground=ground)
    return _do(
        visit,
        number,
        request_id,
        "refused",
        lambda: officer.refuse(visit.parts, number, visit.name, ground, reasons, request_id),
    )


@router.post("/extend")
def extend(visit: OfficerVisit, number: str, request_id: int, reason: Text = "") -> Response:
    """Take two further months."""
    if not reason.strip():
        return _lacking(visit, number, request_id, "extend_reason")
    return _do(
        visit,
        number,
        request_id,
        "extended",
        lambda: officer.extend(visit.parts, number, visit.name, reason, request_id),
    )


@router.post("/ask")
def ask(visit: OfficerVisit, number: str, request_id: int, question: Text = "") -> Response:
    """Ask the person."""
    if not question.strip():
        return _lacking(visit, number, request_id, "question")
    return _do(
        visit,
        number,
        request_id,
        "asked",
        lambda: officer.ask(visit.parts, number, visit.name, question, request_id),
    )


@router.post("/ask-proof")
def ask_proof(visit: OfficerVisit, number: str, request_id: int) -> Response:
    """Send a one-time confirmation."""
    act = lambda: officer.ask_proof(visit.parts, number, visit.name, request_id)  # noqa: E731 - as in the others
    return _do(visit, number, request_id, "proof_asked", act)


@router.post("/vouch")
def vouch(visit: OfficerVisit, number: str, request_id: int, how: Text = "", address: Text = "") -> Response:
    """Say who the person is, and how one knows."""
    if not how.strip():
        return _lacking(visit, number, request_id, "how", address=address)
    act = lambda: officer.vouch(visit.parts, number, visit.name, how, address.strip() or None)  # noqa: E731 - as in the others
    return _do(visit, number, request_id, "vouched", act, impossible="nobody")


@router.post("/correct")
def correct(
    visit: OfficerVisit, number: str, request_id: int, kinds: Annotated[list[str] | None, Form()] = None
) -> Response:
    """Say what the mail really asks for."""
    if not kinds:
        return _lacking(visit, number, request_id, "kinds")
    return _do(
        visit,
        number,
        None,
        "corrected",
        lambda: officer.correct(visit.parts, number, visit.name, officer.kinds_named(kinds), request_id),
    )


@router.post("/lift")
def lift(visit: OfficerVisit, number: str, request_id: int, reason: Text = "") -> Response:
    """Announce the end of a restriction."""
    if not reason.strip():
        return _lacking(visit, number, request_id, "lift_reason")
    return _do(
        visit,
        number,
        request_id,
        "lifting",
        lambda: officer.lift(visit.parts, number, visit.name, reason, request_id),
    )


@router.post("/keep-restricted")
def keep_restricted(visit: OfficerVisit, number: str, request_id: int) -> Response:
    """Let a restriction stay after all."""
    act = lambda: officer.keep_restricted(visit.parts, number, visit.name, request_id)  # noqa: E731 - as in the others
    return _do(visit, number, request_id, "kept", act)


@router.post("/close")
def close(visit: OfficerVisit, number: str, request_id: int, reason: Text = "") -> Response:
    """End it without doing anything."""
    if not reason.strip():
        return _lacking(visit, number, request_id, "close_reason")
    return _do(
        visit,
        number,
        request_id,
        "closed",
        lambda: officer.close(visit.parts, number, visit.name, reason, request_id),
    )


def _do(
    visit: Visit,
    number: str,
    request_id: int | None,
    said: str,
    act: Callable[[], object],
    impossible: str = "not_possible",
) -> Response:
    """Carry an act out and go on to the page that tells of it; if it is not possible, the page says why."""
    try:
        act()
    except NoSuchCase:
        raise
    except ChangedSince:
        return case_page(visit, number, failed="changed", request_id=request_id, status=409)
    except MailbotError as error:
        failed = impossible if isinstance(error, NotPossible) else "not_possible"
        return case_page(visit, number, failed=failed, request_id=request_id, status=409)
    where = f"#request-{request_id}" if request_id is not None else ""
    return RedirectResponse(f"/case/{number}?said={said}{where}", status_code=303)


def _lacking(visit: Visit, number: str, request_id: int, missing: str, **filled: str) -> Response:
    """The page again, saying what the form lacks, with what was written into it."""
    return case_page(visit, number, request_id=request_id, missing=missing, filled=filled, status=422)
