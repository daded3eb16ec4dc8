"""The console on loopback, over an installation on twins, with an officer who can log in."""

import re
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import httpx2
import pytest
from argon2 import PasswordHasher

from mailbot.console.serve import listening, run_server
from mailbot.console.site import make_site
from mailbot.store import officers
from mailbot.store.engine import transaction
from tests.flow.conftest import ANNA, World

NAME, PASSWORD = "eva", "fyra ord blir bra"


@contextmanager
def served(site: object) -> Iterator[str]:
    """Serve an ASGI application until the block ends; gives its address."""
    stop = threading.Event()
    with listening("127.0.0.1", 0) as door:
        thread = threading.Thread(target=run_server, args=(site, door, stop))
        thread.start()
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            stop.set()
            thread.join()


@dataclass
class Office:
    """A console and the installation behind it."""

    world: World
    url: str

    def visitor(self) -> httpx2.Client:
        """Somebody with a browser, who is not logged in."""
        return httpx2.Client(base_url=self.url, headers={"Origin": self.url})

    @contextmanager
    def officer(self) -> Iterator[httpx2.Client]:
        """The officer, logged in."""
        with self.visitor() as client:
            answer = client.post("/login", data={"name": NAME, "password": PASSWORD})
            assert answer.status_code == 303, answer.text
            yield client

    def queue(self, words: str = "erasure", answer: str = "Ja") -> str:
        """A request that is confirmed and waits for the officer; its page's path."""
        self.world.receive(ANNA, words)
        self.world.answer(ANNA, answer)
        return f"/case/{self.world.case().number}"


@pytest.fixture(scope="session", autouse=True)
def quick_hashing() -> Iterator[None]:
    """What makes a password hard to guess makes a hundred log-ins slow."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(officers, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@contextmanager
def opened(world: World) -> Iterator[Office]:
    """The console of an installation, with an account."""
    with transaction(world.app.engine) as session:
        officers.add(session, NAME, PASSWORD, world.moment)
    with served(make_site(world.app)) as url:
        yield Office(world, url)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with closing(World(tmp_path, policy={"undo_seconds": 30})) as world, opened(world) as office:
        yield office


@pytest.fixture(scope="module")
def standing_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office for tests that change nothing, with one erasure that waits for the officer."""
    folder = tmp_path_factory.mktemp("standing")
    with closing(World(folder, policy={"undo_seconds": 30})) as world, opened(world) as office:
        office.queue()
        yield office


@pytest.fixture(scope="module")
def standing_eva(standing_office: Office) -> Iterator[httpx2.Client]:
    with standing_office.officer() as client:
        yield client


@pytest.fixture
def eva(office: Office) -> Iterator[httpx2.Client]:
    with office.officer() as client:
        yield client


def form(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form whose address ends so."""
    (found,) = re.findall(rf'<form method="post" action="[^"]*/{action}">(.*?)</form>', page, re.DOTALL)
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', found)
    return {name: unescape(value) for name, value in hidden}


def path_of(page: str, action: str) -> str:
    """The address of a form."""
    found = re.search(rf'<form method="post" action="([^"]*/{action})">', page)
    assert found, action
    return found[1]
