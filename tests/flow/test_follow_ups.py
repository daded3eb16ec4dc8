"""What somebody writes about a case they have: taking the request back, and writing to one that is closed."""

import pytest

from mailbot.flow import officer
from mailbot.store.tables import AuditEntry, Proof, Work
from tests.flow.conftest import ANNA, World

BACK = "Jag ångrar mig, glöm min begäran. Mvh Anna"
STRANGER = "okand@privat.example"


def proven(world: World) -> World:
    world.receive(ANNA, "erasure")
    world.answer(ANNA, "Ja")
    return world


def test_a_request_that_waits_for_a_confirmation_can_be_taken_back(world: World) -> None:
    world.receive(ANNA, "erasure access")
    confirmation = world.letters()[-1].message_id
    world.answer(ANNA, BACK)

    assert world.requests() == [("access", "withdrawn"), ("erasure", "withdrawn")]
    assert world.reasons() == [["taken_back"]] * 2
    assert world.written() == [("confirmation", ANNA), ("taken_back", ANNA)]
    assert world.case().closed_at is not None
    assert ("person", "take_back") in [(entry.actor, entry.action) for entry in world.rows(AuditEntry)]

    world.receive(ANNA, "Ja", In_Reply_To=confirmation)
    assert world.requests()[:2] == [("access", "withdrawn"), ("erasure", "withdrawn")]
    assert [proof.answer for proof in world.rows(Proof)] == ["taken_back"]
    assert world.held("contacts")


def test_a_request_that_lies_with_the_officer_can_be_taken_back(world: World) -> None:
    proven(world).answer(ANNA, "Please ignore my request.")

    assert world.requests() == [("erasure", "withdrawn")]
    assert world.written()[-1] == ("taken_back", ANNA)


def test_an_approved_request_is_taken_off_the_list(new_world) -> None:
    world = proven(new_world(policy={"undo_seconds": 3600}))
    officer.approve(world.parts, world.case().number, "eva")
    world.answer(ANNA, BACK)
    world.pass_by(hours=2)
    world.run()

    assert world.requests() == [("erasure", "withdrawn")]
    assert [work.result for work in world.rows(Work)] == ["taken_back"]
    assert world.held("contacts")


def test_what_is_being_carried_out_already_is_finished_and_the_officer_told(
    new_world, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = proven(new_world(policy={"undo_seconds": 3600}))
    officer.approve(world.parts, world.case().number, "eva")
    with monkeypatch.context() as patch:
        patch.setattr("mailbot.flow.retreat.cancel_work", lambda *_: False)
        world.answer(ANNA, BACK)

    assert world.requests() == [("erasure", "approved"), ("other", "queued")]
    assert world.reasons()[1] == ["follow_up"]
    assert world.written()[-1] == ("in_hand", ANNA)


def test_somebody_unknown_can_take_their_request_back(world: World) -> None:
    world.receive(STRANGER, "access")
    world.answer(STRANGER, BACK)

    assert world.requests() == [("access", "withdrawn")]
    assert world.written()[-1] == ("taken_back", STRANGER)


@pytest.mark.parametrize("words", [f"{BACK} access", "Jag ångrar mig inte", "Jag ångrar mig, behåll numret"])
def test_whoever_says_anything_else_takes_nothing_back(world: World, words: str) -> None:
    proven(world).answer(ANNA, words)

    assert world.requests()[0] == ("erasure", "queued")
    assert "taken_back" not in dict(world.written())


def test_nobody_else_takes_a_request_back(world: World) -> None:
    proven(world).answer(STRANGER, BACK)

    assert world.requests() == [("erasure", "queued"), ("other", "queued")]


def test_what_an_officer_has_to_read_stays_when_the_request_is_taken_back(world: World) -> None:
    proven(world).answer(ANNA, "Ni borde skämmas")
    world.answer(ANNA, BACK)

    assert world.requests() == [("erasure", "withdrawn"), ("other", "queued")]


@pytest.mark.parametrize("words", ["Jag är inte nöjd med svaret och tänker klaga", BACK])
def test_a_mail_to_a_closed_case_reopens_nothing_and_is_laid_before_the_officer(world: World, words: str) -> None:
    world.receive(ANNA, "consent_withdrawal")
    world.answer(ANNA, words)

    assert world.requests() == [("consent_withdrawal", "done"), ("other", "queued")]
    assert world.reasons()[1] == ["closed_case"]
    assert [template for template, _ in world.written()] == ["done"]


def test_thanks_in_a_closed_case_are_nobodys_work(world: World) -> None:
    world.receive(ANNA, "consent_withdrawal")
    world.answer(ANNA, "Tack för hjälpen!")

    assert world.requests() == [("consent_withdrawal", "done")]
    assert world.case().closed_at is not None
