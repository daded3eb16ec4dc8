"""A restriction ends: the person is told before, and not while they have something to say about it."""

import pytest

from mailbot.errors import UsageError
from mailbot.flow import officer
from mailbot.mail.smtp import Retry
from mailbot.store.tables import AuditEntry, Lifting
from tests.flow.conftest import ANNA, World

EVA, WHY = "eva", "Vi har kontrollerat uppgifterna, och de stämmer."


@pytest.fixture
def restricted(world: World) -> World:
    """Somebody whose data has been restricted, as they asked."""
    world.receive(ANNA, "restriction")
    world.answer(ANNA, "Ja")
    officer.approve(world.parts, world.case().number, EVA)
    world.run()
    assert is_restricted(world)
    return world


def is_restricted(world: World) -> bool:
    return any(row["restricted_at"] for row in world.held("contacts"))


def lift(world: World) -> Lifting:
    return officer.lift(world.parts, world.case().number, EVA, WHY)


def days_later(world: World, days: int) -> None:
    world.pass_by(days=days)
    world.run()


def test_the_person_is_told_a_fortnight_before_and_then_it_is_lifted(restricted: World) -> None:
    lifting = lift(restricted)
    restricted.run()
    assert lifting.day.isoformat() == "2026-03-16"
    assert restricted.written()[-1] == ("restriction_ending", ANNA)

    days_later(restricted, 13)
    assert is_restricted(restricted)

    days_later(restricted, 1)
    assert not is_restricted(restricted)
    (done,) = restricted.rows(Lifting)
    assert (done.result, done.ended_at) == ("lifted", restricted.moment)
    assert [(entry.actor, entry.action) for entry in restricted.rows(AuditEntry) if "lift" in entry.action] == [
        ("officer:eva", "lifting_announced"),
        ("mailbot", "lifted"),
    ]


def test_the_policy_says_how_long_before(new_world) -> None:
    world = new_world(policy={"lift_days": 30})
    world.receive(ANNA, "restriction")
    world.answer(ANNA, "Ja")
    officer.approve(world.parts, world.case().number, EVA)
    world.run()

    assert lift(world).day.isoformat() == "2026-04-01"


def test_nothing_is_lifted_before_the_letter_has_left(restricted: World) -> None:
    restricted.server.say = lambda _: Retry("451")
    lift(restricted)
    days_later(restricted, 3)
    days_later(restricted, 12)

    assert is_restricted(restricted)


def test_somebody_who_answers_the_letter_is_heard_first(restricted: World) -> None:
    lift(restricted)
    restricted.run()
    restricted.answer(ANNA, "Uppgifterna är fortfarande fel")
    days_later(restricted, 15)
    assert is_restricted(restricted)

    officer.close(restricted.parts, restricted.case().number, EVA, "Hon har fått svar")
    restricted.run()
    assert not is_restricted(restricted)


def test_a_restriction_can_stay_after_all(restricted: World) -> None:
    lift(restricted)
    officer.keep_restricted(restricted.parts, restricted.case().number, EVA)
    days_later(restricted, 15)

    assert is_restricted(restricted)
    assert [lifting.result for lifting in restricted.rows(Lifting)] == ["cancelled"]
    with pytest.raises(officer.NotPossible, match="announced"):
        officer.keep_restricted(restricted.parts, restricted.case().number, EVA)


def test_a_case_whose_restriction_is_going_to_be_lifted_still_knows_whose_it_is(restricted: World) -> None:
    days_later(restricted, 85)
    lift(restricted)
    days_later(restricted, 10)
    days_later(restricted, 4)

    assert not is_restricted(restricted)


def test_it_is_announced_once_with_a_reason_and_only_where_something_is_restricted(restricted: World) -> None:
    with pytest.raises(UsageError):
        officer.lift(restricted.parts, restricted.case().number, EVA, " ")
    lift(restricted)
    with pytest.raises(officer.NotPossible, match="is told already"):
        lift(restricted)

    restricted.receive(ANNA, "consent_withdrawal")
    with pytest.raises(officer.NotPossible, match="no restriction"):
        lift(restricted)
