"""The real servers as fixtures: each started when a test first asks for it, once per test process."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from selenium.webdriver import Chrome

from tests.support.browser import running_chromium
from tests.support.dovecot import Dovecot, running_dovecot
from tests.support.postfix import Mailworld, running_mailworld
from tests.support.postgres import Postgres, running_postgres


@pytest.fixture(scope="session", autouse=True)
def no_settings_from_outside() -> Iterator[None]:
    """Keep what the developer's own MAILBOT_… variables say out of the tests."""
    with pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith("MAILBOT_")]:
            environment.delenv(name)
        yield


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A mailbox server: IMAP in the clear and over TLS, LMTP."""
    with running_dovecot() as server:
        yield server


@pytest.fixture(scope="session")
def mailworld(dovecot: Dovecot) -> Iterator[Mailworld]:
    """An SMTP server that delivers into `dovecot`."""
    with running_mailworld(dovecot) as world:
        yield world


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A database server."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """The SQLAlchemy URL of a fresh, empty database."""
    with postgres.new_database() as url:
        yield url


@pytest.fixture
def chromium() -> Iterator[Callable[..., Chrome]]:
    """A factory of browsers: `chromium(width=390, height=844)`."""
    with ExitStack() as browsers:
        yield lambda **window: browsers.enter_context(running_chromium(**window))
