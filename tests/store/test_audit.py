"""The log shows when somebody who can write the database, but does not have the key, changed what it says."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from threading import Barrier

import pytest
from sqlalchemy import text

from mailbot.store import audit
from mailbot.store.engine import reading, transaction

KEY = b"the installation's key"
NOON = datetime(2026, 3, 5, 11, 0, 0, 123456, tzinfo=UTC)


def write(engine, *actions, key=KEY):
    for minute, action in enumerate(actions):
        with transaction(engine) as session:
            at = NOON + timedelta(minutes=minute)
            audit.append(
                session, key, at=at, actor="mailbot", action=action, case="DS-2026-00001", rows=3, of="contacts"
            )


def verified(engine, key=KEY):
    with reading(engine) as session:
        return audit.verify(session, key)


def tamper(engine, statement):
    with engine.begin() as connection:
        connection.execute(text(statement))


@pytest.fixture
def written(engine):
    """A database whose log has four entries."""
    write(engine, "case_opened", "proof_asked", "prove", "carried_out")
    return engine


def test_an_untouched_log_is_whole(written):
    found = verified(written)
    assert (found.entries, found.broken_at) == (4, None)


def test_an_empty_log_is_whole(engine):
    assert verified(engine) == audit.Verification(0, None, audit.GENESIS)


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'officer:eva'",
        "action = 'refused'",
        "case_number = 'DS-2026-00002'",
        "case_number = NULL",
        """details = '{"rows": 4, "of": "contacts"}'""",
        "at = '2026-03-05 10:00:00.123456'",
        "previous = hash",
    ],
)
def test_a_changed_entry_is_found(written, change):
    tamper(written, f"UPDATE audit_entry SET {change} WHERE seq = 2")  # noqa: S608
    assert verified(written).broken_at == 2


def test_a_removed_entry_is_found_where_the_chain_breaks(written):
    tamper(written, "DELETE FROM audit_entry WHERE seq = 2")
    assert verified(written).broken_at == 3


def test_entries_that_changed_places_are_found(written):
    tamper(written, "UPDATE audit_entry SET seq = 9 WHERE seq = 2")
    assert verified(written).broken_at == 3


def test_an_entry_of_somebody_without_the_key_is_found(written):
    write(written, "refused", key=b"a guess")
    assert verified(written).broken_at == 5


def test_a_log_cut_off_at_its_end_is_whole_but_does_not_hold_its_old_head(written):
    head = verified(written).head
    with reading(written) as session:
        assert audit.holds(session, head)
    tamper(written, "DELETE FROM audit_entry WHERE seq = 4")
    assert verified(written).broken_at is None
    with reading(written) as session:
        assert not audit.holds(session, head)


def test_a_log_that_went_on_still_holds_its_old_head(written):
    head = verified(written).head
    write(written, "extended")
    with reading(written) as session:
        assert audit.holds(session, head)


def test_an_entry_stands_or_falls_with_what_it_tells_of(engine):
    def open_a_case_and_fail():
        with transaction(engine) as session:
            audit.append(session, KEY, at=NOON, actor="mailbot", action="case_opened")
            raise InterruptedError

    with pytest.raises(InterruptedError):
        open_a_case_and_fail()
    assert verified(engine).entries == 0


def test_the_hour_is_the_same_hour_in_any_time_zone(engine):
    stockholm = timezone(timedelta(hours=1))
    with transaction(engine) as session:
        audit.append(session, KEY, at=NOON.astimezone(stockholm), actor="mailbot", action="extended")
    assert verified(engine).broken_at is None


def test_one_cases_entries_are_told_apart(written):
    with transaction(written) as session:
        audit.append(session, KEY, at=NOON, actor="mailbot", action="case_opened", case="DS-2026-00002")
    with reading(written) as session:
        assert [entry.action for entry in audit.entries(session, "DS-2026-00002")] == ["case_opened"]
        assert len(list(audit.entries(session))) == 5


def test_an_exported_entry_says_what_was_sealed(written):
    with reading(written) as session:
        first = audit.as_data(next(audit.entries(session)))
    assert first["at"] == "2026-03-05T11:00:00.123456+00:00"
    assert first["previous"] == audit.GENESIS
    assert (first["action"], first["details"]) == ("case_opened", {"rows": 3, "of": "contacts"})


def test_writers_at_once_make_one_chain(engine):
    together = Barrier(4)

    def writer(number):
        together.wait()
        for _ in range(5):
            with transaction(engine) as session:
                audit.append(session, KEY, at=NOON, actor=f"officer:{number}", action="approve")

    with ThreadPoolExecutor(4) as writers:
        list(writers.map(writer, range(4)))
    found = verified(engine)
    assert (found.entries, found.broken_at) == (20, None)
