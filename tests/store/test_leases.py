"""Only one at a time holds a lease, and nobody for ever."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

from mailbot.store import leases
from mailbot.store.engine import transaction

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
SECONDS = 120


def acquire(engine, owner, now=NOW, name="intake"):
    with transaction(engine) as session:
        return leases.acquire(session, name, owner, now, SECONDS)


def test_what_one_holds_another_does_not_get(engine):
    assert acquire(engine, "first")
    assert not acquire(engine, "second")


def test_a_lease_is_renewed_by_who_holds_it(engine):
    acquire(engine, "first")
    later = NOW + timedelta(seconds=SECONDS - 1)
    assert acquire(engine, "first", later)
    assert not acquire(engine, "second", later + timedelta(seconds=SECONDS - 1))


def test_a_lease_that_ran_out_is_anybodys(engine):
    acquire(engine, "first")
    later = NOW + timedelta(seconds=SECONDS + 1)
    assert acquire(engine, "second", later)
    assert not acquire(engine, "first", later)


def test_a_lease_is_held_up_to_its_last_moment(engine):
    acquire(engine, "first")
    assert not acquire(engine, "second", NOW + timedelta(seconds=SECONDS))


def test_a_lease_given_back_is_anybodys_at_once(engine):
    acquire(engine, "first")
    with transaction(engine) as session:
        leases.release(session, "intake", "first")
    assert acquire(engine, "second")


def test_nobody_gives_back_what_another_holds(engine):
    acquire(engine, "first")
    with transaction(engine) as session:
        leases.release(session, "intake", "second")
    assert not acquire(engine, "second")


def test_leases_of_different_names_do_not_meet(engine):
    assert acquire(engine, "first", name="intake:a")
    assert acquire(engine, "second", name="intake:b")


def test_of_those_who_try_at_once_one_gets_it(engine):
    together = Barrier(4)

    def attempt(owner):
        together.wait()
        return acquire(engine, owner)

    with ThreadPoolExecutor(4) as owners:
        assert sorted(owners.map(attempt, "abcd")) == [False, False, False, True]


def test_a_lost_race_does_not_spoil_the_rest_of_the_transaction(engine):
    acquire(engine, "first")
    with transaction(engine) as session:
        assert not leases.acquire(session, "intake", "second", NOW, SECONDS)
        assert leases.acquire(session, "retention", "second", NOW, SECONDS)
    assert not acquire(engine, "first", name="retention")
