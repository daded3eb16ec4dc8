"""Logging in and out, and the choice of language."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from mailbot.console import sessions
from mailbot.console.visit import A_YEAR, LANGUAGE_COOKIE, SESSION_COOKIE, AnyVisit, Desk
from mailbot.core.kinds import Language
from mailbot.store import audit, officers
from mailbot.store.engine import transaction

router = APIRouter()


@router.get("/login")
def show(visit: AnyVisit, then: str = "/", said: str = "") -> Response:
    """The form."""
    return visit.page("login.html", then=own_path(then), failed=False, ended=said == "ended")


@router.post("/login")
def log_in(
    visit: AnyVisit,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    then: Annotated[str, Form()] = "/",
) -> Response:
    """Name and password for a session."""
    parts = visit.parts
    now = parts.now()
    with transaction(parts.engine) as session:
        officer = officers.log_in(session, name.strip(), password)
        if officer is None:
            return visit.page("login.html", status=403, then=own_path(then), failed=True, ended=False)
        token = sessions.begin(session, officer, now)
        audit.append(session, parts.derive("audit"), at=now, actor=f"officer:{officer.name}", action="logged_in")
    response = RedirectResponse(own_path(then), status_code=303)
    _set_cookie(response, visit.desk, SESSION_COOKIE, token)
    return response


@router.post("/logout")
def log_out(visit: AnyVisit) -> Response:
    """End the session, here and in the database."""
    token = visit.request.cookies.get(SESSION_COOKIE, "")
    if token:
        sessions.end(visit.parts.engine, token)
    response = RedirectResponse("/login?said=ended", status_code=303)
    response.delete_cookie(SESSION_COOKIE, path="/")
    return response


@router.post("/language")
def choose_language(
    visit: AnyVisit, language: Annotated[str, Form()] = "", then: Annotated[str, Form()] = "/"
) -> Response:
    """Remember the language in this browser."""
    response = RedirectResponse(own_path(then), status_code=303)
    if language in tuple(Language):
        _set_cookie(response, visit.desk, LANGUAGE_COOKIE, language, A_YEAR)
    return response


def own_path(then: str) -> str:
    """Where to go on to, if that is a page of ours; else the queue. Never another website."""
    is_ours = then.startswith("/") and not then.startswith(("//", "/\\")) and then.isprintable()
    return then if is_ours else "/"


def _set_cookie(response: Response, desk: Desk, name: str, value: str, seconds: int | None = None) -> None:
    response.set_cookie(name, value, max_age=seconds, path="/", secure=desk.secure, httponly=True, samesite="strict")
