"""The demo's mail servers, as imap-tools and SMTP clients meet them."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes

import pytest
from imap_tools import MailBoxUnencrypted

from mailbot.demo.stamps import earlier
from mailbot.demo.world import HOST, World, running_world

ADDRESS, PASSWORD = "dataskydd@winlas.example", "password"
MAIL = b"From: Anna <anna@kund.example>\r\nTo: dataskydd@winlas.example\r\nSubject: Hej\r\n\r\n\xc3\xa5\r\n.punkt\r\n"


@pytest.fixture
def world() -> Iterator[World]:
    with running_world(ADDRESS, PASSWORD, gone={"borta@kund.example"}) as running:
        yield running


@pytest.fixture
def mailbox(world: World) -> Iterator[MailBoxUnencrypted]:
    with MailBoxUnencrypted(HOST, world.imap_port).login(ADDRESS, PASSWORD) as opened:
        opened.client._get_capabilities()
        yield opened


def test_what_is_sent_lies_in_the_mailbox_with_its_bytes_unchanged(world):
    world.send(MAIL, "anna@kund.example", ADDRESS)
    (raw,) = world.mails(ADDRESS)
    assert raw.endswith(MAIL)


def test_idle_tells_of_a_new_mail(world, mailbox):
    threading.Timer(0.1, world.send, [MAIL, "anna@kund.example", ADDRESS]).start()
    begun = time.monotonic()
    assert b"* 1 EXISTS" in mailbox.idle.wait(timeout=10)
    assert time.monotonic() - begun < 5


def test_a_mail_is_moved_to_a_folder_with_a_swedish_name(world, mailbox):
    world.send(MAIL, "anna@kund.example", ADDRESS)
    mailbox.folder.create("Dataskydd/Till handläggare")
    mailbox.move(mailbox.uids(), "Dataskydd/Till handläggare")
    assert mailbox.uids() == []
    mailbox.folder.set("Dataskydd/Till handläggare")
    assert len(mailbox.uids()) == 1


def test_the_same_mail_twice_is_the_same_bytes_twice(world):
    for _ in range(2):
        world.send(MAIL, "anna@kund.example", ADDRESS)
    first, second = world.mails(ADDRESS)
    assert first == second


@pytest.mark.parametrize(
    ("envelope", "result"), [("anna@kund.example", "dmarc=pass"), ("any@evil.example", "dmarc=fail")]
)
def test_a_mail_from_another_domain_than_it_says_fails_authentication(world, envelope, result):
    world.send(MAIL, envelope, ADDRESS)
    (raw,) = world.mails(ADDRESS)
    assert f"{result} header.from=kund.example" in message_from_bytes(raw)["Authentication-Results"]


def test_a_mail_that_came_days_ago_arrived_days_ago(world, mailbox):
    now = datetime.now(UTC)
    world.send(earlier(MAIL, now, days=12), "anna@kund.example", ADDRESS)
    mailbox.client.noop()
    (uid,) = mailbox.uids()
    _status, data = mailbox.client.uid("FETCH", uid, "(INTERNALDATE)")
    assert (now - timedelta(days=12)).strftime("%d-%b-%Y %H:%M").encode() in b" ".join(data)


def test_an_address_that_is_gone_answers_with_a_delivery_report(world):
    world.send(MAIL, ADDRESS, "borta@kund.example")
    assert world.mails("borta@kund.example") == []
    (raw,) = world.mails(ADDRESS)
    report = message_from_bytes(raw)
    assert report["Return-Path"] == "<>"
    assert report.get_content_type() == "multipart/report"
    assert b"Status: 5.1.1" in raw


def test_a_delivery_report_is_never_answered_with_another(world):
    world.send(MAIL, "", "borta@kund.example")
    world.send(MAIL, "", ADDRESS)
    (raw,) = world.mails(ADDRESS)
    assert message_from_bytes(raw)["Return-Path"] == "<>"
    assert world.mails("<>") == []


def test_a_client_that_still_waits_does_not_keep_the_servers_from_stopping():
    with running_world(ADDRESS, PASSWORD) as world:
        client = MailBoxUnencrypted(HOST, world.imap_port).login(ADDRESS, PASSWORD)
        client.idle.start()
    client.client.shutdown()
    assert not [thread for thread in threading.enumerate() if thread.name == "demo-mail"]
