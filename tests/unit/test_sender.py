"""Who a mail is from: exactly one From with exactly one address, or nobody (docs/mail.md, who wrote it)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.message import Mailbox, Message
from mailbot.core.sender import NoSender, Sender, canonical, sender_of, without_detail


def message(*mailboxes, headers=1):
    return Message(
        message_id=None,
        in_reply_to=(),
        references=(),
        from_mailboxes=tuple(Mailbox(*mailbox) for mailbox in mailboxes),
        from_headers=headers,
        recipients=(),
        return_path=None,
        subject="",
        headers={},
        text="",
        own_text="",
    )


@pytest.mark.parametrize(
    ("mailbox", "sender"),
    [
        (("Anna Ek", "Anna.Ek@Kund.Example"), Sender("anna.ek@kund.example", "Anna Ek")),
        (("", "anna@kund.example"), Sender("anna@kund.example")),
        (("anna@kund.example", "anna@kund.example"), Sender("anna@kund.example", "anna@kund.example")),
        (("'Anna@kund.example'", "anna@kund.example"), Sender("anna@kund.example", "'Anna@kund.example'")),
    ],
)
def test_one_address_is_the_sender(mailbox, sender):
    assert sender_of(message(mailbox)) == sender


@pytest.mark.parametrize(
    ("mail", "reason"),
    [
        (message(headers=0), "no_from"),
        (message(), "no_from"),
        (message(("", "anna@kund.example"), headers=2), "several_from"),
        (message(("", "anna@kund.example"), ("", "evil@evil.example")), "several_from"),
        (message(("Anna", "")), "bad_address"),
        (message(("Anna", "anna")), "bad_address"),
        (message(("Anna", "anna@")), "bad_address"),
        (message(("Anna", "@kund.example")), "bad_address"),
        (message(("Anna", "a@b@c")), "bad_address"),
        (message(("anna@kund.example", "evil@evil.example")), "address_in_name"),
        (message(("Anna Ek <anna@kund.example>", "evil@evil.example")), "address_in_name"),
    ],
)
def test_anything_else_is_for_a_person_to_look_at(mail, reason):
    assert sender_of(mail) == NoSender(reason)


@pytest.mark.parametrize(
    ("address", "base"),
    [
        ("anna+nyhetsbrev@kund.example", "anna@kund.example"),
        ("Anna+a+b@Kund.Example", "anna@kund.example"),
        ("anna@kund.example", "anna@kund.example"),
        ("+anna@kund.example", "+anna@kund.example"),
        ("anna@kund+x.example", "anna@kund+x.example"),
    ],
)
def test_a_sub_address_is_the_same_person(address, base):
    assert without_detail(address) == base


@given(st.emails())
def test_comparing_an_address_twice_changes_nothing(address):
    assert canonical(canonical(address)) == canonical(address)
    assert without_detail(without_detail(address)) == without_detail(address)
