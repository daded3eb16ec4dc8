"""Every mail is kept, the same bytes once, and no sighting twice."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from mailbot.core.kinds import Disposition
from mailbot.store import mails
from mailbot.store.engine import reading, transaction
from mailbot.store.tables import Mail, StoredMail

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
RAW = "From: anna@kund.example\r\n\r\nRätta mitt namn.\r\n".encode()
LARGEST_UID = 2**32 - 1


def place(uid=1, *, uidvalidity=7, folder="INBOX"):
    return mails.Place("dataskydd@winlas.example", folder, uidvalidity, uid)


def keep(engine, where, raw=RAW, received_at=NOW):
    with transaction(engine) as session:
        return mails.store(session, where, raw, len(raw or b""), received_at, NOW)


def waiting(engine):
    with reading(engine) as session:
        return mails.waiting(session, 10)


def test_a_mails_bytes_come_back_as_they_were(engine):
    mail = keep(engine, place())
    with reading(engine) as session:
        assert mails.raw_of(session, mail) == RAW


def test_the_same_bytes_seen_again_are_a_duplicate_and_kept_once(engine):
    first, again = keep(engine, place(1)), keep(engine, place(2))
    assert (first.disposition, again.disposition) == (None, Disposition.DUPLICATE)
    assert waiting(engine) == [first.id]
    with reading(engine) as session:
        assert len(session.exec(select(StoredMail)).all()) == 1


def test_one_byte_more_is_another_mail(engine):
    keep(engine, place(1))
    assert keep(engine, place(2), RAW + b" ").disposition is None


def test_the_same_sighting_cannot_be_stored_twice(engine):
    keep(engine, place(1))
    with pytest.raises(IntegrityError):
        keep(engine, place(1), RAW + b" ")


def test_a_folder_that_was_made_anew_has_new_sightings(engine):
    keep(engine, place(1))
    assert keep(engine, place(1, uidvalidity=8), RAW + b" ").disposition is None


def test_mails_too_large_to_fetch_are_told_apart_though_their_bytes_are_not_known(engine):
    first, second = keep(engine, place(1), None), keep(engine, place(2), None)
    assert (first.disposition, second.disposition) == (None, None)
    with reading(engine) as session:
        assert mails.raw_of(session, first) is None


def test_identifiers_of_a_server_are_kept_up_to_their_largest(engine):
    keep(engine, place(LARGEST_UID, uidvalidity=LARGEST_UID))
    with reading(engine) as session:
        found = mails.known_uids(session, "dataskydd@winlas.example", "INBOX", LARGEST_UID, LARGEST_UID)
    assert found == {LARGEST_UID}


def test_what_is_stored_of_a_folder_is_known_from_a_uid_on(engine):
    for uid in (3, 5, 9):
        keep(engine, place(uid), RAW + bytes([uid]))
    keep(engine, place(6, folder="Skräp"), RAW + b"6")
    with reading(engine) as session:
        assert mails.known_uids(session, "dataskydd@winlas.example", "INBOX", 7, 5) == {5, 9}


def test_the_oldest_mail_is_processed_first_whenever_it_was_fetched(engine):
    late = keep(engine, place(1), RAW + b"1", NOW)
    early = keep(engine, place(2), RAW + b"2", NOW - timedelta(days=2))
    assert waiting(engine) == [early.id, late.id]


def test_a_mail_that_is_decided_on_is_filed_once(engine):
    decided, undecided = keep(engine, place(1)), keep(engine, place(2), RAW + b"2")
    account = "dataskydd@winlas.example"
    with transaction(engine) as session:
        session.get_one(Mail, decided.id).processed_at = NOW
    with transaction(engine) as session:
        (to_file,) = mails.to_file(session, account, 10)
        assert to_file.id == decided.id != undecided.id
        to_file.filed_at = NOW
    with reading(engine) as session:
        assert mails.to_file(session, account, 10) == []
        assert mails.to_file(session, "somebody@else.example", 10) == []


def test_mails_are_counted_by_what_became_of_them(engine):
    keep(engine, place(1))
    keep(engine, place(2))
    keep(engine, place(3))
    with reading(engine) as session:
        assert mails.count_by_disposition(session) == {"duplicate": 2}
