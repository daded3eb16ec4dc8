"""Each raw mail in tests/mails against what stands beside it about how it is parsed and screened."""

import json
from pathlib import Path

import pytest

from mailbot.core.kinds import Disposition
from mailbot.core.screen import Own, screen
from mailbot.core.sender import NoSender, sender_of
from mailbot.mail.parse import parse

MAILS = Path(__file__).parents[1] / "mails"
OWN = Own(frozenset({"dataskydd@winlas.se"}), "token-of-this-installation")

PARSED = {
    "attached_messages": lambda mail: mail.attached_messages,
    "attachments": lambda mail: [[part.filename, part.content_type] for part in mail.attachments],
    "delivery_report": lambda mail: (
        mail.delivery_report
        and {name: getattr(mail.delivery_report, name) for name in ("original_message_id", "action", "status")}
    ),
    "from": lambda mail: [[mailbox.name, mailbox.address] for mailbox in mail.from_mailboxes],
    "from_headers": lambda mail: mail.from_headers,
    "has_html": lambda mail: mail.html is not None,
    "in_reply_to": lambda mail: list(mail.in_reply_to),
    "is_disposition_notification": lambda mail: mail.is_disposition_notification,
    "message_id": lambda mail: mail.message_id,
    "oddities": lambda mail: sorted(mail.oddities),
    "own_text": lambda mail: mail.own_text,
    "recipients": lambda mail: list(mail.recipients),
    "return_path": lambda mail: mail.return_path,
    "sender": lambda mail: getattr(sender_of(mail), "reason", None),
    "subject": lambda mail: mail.subject,
    "text": lambda mail: mail.text,
}


def expectations(section):
    found = {path.with_suffix(".eml"): json.loads(path.read_text()).get(section) for path in MAILS.glob("*.json")}
    return [pytest.param(path, found[path], id=path.stem) for path in sorted(found) if found[path] is not None]


def test_every_mail_says_what_it_is_expected_to_become():
    raw = {path.stem for path in MAILS.glob("*.eml")}

    assert raw == {path.stem for path in MAILS.glob("*.json")}
    assert raw


@pytest.mark.parametrize(("path", "expected"), expectations("parse"))
def test_mail_is_read_as_expected(path, expected):
    mail = parse(path.read_bytes())

    assert {name: PARSED[name](mail) for name in expected if name in PARSED} == {
        name: value for name, value in expected.items() if name in PARSED
    }
    assert expected.keys() <= {*PARSED, "cut", "lacks"}
    for phrase in expected.get("cut", []):
        assert phrase in mail.text
        assert phrase not in mail.own_text
    for phrase in expected.get("lacks", []):
        assert phrase not in mail.text


@pytest.mark.parametrize(("path", "expected"), expectations("screen"))
def test_mail_is_screened_as_expected(path, expected):
    screening = screen(parse(path.read_bytes()), OWN)

    disposition = expected["disposition"]
    assert screening.disposition == (disposition and Disposition(disposition))
    assert screening.answerable == (disposition is None)
    assert screening.certain == expected.get("certain", False)
    assert list(screening.hits) == expected.get("hits", list(screening.hits))


@pytest.mark.parametrize("path", sorted(MAILS.glob("*.eml")), ids=lambda path: path.stem)
def test_line_ends_of_the_network_change_nothing(path):
    raw = path.read_bytes()
    mail, sent = parse(raw), parse(raw.replace(b"\n", b"\r\n"))

    assert (sent.text, sent.own_text, sent.oddities) == (mail.text, mail.own_text, mail.oddities)


def test_mail_with_two_from_headers_has_no_sender():
    assert sender_of(parse((MAILS / "two-from-headers.eml").read_bytes())) == NoSender("several_from")
