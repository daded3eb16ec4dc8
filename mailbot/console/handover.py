"""The page on which a person fetches the copy of their data: no log-in, no script, nothing about anybody on it.

Looking at it changes nothing, since mail programs and virus scanners follow links; only the button, a POST from the
page itself, hands the copy over. The language stands in the link, so that one that leads nowhere says so in it, too.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi import Request as HttpRequest
from fastapi.responses import Response

from mailbot.console.visit import Visit
from mailbot.core.kinds import Language
from mailbot.flow.handover import PAUSE, TooSoon, fetch, waits

router = APIRouter(prefix="/copy/{language}/{token}")


def _somebody(request: HttpRequest, language: Language) -> Visit:
    """Whoever has the link; officers get the same page as everybody else."""
    return Visit(request.app.state.desk, request, None, language)


Somebody = Annotated[Visit, Depends(_somebody)]


@router.api_route("", methods=["GET", "HEAD"])
def show(visit: Somebody, token: str) -> Response:
    """The page with the button, or that there is nothing to fetch."""
    return _page(visit, "ready") if waits(visit.parts, token) else _page(visit, "gone", 404)


@router.post("")
def hand_over(visit: Somebody, token: str) -> Response:
    """The encrypted copy, to be saved."""
    try:
        fetched = fetch(visit.parts, token)
    except TooSoon:
        return _page(visit, "soon", 429)
    if fetched is None:
        return _page(visit, "gone", 404)
    headers = {"Content-Disposition": f'attachment; filename="{fetched.name}"'}
    return Response(fetched.pdf, media_type="application/pdf", headers=headers)


def _page(visit: Visit, stands: str, status: int = 200) -> Response:
    page = visit.page("handover.html", status=status, stands=stands, company=visit.parts.data_map.controller.name)
    if status == 429:  # noqa: PLR2004 - Too Many Requests (RFC 6585 4)
        page.headers["Retry-After"] = str(int(PAUSE.total_seconds()))
    return page
