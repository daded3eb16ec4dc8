"""The demo inbox: whatever a newcomer writes goes through the servers, and what comes of it is shown."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from mailbot.daemon import run_once
from mailbot.demo.inbox import make_inbox
from mailbot.demo.installation import Stage, staged
from mailbot.settings import ConsoleSettings
from tests.console.conftest import served
from tests.support.twins import ReaderTwin

WILMA = "wilma.dahlen@lindebofriskolor.example"


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged() as made:
        made.app.__dict__["reader"] = ReaderTwin()
        yield made


@pytest.fixture(scope="module")
def newcomer(stage: Stage) -> Iterator[httpx2.Client]:
    app = stage.with_settings(console=ConsoleSettings(base_url="http://127.0.0.1:8080"))
    with (
        served(make_inbox(app, stage.world)) as url,
        httpx2.Client(base_url=url, headers={"Origin": url}, follow_redirects=True) as client,
    ):
        yield client
    app.close()


def test_somebody_writes_answers_and_receives_the_copy(stage: Stage, newcomer: httpx2.Client) -> None:
    sent = newcomer.post("/send", data={"who": WILMA, "subject": "Hej", "text": "access"})
    assert "Mejlet är på väg" in sent.text

    run_once(stage.app)
    page = newcomer.get("/mailbox", params={"who": WILMA}).text
    assert ">Svara Ja</button>" in page
    assert "Registerutdrag" in page
    assert "Väntar på bekräftelse" in page

    number = re.findall(r'name="number" value="(\d+)"', page)[0]
    newcomer.post("/answer", data={"who": WILMA, "number": number, "text": "Ja"})
    run_once(stage.app)
    page = newcomer.get("/mailbox", params={"who": WILMA}).text
    assert ">Svara Ja</button>" not in page
    assert "Utfört" in page
    assert "svar på bekräftelsen" in page
    assert 'href="http://127.0.0.1:8080/case/DS-' in page

    (file,) = re.findall(r'href="(/file\?[^"]+)"', page)
    asked = parse_qs(urlsplit(file.replace("&amp;", "&")).query)
    answer = newcomer.get("/file", params=asked)
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["content-disposition"].startswith("attachment;")


def test_the_mailbox_looks_again_by_itself_until_it_is_told_to_stand_still(newcomer: httpx2.Client) -> None:
    assert '<meta http-equiv="refresh"' in newcomer.get("/mailbox", params={"who": WILMA}).text
    still = newcomer.get("/mailbox", params={"who": WILMA, "still": "true"}).text
    assert '<meta http-equiv="refresh"' not in still


def test_a_sample_gives_the_newcomer_words_to_start_from(newcomer: httpx2.Client) -> None:
    page = newcomer.get("/", params={"start": "withdrawal-sv", "who": WILMA}).text
    assert "Jag återkallar mitt samtycke" in page
    assert f'<option value="{WILMA}" selected>' in page


def test_it_speaks_english_too(newcomer: httpx2.Client) -> None:
    page = newcomer.post("/language", data={"language": "en", "then": "/"}).text
    assert "Write to mailbot" in page
    newcomer.post("/language", data={"language": "sv", "then": "/"})


@pytest.mark.parametrize("who", ["nobody@nowhere.example", ""])
def test_nobody_writes_as_somebody_who_is_not_there(newcomer: httpx2.Client, who: str) -> None:
    assert "Skriv till mailbot" in newcomer.post("/send", data={"who": who, "text": "access"}).text


def test_another_website_sends_nothing_in_the_newcomer_s_name(stage: Stage, newcomer: httpx2.Client) -> None:
    before = len(stage.world.mails("dataskydd@winlas.se"))
    answer = newcomer.post("/send", data={"who": WILMA, "text": "erasure"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert len(stage.world.mails("dataskydd@winlas.se")) == before
