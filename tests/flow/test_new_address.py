"""A changed e-mail address is confirmed from the old one and the new one, and the new one learns nothing before."""

from tests.flow.conftest import ANNA, World

NEW = "anna.lund@kund.example"


def asked(world: World) -> None:
    world.receive(ANNA, f"rectification email:{NEW}")
    world.answer(ANNA, "Ja")


def test_the_new_address_is_asked_after_the_old_one_has_confirmed(world: World) -> None:
    asked(world)

    assert world.written() == [("confirmation", ANNA), ("new_address_confirmation", NEW)]
    assert world.requests() == [("rectification", "awaiting_proof")]
    assert b"Anna" not in world.server.taken[-1].raw.replace(NEW.encode(), b"")


def test_both_have_said_yes_and_the_address_is_changed(world: World) -> None:
    asked(world)
    world.answer(NEW, "Ja")

    assert world.requests() == [("rectification", "done")]
    assert [row["email"] for row in world.held("contacts")] == [NEW]
    assert world.written()[-1] == ("done", ANNA)
    assert world.case().answer_to == NEW


def test_a_yes_signed_with_the_name_that_the_old_address_is_registered_with_is_a_yes(world: World) -> None:
    asked(world)
    world.answer(NEW, "Ja. Anna Ek")
    assert world.requests() == [("rectification", "done")]


def test_a_no_from_the_new_address_changes_nothing(world: World) -> None:
    asked(world)
    world.answer(NEW, "Nej")

    assert world.requests() == [("rectification", "withdrawn")]
    assert [row["email"] for row in world.held("contacts")] == [ANNA]


def test_somebody_else_cannot_confirm_the_new_address(world: World) -> None:
    asked(world)
    world.answer("mallory@privat.example", "Ja")

    assert ("rectification", "awaiting_proof") in world.requests()
    assert [row["email"] for row in world.held("contacts")] == [ANNA]


def test_the_old_address_cannot_confirm_for_the_new_one(world: World) -> None:
    asked(world)
    world.answer(ANNA, "Ja")

    assert ("rectification", "awaiting_proof") in world.requests()
    assert [row["email"] for row in world.held("contacts")] == [ANNA]
