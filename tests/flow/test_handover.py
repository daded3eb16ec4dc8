"""The copy by a link: what stands where, how often and how long it can be fetched, and what is left afterwards."""

import re
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from hashlib import sha256

import pytest
from pikepdf import PasswordError
from sqlalchemy import event

from mailbot.flow import handover, officer
from mailbot.store import audit
from mailbot.store.engine import reading
from mailbot.store.tables import AuditEntry, Case, Handover, Request
from tests.flow.conftest import ANNA, World
from tests.support.pdf import words_of

URL = "https://dataskydd.winlas.se/"
AT_THE_CONSOLE = {"console": {"base_url": URL}}
OFFICERS = {"rules": {"access": {"level": "proven", "hands": "officer"}}}
"""A policy by which an officer decides on access, too."""


def sent(world: World, template: str) -> EmailMessage:
    """The letter as it went out."""
    letter = next(letter for letter in world.letters() if letter.template == template)
    return message_from_bytes(letter.raw, policy=default)


def words(message: EmailMessage) -> str:
    return message.get_body(("plain",)).get_content().replace("\r\n", "\n")


def token_in(world: World) -> str:
    """The token at the end of the link that was sent."""
    found = re.search(
        r"^https://dataskydd\.winlas\.se/copy/(?:sv|en)/(\S+)$", words(sent(world, "copy_sent")), re.MULTILINE
    )
    assert found
    return found[1]


def code_in(world: World) -> str:
    found = re.search(r"^\w{4}(-\w{4}){3}$", words(sent(world, "copy_code")), re.MULTILINE)
    assert found
    return found[0]


def ask(world: World, kind: str = "access") -> World:
    world.receive(ANNA, kind)
    world.answer(ANNA, "Ja")
    assert world.requests() == [(kind, "done")]
    return world


@pytest.fixture
def linked(new_world) -> World:
    """Somebody has asked for access and been sent the link."""
    return ask(new_world(**AT_THE_CONSOLE))


def test_without_an_address_of_the_console_the_copy_is_attached(world: World) -> None:
    ask(world)
    (attached,) = sent(world, "copy_sent").iter_attachments()
    assert attached.get_content_type() == "application/pdf"
    assert "bifogade" in words(sent(world, "copy_sent"))
    assert world.rows(Handover) == []


@pytest.mark.parametrize("kind", ["access", "portability"])
def test_with_one_the_letter_has_a_link_and_no_copy(new_world, kind: str) -> None:
    world = ask(new_world(**AT_THE_CONSOLE), kind)
    letter = sent(world, "copy_sent")
    assert list(letter.iter_attachments()) == []
    assert "bifogade" not in words(letter)
    assert "senast den 16 mars 2026" in words(letter)
    assert "med länken i ett eget mejl" in words(sent(world, "copy_code"))
    assert world.written()[-2:] == [("copy_sent", ANNA), ("copy_code", ANNA)]


def test_what_is_fetched_opens_with_the_code_of_the_other_letter(linked: World) -> None:
    fetched = handover.fetch(linked.parts, token_in(linked))
    assert fetched is not None
    assert fetched.name == f"{linked.case().number}.pdf"
    assert ANNA in words_of(fetched.pdf, code_in(linked))
    with pytest.raises(PasswordError):
        words_of(fetched.pdf)


def test_the_store_holds_a_hash_of_the_token_and_neither_letter_both_secrets(linked: World) -> None:
    token, code = token_in(linked), code_in(linked)
    (row,) = linked.rows(Handover)
    assert row.token_hash == sha256(token.encode()).hexdigest()
    assert token not in str(row.model_dump())
    assert token not in words(sent(linked, "copy_code"))
    assert code not in words(sent(linked, "copy_sent"))
    assert len(token) >= 43, "256 bits"


def test_english_letters_lead_to_an_english_page(new_world) -> None:
    world = new_world(**AT_THE_CONSOLE)
    with world.register_engine.begin() as connection:
        connection.exec_driver_sql("UPDATE contacts SET language = 'en'")
    ask(world)
    assert f"{URL}copy/en/" in words(sent(world, "copy_sent"))


def test_a_copy_is_fetched_three_times_and_is_gone(linked: World) -> None:
    token = token_in(linked)
    for _ in range(3):
        assert handover.fetch(linked.parts, token) is not None
        linked.pass_by(minutes=1)
    assert handover.fetch(linked.parts, token) is None
    assert not handover.waits(linked.parts, token)
    assert [row.content for row in linked.rows(Handover)] == [None]


def test_a_double_click_does_not_use_the_link_up(linked: World) -> None:
    token = token_in(linked)
    assert handover.fetch(linked.parts, token) is not None
    with pytest.raises(handover.TooSoon):
        handover.fetch(linked.parts, token)
    assert [row.fetches_left for row in linked.rows(Handover)] == [2]


def test_looking_changes_nothing(linked: World) -> None:
    before = linked.rows(Handover)
    logged = linked.logged()
    for _ in range(10):
        assert handover.waits(linked.parts, token_in(linked))
    assert linked.rows(Handover) == before
    assert linked.logged() == logged


def test_it_can_be_fetched_on_the_whole_of_the_last_day_that_the_letter_names(linked: World) -> None:
    token = token_in(linked)
    linked.moment = datetime(2026, 3, 16, 22, 59, tzinfo=UTC)  # 23:59 in Sweden
    linked.run()
    assert handover.waits(linked.parts, token)
    linked.moment = datetime(2026, 3, 16, 23, 0, tzinfo=UTC)
    assert handover.fetch(linked.parts, token) is None


def test_how_long_is_the_companys_to_say(new_world) -> None:
    world = ask(new_world(**AT_THE_CONSOLE, policy={"copy_days": 3}))
    assert "senast den 5 mars 2026" in words(sent(world, "copy_sent"))


def test_when_its_time_is_over_the_copy_is_removed_and_the_log_says_so_once(linked: World) -> None:
    linked.pass_by(days=15)
    linked.run()
    linked.run()
    assert [row.content for row in linked.rows(Handover)] == [None]
    assert linked.logged().count("copy_expired") == 1


def test_content_of_a_case_goes_when_its_copy_has_gone(new_world) -> None:
    world = ask(new_world(**AT_THE_CONSOLE, policy={"content_days": 1}))
    token = token_in(world)
    world.pass_by(days=3)
    world.run()
    assert handover.waits(world.parts, token)
    assert world.rows(Case)[0].content_removed_at is None
    world.pass_by(days=15)
    world.run()
    assert world.rows(Handover)[0].content is None
    assert world.rows(Case)[0].content_removed_at is not None


def test_each_fetch_is_in_the_log_without_anything_about_the_person(linked: World) -> None:
    token = token_in(linked)
    handover.fetch(linked.parts, token)
    linked.pass_by(minutes=1)
    handover.fetch(linked.parts, token)
    found = [entry for entry in linked.rows(AuditEntry) if entry.action == "copy_fetched"]
    assert [entry.details["left"] for entry in found] == [2, 1]
    assert {(entry.actor, entry.case_number) for entry in found} == {("person", linked.case().number)}
    logged = str([entry.model_dump() for entry in found])
    assert not re.search(rf"anna|{token}|{sha256(token.encode()).hexdigest()}", logged, re.IGNORECASE)
    with reading(linked.parts.engine) as session:
        assert audit.verify(session, linked.parts.derive("audit")).broken_at is None


def test_a_wrong_a_used_and_an_expired_token_cost_the_same_look(new_world) -> None:
    world = ask(new_world(**AT_THE_CONSOLE))
    token, asked = token_in(world), []
    event.listen(world.parts.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))

    def queries(tried: str) -> list[str]:
        asked.clear()
        assert handover.fetch(world.parts, tried) is None
        return list(asked)

    wrong = queries("never-was")
    world.pass_by(days=15)
    expired = queries(token)
    world.run()
    assert wrong == expired == queries(token)
    assert len([one for one in wrong if "handover" in one]) == 1


def test_the_officer_sees_beforehand_which_way_the_copy_goes(new_world) -> None:
    for overrides, by_link in (({}, False), (AT_THE_CONSOLE, True)):
        world = new_world(**overrides, policy=OFFICERS)
        world.receive(ANNA, "access")
        world.answer(ANNA, "Ja")
        case, (request,) = world.case(), world.rows(Request)
        shown = officer.preview(world.parts, case, request)
        (letter,) = [one.letter for one, _ in shown.letters if one.carries_copy]
        assert (letter.pickup is not None) is by_link
        officer.approve(world.parts, case.number, "eva", seen_digest=shown.digest)
        world.run()
        if letter.pickup is not None:
            assert letter.pickup.until == date(2026, 3, 16)
            said = shown.letters[0][1].text.replace(officer.LINK_END_SHOWN, token_in(world))
            assert words(sent(world, "copy_sent")).split() == said.split()
