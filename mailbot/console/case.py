"""The case page, and the raw source of its mails."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from mailbot.console.dossier import dossier
from mailbot.console.visit import OfficerVisit, Visit
from mailbot.core.kinds import RIGHTS
from mailbot.core.letters import RefusalGround
from mailbot.flow.officer import NoSuchCase
from mailbot.store import cases, mails
from mailbot.store.engine import reading

SAID = frozenset(
    {
        "approved",
        "undone",
        "refused",
        "extended",
        "asked",
        "proof_asked",
        "vouched",
        "corrected",
        "closed",
        "lifting",
        "kept",
    }
)
"""What an act can have come to, as the address of the page after it says."""
router = APIRouter()


@router.get("/case/{number}")
def show(visit: OfficerVisit, number: str, said: str = "") -> Response:
    """A case, read and ready to be decided."""
    return case_page(visit, number, said=said if said in SAID else "")


@router.get("/case/{number}/mail/{mail_id}")
def source(visit: OfficerVisit, number: str, mail_id: int) -> Response:
    """A mail of the case as it came, as plain text that no browser takes for anything else.

    Raises:
        NoSuchCase: the case has no such mail, or its content is not kept any more.
    """
    with reading(visit.parts.engine) as session:
        case = cases.case_by_number(session, number)
        found = [mail for mail in cases.mails_of(session, case.id or 0) if mail.id == mail_id] if case else []
        raw = mails.raw_of(session, found[0]) if found else None
    if raw is None:
        raise NoSuchCase(f"{number}: no such mail")
    # In latin-1 every byte is a character: what does not decode is not left out.
    return Response(
        raw,
        media_type="text/plain; charset=iso-8859-1",
        headers={"Content-Security-Policy": "default-src 'none'; sandbox"},
    )


def case_page(
    visit: Visit,
    number: str,
    *,
    said: str = "",
    failed: str = "",
    request_id: int | None = None,
    missing: str = "",
    filled: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    """The page of a case.

    Args:
        visit: who looks.
        number: the case's.
        said: what the last act came to.
        failed: why it did not come to anything, a key of [failed].
        request_id: which request the act was about.
        missing: what its form lacks, a key of [missing].
        filled: what was written into the form, to be kept.
        status: of the answer.
    """
    found = dossier(visit.parts, number, visit.texts)
    return visit.page(
        "case.html",
        status=status,
        dossier=found,
        said=said,
        failed=failed,
        about=request_id,
        missing=missing,
        filled=filled or {},
        rights=RIGHTS,
        grounds=tuple(RefusalGround),
        undo_seconds=visit.parts.policy.undo_seconds,
        lift_days=visit.parts.policy.lift_days,
        refresh=max((matter.undo_seconds for matter in found.matters), default=0),
    )
