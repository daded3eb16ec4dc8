"""What the officers are told by mail, once each, and that it says nothing of anybody."""

from email import message_from_bytes
from email.policy import default

import pytest

from mailbot.mail.smtp import Refused, Sent
from tests.flow.conftest import ANNA, World

EVA = "eva@winlas.se"


@pytest.fixture
def told(new_world) -> World:
    return new_world(officer_addresses=(EVA,))


def letters(world: World) -> list[str]:
    """The alarms that were sent, as text."""
    raws = [parcel.raw for parcel in world.server.taken if parcel.recipient == EVA]
    return [message_from_bytes(raw, policy=default).get_body(("plain",)).get_content() for raw in raws]


def test_what_waits_is_told_once_a_day(told: World) -> None:
    told.receive(ANNA, "? something")
    told.run()
    assert len(letters(told)) == 1
    assert "DS-2026-00001" in letters(told)[0]

    told.pass_by(days=1)
    told.run()
    assert len(letters(told)) == 2


def test_a_deadline_is_told_at_seven_three_and_one_days_and_when_it_has_passed(told: World) -> None:
    told.moment = told.moment.replace(hour=3)
    told.receive(ANNA, "? something")
    assert letters(told) == []
    days = []
    for day in range(1, 35):
        before = len(letters(told))
        told.pass_by(days=1)
        told.run()
        if len(letters(told)) > before:
            days.append(day)

    assert days == [24, 28, 30, 32]  # due on 2 April: 31 days after 2 March


def test_the_alarm_holds_no_personal_data(told: World) -> None:
    told.receive(ANNA, "? something", subject="Radera Anna Ek")

    assert "anna" not in letters(told)[0].lower()


def test_a_letter_that_failed_is_told(told: World) -> None:
    told.server.say = lambda parcel: Sent("250") if parcel.recipient == EVA else Refused("550 5.1.1")
    told.receive(ANNA, "erasure")
    told.run()

    assert any("DS-2026-00001" in letter for letter in letters(told))
    assert told.requests() == [("erasure", "queued")]
    assert told.reasons() == [["bounced"]]


def test_without_officers_addresses_nothing_is_sent(world: World) -> None:
    world.receive(ANNA, "? something")

    assert [template for template, _ in world.written()] == ["received"]
