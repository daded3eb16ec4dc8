"""Letters that were held back and mails that could not be handled are an officer's to let go."""

import pytest

from mailbot.store import outbox
from mailbot.store.engine import transaction
from mailbot.store.tables import Mail, Outgoing
from tests.flow.conftest import ANNA, World

OFFICER = ("--officer", "eva")


@pytest.fixture
def shadow(tmp_path):
    """An installation in shadow mode in which two letters were written."""
    world = World(tmp_path, mode="shadow")
    world.receive(ANNA, "erasure")
    world.receive("bo@annan.example", "access")
    yield world
    world.close()


def states(world):
    return [letter.state for letter in world.letters()]


def test_held_letters_are_listed_with_the_reason(mailbot, shadow):
    first, second = mailbot("letters", "held", "--json").json
    assert (first["letter"], first["template"], first["to"], first["because"]) == (1, "confirmation", ANNA, "shadow")
    assert second["to"] == "bo@annan.example"
    assert ANNA in mailbot("letters", "held").out
    assert states(shadow) == [outbox.HELD, outbox.HELD]


def test_a_released_letter_is_sent_and_the_other_not(mailbot, shadow):
    assert mailbot("letters", "release", "1", *OFFICER).out == "letter 1 (confirmation) will be sent\n"
    shadow.moment = shadow.app.now().replace(year=2036)
    shadow.deliver()
    assert states(shadow) == [outbox.SENT, outbox.HELD]
    assert [parcel.recipient for parcel in shadow.server.taken] == [ANNA]
    assert "letter_released" in shadow.logged()


def test_all_letters_are_released_at_once(mailbot, shadow):
    assert mailbot("letters", "release", "--all", *OFFICER).out.count("\n") == 2
    assert states(shadow) == [outbox.WAITING, outbox.WAITING]
    assert mailbot("letters", "held").out == "No letter is held back.\n"


def test_a_discarded_letter_is_never_sent(mailbot, shadow):
    assert mailbot("letters", "discard", "1", *OFFICER).code == 0
    assert states(shadow) == [outbox.CANCELLED, outbox.HELD]
    assert "letter_discarded" in shadow.logged()
    again = mailbot("letters", "release", "1", *OFFICER)
    assert (again.code, again.err) == (1, "mailbot: letter 1 is not held; it is cancelled\n")


def test_a_letter_whose_content_is_gone_cannot_be_sent(mailbot, shadow):
    with transaction(shadow.parts.engine) as session:
        session.get_one(Outgoing, 1).raw = None
    done = mailbot("letters", "release", "1", *OFFICER)
    assert done.code == 1
    assert "nothing left to send" in done.err
    assert states(shadow)[0] == outbox.HELD


def test_a_letter_that_does_not_exist_is_wrong_use(mailbot, shadow):
    assert mailbot("letters", "release", "9", *OFFICER).code == 2
    assert states(shadow) == [outbox.HELD, outbox.HELD]


def test_a_mail_is_let_out_of_quarantine_and_handled_with_its_own_clock(mailbot, world, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr("mailbot.flow.process.decide", lambda *_: {}[ANNA])
        world.receive(ANNA, "erasure")
    assert world.dispositions() == ["quarantined"]
    (listed,) = mailbot("mails", "quarantined", "--json").json
    assert (listed["mail"], listed["error"]) == (1, "KeyError")
    assert mailbot("mails", "readmit", "1", *OFFICER).out == "mail 1 will be handled anew\n"
    world.pass_by(days=3)
    world.run()
    assert world.dispositions() == ["request"]
    assert world.rows(Mail)[0].received_at.day == 2
    assert mailbot("mails", "readmit", "1", *OFFICER).err == "mailbot: mail 1 is not in quarantine\n"
    assert mailbot("mails", "quarantined").out == "No mail is in quarantine.\n"
    assert "mail_readmitted" in world.logged()
