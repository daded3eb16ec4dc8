"""Logging in and out."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from sqlmodel import select

from mailbot.console import sessions
from mailbot.console.login import own_path
from mailbot.store import officers
from mailbot.store.engine import transaction
from mailbot.store.tables import OfficerSession
from tests.console.conftest import NAME, PASSWORD, Office, opened
from tests.flow.conftest import World


def test_the_officer_comes_to_the_page_that_was_wanted(office: Office) -> None:
    path = office.queue()
    with office.visitor() as visitor:
        login = visitor.get(path).headers["location"]
        page = visitor.get(login).text
        assert f'name="then" value="{path}"' in page
        answer = visitor.post("/login", data={"name": NAME, "password": PASSWORD, "then": path})
    assert answer.headers["location"] == path


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(office: Office) -> None:
    with office.visitor() as visitor:
        answer = visitor.post("/login", data={"name": NAME, "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie, "the console is reached over plain HTTP here"


def test_over_tls_the_cookie_never_goes_without(tmp_path: Path) -> None:
    world = World(tmp_path, console={"base_url": "https://dataskydd.example"})
    with closing(world), opened(world) as office, office.visitor() as visitor:
        answer = visitor.post("/login", data={"name": NAME, "password": PASSWORD})
    assert "; secure" in answer.headers["set-cookie"].lower()


def test_the_database_holds_no_token(office: Office, eva: httpx2.Client) -> None:
    token = eva.cookies["mailbot_session"]
    (row,) = office.world.rows(OfficerSession)
    assert token not in str(row.model_dump())


def test_after_logging_out_the_old_cookie_opens_nothing(office: Office, eva: httpx2.Client) -> None:
    token = eva.cookies["mailbot_session"]
    assert eva.post("/logout").headers["location"] == "/login?said=ended"
    assert office.world.rows(OfficerSession) == []
    eva.cookies.set("mailbot_session", token)
    assert eva.get("/").status_code == 303


@pytest.mark.parametrize("gone", [sessions.IDLE, sessions.LONGEST])
def test_a_session_ends_by_itself(office: Office, eva: httpx2.Client, gone: timedelta) -> None:
    assert eva.get("/").status_code == 200
    office.world.moment += gone
    assert eva.get("/").status_code == 303


def test_an_officer_who_is_busy_stays_logged_in_for_a_working_day(office: Office, eva: httpx2.Client) -> None:
    for _ in range(19):
        office.world.pass_by(minutes=30)
        assert eva.get("/").status_code == 200
    office.world.pass_by(minutes=30)
    assert eva.get("/").status_code == 303


def test_a_disabled_officer_is_out_at_once(office: Office, eva: httpx2.Client) -> None:
    with transaction(office.world.app.engine) as session:
        session.exec(select(officers.Officer)).one().disabled_at = office.world.moment
    assert eva.get("/").status_code == 303


def test_logging_in_is_logged(office: Office, eva: httpx2.Client) -> None:
    assert eva.get("/").status_code == 200
    assert "logged_in" in office.world.logged()


@pytest.mark.parametrize(
    ("then", "goes_to"),
    [
        ("/case/DS-2026-00001", "/case/DS-2026-00001"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/\r\nSet-Cookie: x=y", "/"),
        ("", "/"),
    ],
)
def test_after_logging_in_nobody_is_sent_to_another_website(then: str, goes_to: str) -> None:
    assert own_path(then) == goes_to


def test_the_language_is_swedish_until_english_is_chosen(eva: httpx2.Client) -> None:
    page = eva.get("/").text
    assert '<html lang="sv">' in page
    assert "Att besluta" in page
    eva.post("/language", data={"language": "en", "then": "/"})
    page = eva.get("/").text
    assert '<html lang="en">' in page
    assert "To decide" in page
    eva.post("/language", data={"language": "xx"})
    assert '<html lang="en">' in eva.get("/").text
