"""One request by one officer: who it is, in which language, and how a page is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

from fastapi import Depends
from fastapi import Request as HttpRequest
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from mailbot.app import App
from mailbot.console import sessions
from mailbot.console.texts import Texts
from mailbot.core.kinds import Language
from mailbot.flow.parts import Parts
from mailbot.store.tables import Officer

SESSION_COOKIE = "mailbot_session"
LANGUAGE_COOKIE = "mailbot_language"
A_YEAR = 365 * 24 * 3600


class LogInNeeded(Exception):
    """Nobody is logged in; the page can be gone on to afterwards."""


@dataclass(frozen=True)
class Desk:
    """What every page works with, once for the server."""

    app: App

    @property
    def parts(self) -> Parts:
        """What the flow works with."""
        return self.app.parts

    @property
    def secure(self) -> bool:
        """Whether officers reach the console over TLS, so that cookies must never go without."""
        return self.app.settings.console.base_url.startswith("https:")

    @cached_property
    def texts(self) -> Mapping[Language, Texts]:
        """The words of every language."""
        folders = self.app.template_folders
        return {one: Texts(one, folders, self.parts.replies.words(one)) for one in Language}

    @cached_property
    def templates(self) -> Environment:
        """The pages; a company's own file of the same name comes first."""
        return Environment(
            loader=FileSystemLoader([folder / "console" for folder in self.app.template_folders]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )


@dataclass(frozen=True)
class Visit:
    """A request, and who makes it; the officer is None where nobody has to be logged in."""

    desk: Desk
    request: HttpRequest
    officer: Officer | None
    language: Language | None = None
    """Given by the address of the page; None: whoever looks at it chooses."""

    @property
    def parts(self) -> Parts:
        """What the flow works with."""
        return self.desk.parts

    @property
    def name(self) -> str:
        """The officer's name, for the log.

        Raises:
            LogInNeeded: nobody is logged in.
        """
        if self.officer is None:
            raise LogInNeeded
        return self.officer.name

    @property
    def texts(self) -> Texts:
        """The words of the page's language, or that which the officer has chosen; Swedish until then."""
        if self.language is not None:
            return self.desk.texts[self.language]
        chosen = self.request.cookies.get(LANGUAGE_COOKIE, "")
        return self.desk.texts[Language(chosen) if chosen in tuple(Language) else Language.SWEDISH]

    def page(self, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:  # noqa: ANN401 - whatever a page shows
        """A page from its template."""
        words = self.texts
        html = self.desk.templates.get_template(template).render(
            t=words,
            language=words.language,
            languages=tuple(Language),
            officer=self.officer,
            here=self.request.url.path,
            **context,
        )
        return HTMLResponse(html, status_code=status)


def visitor(request: HttpRequest) -> Visit:
    """Whoever it is."""
    desk: Desk = request.app.state.desk
    token = request.cookies.get(SESSION_COOKIE, "")
    officer = sessions.officer_of(desk.parts.engine, token, desk.parts.now()) if token else None
    return Visit(desk, request, officer)


def officer_only(visit: Annotated[Visit, Depends(visitor)]) -> Visit:
    """An officer who is logged in.

    Raises:
        LogInNeeded: nobody is.
    """
    if visit.officer is None:
        raise LogInNeeded
    return visit


AnyVisit = Annotated[Visit, Depends(visitor)]
OfficerVisit = Annotated[Visit, Depends(officer_only)]
