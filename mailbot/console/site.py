"""The console as one ASGI application."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import structlog
from fastapi import FastAPI
from fastapi import Request as HttpRequest
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from mailbot.app import App
from mailbot.console import acts, case, handover, login, metrics, queue
from mailbot.console.guard import Guard
from mailbot.console.visit import Desk, LogInNeeded, visitor
from mailbot.flow.officer import NoSuchCase
from mailbot.store.engine import check_reachable

FILES = {"console.css": "text/css", "icon.svg": "image/svg+xml"}
FILE_SECONDS = 300
"""How long a browser keeps a file that holds nothing personal."""
_log = structlog.get_logger(__name__)


def make_site(app: App) -> ASGIApp:
    """The console of an installation."""
    site = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    site.state.desk = Desk(app)
    for page in (login, queue, case, acts, handover, metrics):
        site.include_router(page.router)
    site.add_api_route("/health", _health, methods=["GET"])
    for name, media_type in FILES.items():
        site.add_api_route(f"/{name}", _own_file(name, media_type), methods=["GET"])
    site.add_exception_handler(LogInNeeded, _to_login)
    for absent in (NoSuchCase, HTTPException, RequestValidationError):
        site.add_exception_handler(absent, _not_found)
    site.add_exception_handler(Exception, _broken)
    return Guard(_Careful(site), _refusing(site, 403, "cross_site"), _refusing(site, 413, "too_large"))


class _Careful:
    """Keeps what broke a page out of the log: an exception's text can hold what a case holds."""

    def __init__(self, site: FastAPI) -> None:
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # The officer has been shown a page by then; Starlette raises once more, for whoever logs.
        try:
            await self._site(scope, receive, send)
        except Exception:  # noqa: BLE001 - whatever it is
            _log.exception("page_failed")


def _refusing(site: FastAPI, status: int, why: str) -> ASGIApp:
    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("app", site)
        await _problem(HttpRequest(scope, receive), status, why)(scope, receive, send)

    return refuse


def _problem(request: HttpRequest, status: int, why: str) -> Response:
    return visitor(request).page("problem.html", status=status, why=why)


def _not_found(request: HttpRequest, _error: Exception) -> Response:
    return _problem(request, 404, "not_found")


def _broken(request: HttpRequest, _error: Exception) -> Response:
    return _problem(request, 500, "broken")


def _to_login(request: HttpRequest, _error: Exception) -> Response:
    """After a form the officer comes back to the page that the form stood on: what was sent is not sent again."""
    path = request.url.path if request.method == "GET" else "/"
    query = f"?{request.url.query}" if request.method == "GET" and request.url.query else ""
    return RedirectResponse(f"/login?then={quote(path + query, safe='')}", status_code=303)


def _health(request: HttpRequest) -> Response:
    """Whether the process can do its work; for whoever keeps it running."""
    desk: Desk = request.app.state.desk
    check_reachable(desk.parts.engine)
    return PlainTextResponse("ok\n")


def _own_file(name: str, media_type: str) -> Callable[[HttpRequest], Response]:
    """A file of the templates that is the same for everybody."""

    def send(request: HttpRequest) -> Response:
        templates = request.app.state.desk.templates
        _text, path, _fresh = templates.loader.get_source(templates, name)
        return FileResponse(path, media_type=media_type, headers={"Cache-Control": f"max-age={FILE_SECONDS}"})

    return send
