"""What becomes of a mail: exactly one disposition, nothing lost, nothing twice."""

from datetime import timedelta

import pytest

from mailbot.flow import aside, intake
from mailbot.store import audit
from mailbot.store.engine import reading
from mailbot.store.tables import Mail, Request, StoredMail
from tests.flow.conftest import ANNA, World
from tests.support.twins import mail


def test_every_mail_ends_in_one_disposition_and_a_folder(world: World) -> None:
    world.receive(ANNA, "consent_withdrawal")
    world.receive("okand@privat.example", "access")
    world.receive(ANNA, "nothing in particular")

    assert world.dispositions() == ["request", "request", "other"]
    assert {name: len(mails) for name, mails in world.inbox.moved.items()} == {
        "Dataskydd/Hanterade": 2,
        "Dataskydd/Till handläggare": 1,
    }


def test_the_clock_starts_when_the_mail_reached_the_server_not_when_it_was_fetched(world: World) -> None:
    world.inbox.put(mail(ANNA, "erasure"), world.moment - timedelta(days=20))
    world.run()

    (request,) = world.rows(Request)
    assert request.received_at == world.moment - timedelta(days=20)
    assert request.due.isoformat() == "2026-03-10"


def test_the_same_bytes_again_are_a_duplicate_and_answered_once(world: World) -> None:
    raw = mail(ANNA, "consent_withdrawal")
    for _ in range(2):
        world.inbox.put(raw, world.moment)
        world.run()

    assert world.dispositions() == ["request", "duplicate"]
    assert len(world.letters()) == 1
    assert len(world.rows(StoredMail)) == 1


def test_a_new_uidvalidity_brings_the_old_mail_back_without_a_second_answer(world: World) -> None:
    raw = mail(ANNA, "consent_withdrawal")
    world.inbox.put(raw, world.moment)
    intake.take_in(world.parts, world.inbox, world.figures)
    world.inbox.validity, world.inbox.mails = 2, {}
    world.inbox.put(raw, world.moment)

    world.run()

    assert world.dispositions() == ["request", "duplicate"]
    assert [template for template, _ in world.written()] == ["done"]


def test_a_mail_that_cannot_be_handled_is_quarantined_and_the_next_one_is_not(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a text with anna@kund.example in it")

    with monkeypatch.context() as patch:
        patch.setattr(world.app.reader, "read", broken)
        world.receive(ANNA, "consent_withdrawal")
    world.receive(ANNA, "access")

    assert world.dispositions() == ["quarantined", "request"]
    assert world.rows(Mail)[0].error == "ZeroDivisionError"
    assert len(world.inbox.moved["Dataskydd/Karantän"]) == 1


def test_a_quarantined_mail_can_be_readmitted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(world.app.reader, "read", lambda *_: 1 / 0)
        world.receive(ANNA, "consent_withdrawal")

    aside.readmit(world.parts, 1, "eva")
    world.run()

    assert world.dispositions() == ["request"]
    assert world.held("consents")[0]["withdrawn_at"]


def test_a_mail_that_ends_the_program_is_put_aside_after_three_times(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """As SIGKILL: nothing can catch it."""

    def kill(*_: object) -> None:
        raise Killed

    world.inbox.put(mail(ANNA, "access"), world.moment)
    monkeypatch.setattr(world.app.reader, "read", kill)
    for _ in range(3):
        with pytest.raises(Killed):
            world.run()
    world.run()

    assert world.dispositions() == ["quarantined"]
    assert world.rows(Mail)[0].error == "attempts"


def test_a_mail_too_large_to_fetch_goes_to_the_officer_unfetched(world: World) -> None:
    uid = world.inbox.put(mail(ANNA, "access"), world.moment)
    world.inbox.sizes[uid] = intake.LARGEST_MAIL + 1

    world.run()

    assert world.dispositions() == ["to_officer"]
    assert world.rows(StoredMail)[0].raw is None
    assert "too_large" in world.reasons()[0]


def test_a_crash_between_deciding_and_writing_leaves_nothing_half_done(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("mailbot.flow.docket.Docket.schedule", lambda *_, **__: 1 / 0)
        world.receive(ANNA, "consent_withdrawal")

    assert world.requests() == []
    assert world.letters() == []
    assert world.dispositions() == ["quarantined"]


def test_an_unsure_reading_is_the_officers_and_answered_neutrally(world: World) -> None:
    world.receive(ANNA, "? erasure")

    assert world.requests() == [("other", "queued")]
    assert world.written() == [("received", ANNA)]
    assert world.held("contacts")


def test_two_answers_at_once_are_one_letter_of_each_sort(world: World) -> None:
    world.receive(ANNA, "access erasure portability")

    assert world.written() == [("confirmation", ANNA)]
    assert [state for _, state in world.requests()] == ["awaiting_proof"] * 3


def test_a_representative_is_asked_for_authority_and_told_nothing(world: World) -> None:
    world.receive("ombud@byra.example", "access representative")

    assert world.written() == [("authority_asked", "ombud@byra.example")]
    assert world.reasons() == [["representative"]]


def test_a_repeated_request_joins_the_open_case_and_goes_to_the_officer(world: World) -> None:
    world.receive(ANNA, "erasure")
    world.receive(ANNA, "erasure again")

    assert world.requests() == [("erasure", "awaiting_proof"), ("erasure", "queued")]
    assert len({found.case_id for found in world.rows(Mail)}) == 1


def test_withdrawing_consent_again_is_simply_done_again(world: World) -> None:
    for _ in range(2):
        world.receive(ANNA, "consent_withdrawal")
        world.pass_by(minutes=1)
        world.inbox.put(mail(ANNA, "consent_withdrawal please"), world.moment)

    world.run()

    assert {state for _, state in world.requests()} == {"done"}


def test_answers_beyond_the_limit_wait_for_the_officer(new_world) -> None:
    world = new_world(policy={"replies_per_address": 2})
    for number in range(3):
        world.receive("okand@privat.example", f"access {number}")

    assert [letter.state for letter in world.letters()] == ["sent", "sent", "held"]
    assert world.letters()[-1].held_because == "limit_address"


def test_the_secondary_address_is_answered_at_that_address(world: World) -> None:
    world.receive("Anna.Privat+gdpr@privat.example", "access")

    assert world.written() == [("confirmation", "anna.privat@privat.example")]


def test_no_personal_data_reaches_the_log(world: World) -> None:
    world.receive(ANNA, "erasure", subject="Radera Anna Ek")
    world.answer(ANNA, "Ja")

    with reading(world.parts.engine) as session:
        said = str([audit.as_data(entry) for entry in audit.entries(session)])
    assert "anna" not in said.lower()
    assert "Ek" not in said


def test_whoever_sends_what_we_cannot_read_is_told_that_a_person_will(world: World) -> None:
    encrypted = b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n\r\n\x30\x82"
    world.inbox.put(b"From: " + ANNA.encode() + b"\r\nMIME-Version: 1.0\r\n" + encrypted, world.moment)
    world.run()
    assert world.dispositions() == ["to_officer"]
    assert world.written() == [("received", ANNA)]
