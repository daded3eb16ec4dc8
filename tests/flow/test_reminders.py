"""A confirmation that nobody answers is asked once more, half-way, and never a third time."""

from mailbot.store.tables import Proof
from tests.flow.conftest import ANNA, World

ASKED_TWICE = [("confirmation", ANNA), ("confirmation_reminder", ANNA)]


def each_day(world: World, days: int) -> None:
    for _ in range(days):
        world.pass_by(days=1)
        world.run()


def test_half_way_the_question_is_asked_again_and_only_once(world: World) -> None:
    world.receive(ANNA, "erasure access")
    each_day(world, 6)
    assert world.written() == ASKED_TWICE[:1]

    each_day(world, 7)
    assert world.written() == ASKED_TWICE
    first, second = world.rows(Proof)
    assert first.code_hash != second.code_hash
    assert first.expires_at == second.expires_at

    each_day(world, 1)
    assert world.written() == [*ASKED_TWICE, ("lapsed", ANNA)]


def test_the_reminder_can_be_answered(world: World) -> None:
    world.receive(ANNA, "erasure")
    each_day(world, 7)
    world.answer(ANNA, "Ja")

    assert world.requests() == [("erasure", "queued")]
    assert [proof.answer for proof in world.rows(Proof)] == ["yes", "yes"]


def test_the_first_letter_can_still_be_answered_after_the_reminder(world: World) -> None:
    world.receive(ANNA, "erasure")
    first = world.letters()[-1].message_id
    each_day(world, 7)
    world.receive(ANNA, "Nej", In_Reply_To=first)

    assert world.requests() == [("erasure", "withdrawn")]


def test_whoever_has_answered_is_not_reminded(world: World) -> None:
    world.receive(ANNA, "erasure")
    world.answer(ANNA, "Ja")
    each_day(world, 8)

    assert "confirmation_reminder" not in dict(world.written())


def test_a_reminder_counts_as_a_confirmation_sent(new_world) -> None:
    world = new_world(policy={"proof_attempts": 1})
    world.receive(ANNA, "erasure")
    each_day(world, 8)

    assert world.written() == ASKED_TWICE[:1]


def test_a_new_address_is_not_reminded(world: World) -> None:
    world.receive(ANNA, "rectification email:anna.lund@kund.example")
    world.answer(ANNA, "Ja")
    each_day(world, 8)

    assert [template for template, _ in world.written()] == ["confirmation", "new_address_confirmation"]
