"""Officers log in by name and password, and by nothing less."""

from datetime import UTC, datetime

import pytest

from mailbot.errors import UsageError
from mailbot.store import officers
from mailbot.store.engine import transaction
from mailbot.store.tables import Officer

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
PASSWORD = "korrekt häst batteri klammer"


@pytest.fixture
def session(sqlite_engine):
    with transaction(sqlite_engine) as session:
        yield session


def test_an_officer_logs_in_with_name_and_password(session):
    officers.add(session, "eva", PASSWORD, NOW)
    assert officers.log_in(session, "eva", PASSWORD).name == "eva"
    assert officers.log_in(session, "Eva", PASSWORD).name == "eva"


@pytest.mark.parametrize(
    ("name", "password"), [("eva", PASSWORD + "x"), ("eva", ""), ("e_a", PASSWORD), ("bo", PASSWORD)]
)
def test_nobody_else_does(session, name, password):
    officers.add(session, "eva", PASSWORD, NOW)
    assert officers.log_in(session, name, password) is None


def test_a_disabled_account_is_closed(session):
    officers.add(session, "eva", PASSWORD, NOW).disabled_at = NOW
    assert officers.log_in(session, "eva", PASSWORD) is None


def test_the_password_is_not_kept(session):
    officers.add(session, "eva", PASSWORD, NOW)
    kept = session.get_one(Officer, 1).password_hash
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept


def test_a_name_is_given_once(session):
    officers.add(session, "eva", PASSWORD, NOW)
    with pytest.raises(officers.NameTaken):
        officers.add(session, "EVA", PASSWORD, NOW)


@pytest.mark.parametrize("name", ["", "eva lind", "eva\n", "<b>", "a" * 64, "-eva", "å"])
def test_a_name_that_the_log_could_not_show_is_refused(session, name):
    with pytest.raises(UsageError, match="an officer's name"):
        officers.add(session, name, PASSWORD, NOW)


def test_a_short_password_is_refused(session):
    with pytest.raises(UsageError, match="at least 12"):
        officers.add(session, "eva", "kort", NOW)
