"""The page behind the link in a letter: what looks at it, what fetches by it, and what it tells strangers."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from mailbot.console import sessions
from mailbot.console.site import make_site
from mailbot.store import officers
from mailbot.store.engine import transaction
from mailbot.store.tables import Handover
from tests.flow.conftest import ANNA, World
from tests.flow.test_handover import AT_THE_CONSOLE, OFFICERS, URL, ask, token_in

NEVER_WAS = "A" * 43


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with closing(World(tmp_path, **AT_THE_CONSOLE)) as world:
        yield ask(world)


@pytest.fixture
def browser(world: World) -> TestClient:
    return browsing(world)


def browsing(world: World) -> TestClient:
    """Somebody's browser, on our own page and not logged in."""
    return TestClient(make_site(world.app), base_url=URL, headers={"Sec-Fetch-Site": "same-origin"})


def begun(world: World) -> str:
    """The cookie of an officer who has logged in."""
    with transaction(world.parts.engine) as session:
        officer = officers.add(session, "eva", "fyra ord blir bra", world.moment)
        session.flush()
        return sessions.begin(session, officer, world.moment)


@pytest.fixture
def path(world: World) -> str:
    return f"/copy/sv/{token_in(world)}"


def left(world: World) -> list[int]:
    return [row.fetches_left for row in world.rows(Handover)]


def test_the_button_hands_the_encrypted_copy_over(world: World, browser, path: str) -> None:
    page = browser.get(path)
    assert page.status_code == 200
    assert f'<form method="post" action="{path}">' in page.text

    answer = browser.post(path)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == f'attachment; filename="{world.case().number}.pdf"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content.startswith(b"%PDF-")
    assert b"/Encrypt" in answer.content


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_what_only_looks_uses_nothing_up(world: World, browser, path: str, method: str) -> None:
    for _ in range(5):
        browser.request(method, path)
    assert left(world) == [3]
    assert "copy_fetched" not in world.logged()


def test_a_scanner_that_presses_buttons_gets_nothing(world: World, browser, path: str) -> None:
    for headers in ({"Sec-Fetch-Site": "none"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = browser.post(path, headers=headers)
        assert answer.status_code == 403
    assert left(world) == [3]


def test_the_page_tells_nothing_about_anybody(world: World, browser, path: str) -> None:
    page = (browser.get(path)).text
    assert not re.search(rf"anna|\bek\b|norrtälje|{world.case().number}|registerutdrag", page, re.IGNORECASE)
    assert "WinLas" in page


def test_the_page_has_no_script_and_a_strict_policy(browser, path: str) -> None:
    page = browser.get(path)
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "script-src" not in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", page.text)
    assert not re.search(r'(?:src|href)="(?!/|#)', page.text)


@pytest.mark.parametrize(("language", "said"), [("sv", "Din kopia är klar"), ("en", "Your copy is ready")])
def test_it_speaks_the_letters_language(world: World, browser, language: str, said: str) -> None:
    page = (browser.get(f"/copy/{language}/{token_in(world)}")).text
    assert said in page
    assert f'<html lang="{language}">' in page


def test_a_second_click_waits_and_uses_nothing_up(world: World, browser, path: str) -> None:
    assert (browser.post(path)).status_code == 200
    again = browser.post(path)
    assert again.status_code == 429
    assert again.headers["retry-after"] == "10"
    assert left(world) == [2]


def test_it_cannot_be_fetched_a_fourth_time(world: World, browser, path: str) -> None:
    answers = []
    for _ in range(4):
        answers.append(browser.post(path))
        world.pass_by(minutes=1)
    assert [answer.status_code for answer in answers] == [200, 200, 200, 404]
    assert b"%PDF" not in answers[-1].content


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_unknown_used_and_expired_links_look_alike(world: World, browser, path: str, method: str) -> None:
    def seen(where: str) -> tuple[int, str, list[tuple[str, str]]]:
        answer = browser.request(method, where)
        token = where.rpartition("/")[2]
        return answer.status_code, answer.text.replace(token, ""), sorted(answer.headers.items())

    unknown = seen(f"/copy/sv/{NEVER_WAS}")
    world.pass_by(days=15)
    expired = seen(path)
    world.run()
    removed = seen(path)

    assert unknown[0] == 404
    assert unknown == expired == removed


def test_a_used_up_link_looks_like_one_that_never_was(world: World, browser, path: str) -> None:
    for _ in range(3):
        browser.post(path)
        world.pass_by(minutes=1)
    used, unknown = browser.get(path), browser.get(f"/copy/sv/{NEVER_WAS}")
    assert (used.status_code, used.text, used.headers) == (unknown.status_code, unknown.text, unknown.headers)


def test_a_link_in_another_language_leads_nowhere(browser, path: str) -> None:
    assert (browser.get(path.replace("/sv/", "/de/"))).status_code == 404


@pytest.mark.parametrize(
    ("overrides", "said"),
    [(AT_THE_CONSOLE, "med en länk till krypterat registerutdrag"), ({}, "med krypterat registerutdrag")],
)
def test_the_officer_reads_which_way_the_copy_will_go(tmp_path: Path, overrides, said: str) -> None:
    with closing(World(tmp_path, **overrides, policy=OFFICERS)) as world:
        world.receive(ANNA, "access")
        world.answer(ANNA, "Ja")
        eva = browsing(world)
        eva.cookies.set("mailbot_session", begun(world))
        page = eva.get(f"/case/{world.case().number}")
    assert said in page.text


def test_the_case_tells_that_the_copy_was_fetched(world: World, browser, path: str) -> None:
    browser.post(path)
    browser.cookies.set("mailbot_session", begun(world))
    assert "Kopian hämtades" in (browser.get(f"/case/{world.case().number}")).text
