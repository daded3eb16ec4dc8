"""What became of a mail of ours: delivery reports of every kind, and what only looks like one."""

import pytest

from mailbot.core.message import DeliveryReport
from mailbot.mail.parse import parse


def report(status="", *, headers="", returned="Message-ID: <out@winlas.se>\n\nHej", kind="message/rfc822", text="Hej"):
    parts = [f"Content-Type: text/plain\n\n{text}", f"Content-Type: message/delivery-status\n\n{status}"]
    parts += [f"Content-Type: {kind}\n\n{returned}"] if returned else []
    body = "".join(f"--B\n{part}\n" for part in parts)
    start = f"{headers}Content-Type: multipart/report; report-type=delivery-status; boundary=B\n\n"
    return parse(f"{start}{body}--B--\n".encode()).delivery_report


def letter(subject, text="", *, sender="MAILER-DAEMON@mx.example", return_path="<>", headers=""):
    path = f"Return-Path: {return_path}\n" if return_path else ""
    return parse(f"{path}{headers}From: {sender}\nSubject: {subject}\n\n{text}".encode()).delivery_report


QMAIL = """Hi. This is the qmail-send program at mx.example.

<a@x.example>:
192.0.2.1 said: 554 5.7.1 no

--- Below this line is a copy of the message.

From: dataskydd@winlas.se
Message-ID: <q@winlas.se>

Hej
"""
GROUP = "Reporting-MTA: dns; mx.example\n\n"


def test_report_says_what_happened_to_which_mail():
    status = f"{GROUP}Final-Recipient: rfc822; a@kund.example\nAction: failed\nStatus: 5.1.1 (unknown user)\n"

    assert report(status) == DeliveryReport("<out@winlas.se>", "failed", "5.1.1")


def test_worst_of_several_recipients_is_told():
    first = "Final-Recipient: rfc822; a@x.example\nAction: relayed\nStatus: 2.0.0\n\n"
    second = "Final-Recipient: rfc822; b@x.example\nAction: FAILED\nStatus: 5.2.2\n\n"

    assert report(GROUP + first + second) == DeliveryReport("<out@winlas.se>", "failed", "5.2.2")


def test_returned_headers_alone_name_the_mail():
    status = f"{GROUP}Action: delayed\nStatus: 4.4.7\n"

    assert report(status, kind="text/rfc822-headers") == DeliveryReport("<out@winlas.se>", "delayed", "4.4.7")


def test_mail_that_is_answered_is_meant_where_nothing_is_returned():
    found = report(GROUP, headers="References: <1@x> <2@x>\n", returned="")

    assert found == DeliveryReport("<2@x>", "", "")


@pytest.mark.parametrize(
    ("subject", "text", "expected"),
    [
        (
            "failure notice",
            QMAIL,
            DeliveryReport("<q@winlas.se>", "failed", "5.7.1"),
        ),
        ("Undeliverable: Ditt ärende", "550 user unknown", DeliveryReport(None, "failed", "")),
        ("Warning: message delayed 24 hours", "451 4.4.1 timeout", DeliveryReport(None, "delayed", "4.4.1")),
        ("Olevererbart: Ditt ärende", "", DeliveryReport(None, "failed", "")),
        ("Hej", "Det gick inte att leverera ditt meddelande", DeliveryReport(None, "failed", "")),
    ],
)
def test_reports_in_a_free_form_are_recognised(subject, text, expected):
    assert letter(subject, text) == expected
    assert letter(subject, text, return_path="") == expected
    assert letter(subject, text, sender="server@mx.example") == expected


def test_server_that_names_whom_it_could_not_reach_reports_a_failure():
    assert letter("Hej", headers="X-Failed-Recipients: a@x.example\n") == DeliveryReport(None, "failed", "")


@pytest.mark.parametrize(
    ("subject", "sender", "return_path"),
    [
        ("Undelivered: my request of 3 March", "anna@kund.example", "<anna@kund.example>"),
        ("Autosvar: Semester", "anna@kund.example", "<>"),
        ("Statistik för mars", "postmaster@mx.example", "<>"),
    ],
)
def test_what_only_looks_like_a_report_is_none(subject, sender, return_path):
    assert letter(subject, sender=sender, return_path=return_path) is None


def test_read_receipt_is_no_delivery_report():
    raw = b"Content-Type: multipart/report; report-type=disposition-notification; boundary=B\n\n--B\n\nhej\n--B--"
    message = parse(raw)

    assert message.is_disposition_notification
    assert message.delivery_report is None
