"""What the demo's mail server adds to a mail that it takes in, and the delivery report for one that it cannot deliver.

A mail's time of arrival is that of its topmost Received header, if it brings one: so the demo can tell of mails that
came days ago. The same mail always gets the same stamps, so that the very same bytes stay the very same bytes.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from email.utils import format_datetime, getaddresses, parsedate_to_datetime

AUTHSERV_ID = "post.demo.example"
"""Whose Authentication-Results the demo trusts."""
POSTMASTER = f"MAILER-DAEMON@{AUTHSERV_ID}"


_REPORT = """\
From: Mail Delivery System <{postmaster}>
To: {sender}
Subject: Undelivered Mail Returned to Sender
Date: {date}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="report"

--report
Content-Type: text/plain; charset=utf-8

I'm sorry to have to inform you that your message could not be delivered.
<{recipient}>: no such address
--report
Content-Type: message/delivery-status

Reporting-MTA: dns; {server}

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.1.1

--report
Content-Type: text/rfc822-headers

From: {sender}
To: {recipient}
Subject: {subject}
Message-ID: {message_id}

--report--
"""


def stamped(raw: bytes, envelope_from: str) -> bytes:
    """The mail as it lies in the mailbox: where it would bounce to, and whether its From domain sent it (RFC 8601)."""
    result = _dmarc(message_from_bytes(raw), envelope_from)
    stamps = f"Return-Path: <{envelope_from}>\r\nAuthentication-Results: {AUTHSERV_ID};\r\n {result}\r\n"
    return stamps.encode() + raw


def arrived(raw: bytes, now: datetime) -> datetime:
    """When the mail reached us: its topmost Received header's time, never in the future; else now."""
    received = message_from_bytes(raw).get("Received", "")
    try:
        then = parsedate_to_datetime(str(received).rpartition(";")[2].strip())
    except ValueError:
        return now
    return min(then if then.tzinfo else then.replace(tzinfo=UTC), now)


def earlier(raw: bytes, now: datetime, days: float) -> bytes:
    """The mail as if another server had taken it in some days ago."""
    when = format_datetime(now - timedelta(days=days))
    return f"Received: from relay.demo.example by {AUTHSERV_ID}; {when}\r\n".encode() + raw


def delivery_report(raw: bytes, recipient: str, now: datetime) -> bytes:
    """The report that a mail could not be delivered (RFC 3464)."""
    original = message_from_bytes(raw)
    report = _REPORT.format(
        postmaster=POSTMASTER,
        sender=original["From"],
        date=format_datetime(now),
        server=AUTHSERV_ID,
        recipient=recipient,
        subject=original["Subject"],
        message_id=original["Message-ID"],
    )
    return report.replace("\n", "\r\n").encode()


def _dmarc(message: Message, envelope_from: str) -> str:
    """In the demo a mail is from the domain in From if it was sent with an envelope of that domain (SPF, aligned)."""
    addresses = [address for _, address in getaddresses([str(value) for value in message.get_all("From", [])])]
    domain = addresses[0].rpartition("@")[2].lower() if len(addresses) == 1 else ""
    if not domain:
        return "dmarc=none"
    aligned = envelope_from.lower().rpartition("@")[2] == domain
    return f"dmarc={'pass' if aligned else 'fail'} header.from={domain}"
