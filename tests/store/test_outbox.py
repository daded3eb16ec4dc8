"""A letter in the outbox is sent once, tried again when it should be, and given up in the end."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from mailbot.store import outbox
from mailbot.store.engine import reading, transaction
from mailbot.store.tables import Outgoing

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def letter(number=1, **differs):
    fields = {
        "template": "received",
        "recipient": "anna@kund.example",
        "envelope_from": "dataskydd@winlas.example",
        "message_id": f"<{number}@winlas.example>",
        "raw": b"Subject: Hej\r\n\r\nHej\r\n",
        "created_at": NOW,
        "not_before": NOW,
        "next_attempt_at": NOW,
        "give_up_at": NOW + outbox.GIVE_UP_AFTER,
    }
    return Outgoing(**(fields | differs))


def put(engine, *letters):
    with transaction(engine) as session:
        session.add_all(letters)


def claimed(engine, now=NOW, owner="sender", limit=50):
    with transaction(engine) as session:
        return [mail.message_id for mail in outbox.claim(session, now, owner, limit)]


def record(engine, how, *values):
    with transaction(engine) as session:
        return how(session.exec(select(Outgoing)).one(), *values)


def stored(engine):
    with reading(engine) as session:
        return session.exec(select(Outgoing)).one()


def test_a_letter_is_claimed_once(engine):
    put(engine, letter())
    assert claimed(engine, owner="first") == ["<1@winlas.example>"]
    assert claimed(engine, owner="second") == []


def test_senders_share_the_letters_between_them(engine):
    put(engine, letter(1), letter(2))
    with transaction(engine) as one:
        first = outbox.claim(one, NOW, "first", 1)
        if engine.dialect.name == "postgresql":  # on SQLite the second waits for the first
            with transaction(engine) as other:
                assert [mail.message_id for mail in outbox.claim(other, NOW, "second", 5)] == ["<2@winlas.example>"]
    assert [mail.message_id for mail in first] == ["<1@winlas.example>"]


def test_a_letter_of_a_sender_that_died_is_claimed_again(engine):
    put(engine, letter())
    claimed(engine, owner="died")
    assert claimed(engine, NOW + outbox.LEASE - MINUTE) == []
    assert claimed(engine, NOW + outbox.LEASE + MINUTE) == ["<1@winlas.example>"]
    assert stored(engine).attempts == 2


def test_a_letter_waits_for_its_time(engine):
    put(engine, letter(not_before=NOW + MINUTE))
    assert claimed(engine) == []
    assert claimed(engine, NOW + MINUTE) == ["<1@winlas.example>"]


@pytest.mark.parametrize("state", [outbox.SENT, outbox.FAILED, outbox.HELD, outbox.CANCELLED])
def test_a_letter_that_is_not_to_be_sent_is_not_claimed(engine, state):
    put(engine, letter(state=state))
    assert claimed(engine) == []


def test_letters_are_claimed_in_the_order_they_were_written_and_no_more_than_asked(engine):
    put(engine, *(letter(number) for number in range(1, 6)))
    assert claimed(engine, limit=2) == ["<1@winlas.example>", "<2@winlas.example>"]


def test_a_sent_letter_says_when_and_is_never_sent_again(engine):
    put(engine, letter())
    claimed(engine)
    record(engine, outbox.record_sent, NOW, "250 2.0.0")
    sent = stored(engine)
    assert (sent.state, sent.sent_at, sent.status, sent.leased_by) == (outbox.SENT, NOW, "250 2.0.0", None)
    assert claimed(engine, NOW + timedelta(days=1)) == []


def test_a_letter_that_could_not_be_sent_is_tried_again_after_a_pause(engine):
    put(engine, letter())
    claimed(engine)
    assert record(engine, outbox.record_retry, NOW, "451 4.7.1")
    assert claimed(engine, NOW + outbox.FIRST_PAUSE - timedelta(seconds=1)) == []
    assert claimed(engine, NOW + outbox.FIRST_PAUSE) == ["<1@winlas.example>"]
    assert stored(engine).status == "451 4.7.1"


def test_pauses_grow_and_the_letter_is_given_up_in_the_end():
    mail, now, pauses = letter(attempts=1), NOW, []
    while len(pauses) < 1000 and outbox.record_retry(mail, now, "451"):
        pauses.append(mail.next_attempt_at - now)
        now = mail.next_attempt_at
        mail.attempts += 1
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (outbox.FIRST_PAUSE, outbox.LONGEST_PAUSE)
    assert mail.state == outbox.FAILED
    assert outbox.GIVE_UP_AFTER <= now - NOW <= outbox.GIVE_UP_AFTER + outbox.LONGEST_PAUSE


@given(st.integers(1, 10_000))
def test_no_pause_is_too_long_however_often_it_was_tried(attempts):
    mail = letter(attempts=attempts)
    outbox.record_retry(mail, NOW, "451")
    assert outbox.FIRST_PAUSE <= mail.next_attempt_at - NOW <= outbox.LONGEST_PAUSE


def test_a_letter_refused_for_good_is_not_tried_again(engine):
    put(engine, letter())
    claimed(engine)
    record(engine, outbox.record_failed, "550 5.1.1")
    assert stored(engine).state == outbox.FAILED
    assert claimed(engine, NOW + timedelta(days=1)) == []


def test_a_letter_given_back_untried_counts_as_never_claimed(engine):
    put(engine, letter())
    claimed(engine)
    record(engine, outbox.give_back)
    assert stored(engine).attempts == 0
    assert claimed(engine) == ["<1@winlas.example>"]


def test_a_held_letter_goes_when_an_officer_lets_it_go(engine):
    put(engine, letter(state=outbox.HELD, held_because="shadow"))
    later = NOW + timedelta(days=10)
    record(engine, outbox.release, later)
    assert claimed(engine, later) == ["<1@winlas.example>"]
    released = stored(engine)
    assert (released.held_because, released.give_up_at) == ("", later + outbox.GIVE_UP_AFTER)


def test_a_cancelled_letter_does_not_go(engine):
    put(engine, letter())
    record(engine, outbox.cancel)
    assert claimed(engine) == []


def test_the_limits_count_what_went_or_will_go_out_of_the_last_day(engine):
    day_ago = NOW - timedelta(days=1)
    put(
        engine,
        letter(1),
        letter(2, state=outbox.SENT),
        letter(3, recipient="bo@kund.example"),
        letter(4, state=outbox.HELD),
        letter(5, state=outbox.CANCELLED),
        letter(6, created_at=day_ago - MINUTE),
    )
    with reading(engine) as session:
        assert outbox.sent_since(session, "anna@kund.example", day_ago) == outbox.Sent24h(to_address=2, in_all=3)
