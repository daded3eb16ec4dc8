"""The demo inbox: a newcomer writes to mailbot as a customer, and watches what it reads, does and answers.

Whatever is written goes through the same servers and the same program as every other mail.
"""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, FastAPI, Form
from fastapi import Request as HttpRequest
from fastapi.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.types import ASGIApp

from mailbot.app import App
from mailbot.console.guard import Guard
from mailbot.console.login import own_path
from mailbot.console.texts import Texts
from mailbot.console.visit import A_YEAR, LANGUAGE_COOKIE
from mailbot.core.kinds import Language
from mailbot.demo.newcomer import STARTERS, Newcomer
from mailbot.demo.world import World

FILES = {"console.css": "text/css", "demo.css": "text/css", "icon.svg": "image/svg+xml"}
REFRESH_SECONDS = 2
router = APIRouter()


class Desk:
    """What the pages work with."""

    def __init__(self, app: App, world: World) -> None:
        self.newcomer = Newcomer(app, world)
        self.console = app.settings.console.base_url
        letters, folders = app.replies, app.template_folders
        self.texts = {one: Texts(one, folders, letters.words(one), "demo") for one in Language}
        self.codes = {one: Texts(one, folders, letters.words(one)) for one in Language}
        self.templates = Environment(
            loader=FileSystemLoader([folder / room for folder in folders for room in ("demo", "console")]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def page(self, request: HttpRequest, template: str, **context: Any) -> HTMLResponse:  # noqa: ANN401 - whatever a page shows
        """A page in the newcomer's language."""
        chosen = request.cookies.get(LANGUAGE_COOKIE, "")
        language = Language(chosen) if chosen in tuple(Language) else Language.SWEDISH
        html = self.templates.get_template(template).render(
            t=self.texts[language],
            codes=self.codes[language],
            language=language,
            languages=tuple(Language),
            here=f"{request.url.path}?{request.url.query}",
            console=self.console,
            **context,
        )
        return HTMLResponse(html)


def _desk(request: HttpRequest) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


AtDesk = Annotated[Desk, Depends(_desk)]
Written = Annotated[str, Form()]


def make_inbox(app: App, world: World) -> ASGIApp:
    """The demo inbox as an ASGI application."""
    site = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    site.state.desk = Desk(app, world)
    site.include_router(router)
    refused = PlainTextResponse("Refused\n", status_code=403)
    return Guard(site, refused, refused)


@router.get("/")
def write(request: HttpRequest, desk: AtDesk, who: str = "", start: str = "") -> Response:
    """A form to write with, empty or with a sample's words."""
    subject, text = desk.newcomer.starters.get(start, ("", ""))
    people = list(desk.newcomer.people.values())
    return desk.page(
        request, "write.html", people=people, who=who, start=start, subject=subject, text=text, starters=STARTERS
    )


@router.post("/send")
def send(desk: AtDesk, who: Written = "", subject: Written = "", text: Written = "") -> Response:
    """Send what was written, and on to the mailbox."""
    if who in desk.newcomer.people:
        desk.newcomer.send(who, subject, text)
    return _to_mailbox(who)


@router.get("/mailbox")
def mailbox(request: HttpRequest, desk: AtDesk, who: str = "", *, still: bool = False) -> Response:
    """What the person has received, and what mailbot made of their mails; looks again by itself."""
    person = desk.newcomer.people.get(who)
    if person is None:
        return RedirectResponse("/", status_code=303)
    return desk.page(
        request,
        "mailbox.html",
        who=person,
        letters=desk.newcomer.letters(who),
        handled=desk.newcomer.handled(who),
        still=still,
        seconds=REFRESH_SECONDS,
    )


@router.post("/answer")
def answer(desk: AtDesk, who: Written, number: Annotated[int, Form(ge=0)], text: Written = "") -> Response:
    """Answer a letter."""
    if who in desk.newcomer.people and text.strip():
        desk.newcomer.answer(who, number, text)
    return _to_mailbox(who)


@router.get("/file")
def file(desk: AtDesk, who: str, number: int, place: int = 0) -> Response:
    """An attachment, to be saved."""
    name, content = desk.newcomer.file(who, number, place)
    headers = {"Content-Disposition": f"attachment; filename*=utf-8''{quote(name)}"}
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.post("/language")
def choose_language(language: Written = "", then: Written = "/") -> Response:
    """Remember the language in this browser."""
    response = RedirectResponse(own_path(then), status_code=303)
    if language in tuple(Language):
        response.set_cookie(LANGUAGE_COOKIE, language, max_age=A_YEAR, httponly=True, samesite="strict")
    return response


@router.get("/{name}")
def own_file(desk: AtDesk, name: str) -> Response:
    """Stylesheets and icon."""
    loader = desk.templates.loader
    if name not in FILES or loader is None:
        return PlainTextResponse("Not found\n", status_code=404)
    _text, path, _fresh = loader.get_source(desk.templates, name)
    return FileResponse(path or "", media_type=FILES[name])


def _to_mailbox(who: str) -> Response:
    return RedirectResponse(f"/mailbox?who={quote(who)}", status_code=303)
