"""Composing an answer: the same letter always gives the same bytes, so that they can be frozen and sent again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from mailbot.core.letters import Rendered

LONGEST_REFERENCES = 12
"""Message-IDs in References; RFC 5322 lets the middle be left out."""
LOOP_HEADER = "X-Mailbot-Loop"
_BREAKS = re.compile(r"[\r\n\x00\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_BOUNCE = re.compile(r"\+b-([0-9a-f]{32})@")


@dataclass(frozen=True, slots=True)
class File:
    """An attachment: a name of ours, a content type such as `application/pdf`, and its bytes."""

    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above a letter.

    `sender` and `to` are addresses, `sender_name` is the company's; `message_id` and `thread` have angle brackets,
    `thread` is the person's own mails, oldest first; `date` is aware; `loop_token` is what our mail is recognised by.
    """

    sender: str
    sender_name: str
    to: str
    message_id: str
    date: datetime
    loop_token: str
    thread: Sequence[str] = ()


def compose(rendered: Rendered, heading: Heading, files: Sequence[File] = ()) -> bytes:
    """The mail's bytes: text and HTML that say the same, and the attachments."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(one_line(heading.sender_name), addr_spec=heading.sender)
    message["To"] = one_line(heading.to)
    message["Subject"] = one_line(rendered.subject)
    message["Date"] = heading.date
    message["Message-ID"] = heading.message_id
    if heading.thread:
        message["In-Reply-To"] = one_line(heading.thread[-1])
        message["References"] = " ".join(map(one_line, heading.thread[-LONGEST_REFERENCES:]))
    # RFC 3834, and what Exchange understands, so that no automatic reply answers ours.
    message["Auto-Submitted"] = "auto-replied"
    message["X-Auto-Response-Suppress"] = "All"
    message[LOOP_HEADER] = heading.loop_token
    message.set_content(rendered.text, cte="quoted-printable")
    message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    for file in files:
        main, _, sub = file.content_type.partition("/")
        message.add_attachment(file.data, maintype=main, subtype=sub, filename=file.name)
    _settle_boundaries(message, heading.message_id)
    return message.as_bytes()


def one_line(text: str) -> str:
    """A header value without anything that could begin another header."""
    return _BREAKS.sub(" ", text).strip()


def bounce_address(address: str, token: str) -> str:
    """The envelope sender of one mail, so that its bounce tells which it was (RFC 5233 sub-addressing)."""
    local, _, domain = address.rpartition("@")
    return f"{local}+b-{token}@{domain}"


def read_bounce_address(address: str) -> str | None:
    """The token in an envelope sender of ours; None if it is none."""
    found = _BOUNCE.search(address)
    return found.group(1) if found else None


def _settle_boundaries(message: EmailMessage, message_id: str) -> None:
    """The standard library draws boundaries at random; ours follow from the Message-ID."""
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary("=_" + hashlib.sha256(f"{message_id}{number}".encode()).hexdigest()[:40])
