"""What holds for every answer of the console, and what no request gets past."""

import re
import time

import httpx2
import pytest
from structlog.testing import capture_logs

from mailbot.console.guard import LARGEST_FORM
from tests.console.conftest import NAME, PASSWORD, Office, form, path_of

CASE = "/case/DS-2026-00001"
OPEN_PAGES = ("/login", "/health", "/nothing-here", "/console.css")
OFFICERS_PAGES = ("/", "/?view=done", CASE, "/case/DS-2026-09999")
UNTOUCHED = [("erasure", "queued")]


@pytest.fixture
def office(standing_office: Office) -> Office:
    return standing_office


@pytest.fixture
def eva(standing_eva: httpx2.Client) -> httpx2.Client:
    return standing_eva


@pytest.mark.parametrize("path", [*OPEN_PAGES, *OFFICERS_PAGES])
def test_every_answer_forbids_scripts_frames_and_guessing(eva: httpx2.Client, path: str) -> None:
    headers = eva.get(path).headers

    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe-inline" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("path", [*OFFICERS_PAGES, "/login", f"{CASE}/mail/1"])
def test_no_page_is_kept_in_a_cache(eva: httpx2.Client, path: str) -> None:
    assert eva.get(path).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", [*OFFICERS_PAGES, "/login"])
def test_no_page_has_anything_inline_or_from_elsewhere(eva: httpx2.Client, path: str) -> None:
    page = eva.get(path).text
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", page)
    assert not re.search(r'(?:src|href)="(?!/|#)', page)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {},
    ],
)
def test_a_form_that_another_website_sends_changes_nothing(office: Office, headers: dict[str, str]) -> None:
    with office.officer() as victim:
        page = victim.get(CASE).text
        del victim.headers["origin"]
        answer = victim.post(path_of(page, "approve"), data=form(page, "approve"), headers=headers)

    assert answer.status_code == 403
    assert "annan webbplats" in answer.text
    assert office.world.requests() == UNTOUCHED


def test_what_the_browser_says_of_the_site_counts_before_the_origin(office: Office, eva: httpx2.Client) -> None:
    page = eva.get(CASE).text
    answer = eva.post(path_of(page, "approve"), data=form(page, "approve"), headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert office.world.requests() == UNTOUCHED


def test_a_form_that_is_too_large_is_refused(office: Office, eva: httpx2.Client) -> None:
    answer = eva.post(path_of(eva.get(CASE).text, "close"), data={"reason": "x" * LARGEST_FORM})
    assert answer.status_code == 413
    assert office.world.requests() == UNTOUCHED


@pytest.mark.parametrize("path", [*OFFICERS_PAGES, f"{CASE}/mail/1"])
def test_nobody_sees_a_page_without_logging_in(office: Office, path: str) -> None:
    with office.visitor() as visitor:
        answer = visitor.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?then=")
    assert "anna" not in answer.text


def test_nobody_decides_without_logging_in(office: Office, eva: httpx2.Client) -> None:
    page = eva.get(CASE).text
    with office.visitor() as visitor:
        assert visitor.post(path_of(page, "approve"), data=form(page, "approve")).status_code == 303
    assert office.world.requests() == UNTOUCHED


def test_whatever_breaks_is_logged_and_shows_a_page_that_tells_nothing_of_the_case(
    eva: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object) -> None:
        raise RuntimeError("anna@kund.example")

    monkeypatch.setattr("mailbot.console.case.dossier", break_down)
    with capture_logs() as logged:
        answer = eva.get(CASE)
        while not logged:  # the page is there before the line
            time.sleep(0.01)

    assert answer.status_code == 500
    assert "Något gick fel hos oss" in answer.text
    assert "RuntimeError" not in answer.text
    assert "anna" not in answer.text
    assert [line["event"] for line in logged] == ["page_failed"]


def test_health_is_told_to_whoever_asks(office: Office) -> None:
    with office.visitor() as visitor:
        assert visitor.get("/health").text == "ok\n"


def test_a_wrong_password_and_a_wrong_name_are_told_apart_by_nothing(office: Office) -> None:
    with office.visitor() as visitor:
        answers = [
            visitor.post("/login", data={"name": name, "password": password})
            for name, password in ((NAME, "not the password"), ("nobody", PASSWORD))
        ]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert answers[0].text == answers[1].text


def test_the_figures_are_counts_and_tell_of_nobody(office: Office) -> None:
    with office.visitor() as visitor:
        figures = visitor.get("/metrics").text
    assert 'mailbot_requests{state="queued"} 1.0' in figures
    assert "mailbot_requests_overdue 0.0" in figures
    assert 'mailbot_mails{disposition="confirmation"} 1.0' in figures
    assert 'mailbot_letters{state="sent"} ' in figures
    assert "anna" not in figures.lower()
