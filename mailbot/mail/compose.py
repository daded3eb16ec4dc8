"""Composing an answer: the same letter always gives the same bytes, so that they can be frozen and sent again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import quote
from typing import Any

from mailbot.core.letters import Rendered
from mailbot.core.screen import LOOP_HEADER
from mailbot.mail.addresses import on_the_wire
from mailbot.mail.charset import clean_line

LONGEST_REFERENCES = 12
"""Message-IDs in References; where there are more, the first and the last ones stay (RFC 5322 3.6.4, RFC 1849 6.16)."""
MAX_NAME = 200
_BREAKS = re.compile(r"[\r\n\x00\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,900}>")
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


class Unfolded(BaseHeader):
    """A header whose value is written as it is given, broken between Message-IDs only.

    The standard library folds a Message-ID that is longer than a line into an encoded word, which nobody takes for an
    ID any more (those of Microsoft 365 are that long), and drops the quotes around a name that it breaks.
    """

    max_count = 1

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        """Take the value as it is (the interface of `email.headerregistry`)."""
        kwds["decoded"], kwds["parse_tree"] = value, None

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {str(self).replace('> <', f'>{policy.linesep} <')}{policy.linesep}"


def _policy() -> Policy:
    headers = HeaderRegistry()
    for name in ("from", "to", "message-id", "in-reply-to", "references"):
        headers.map_to_type(name, Unfolded)
    return SMTP.clone(header_factory=headers)


_POLICY = _policy()


def compose(rendered: Rendered, heading: Heading, files: Sequence[File] = ()) -> bytes:
    """The mail's bytes: text and HTML that say the same, and the attachments. Pure ASCII with short lines.

    There is no Reply-To: an answer comes to the sender. An address that no mail can be sent to does not show in To.
    """
    message = EmailMessage(policy=_POLICY)
    message["From"] = _mailbox(heading.sender, heading.sender_name)
    message["To"] = _mailbox(heading.to)
    message["Subject"] = one_line(rendered.subject)
    message["Date"] = heading.date
    message["Message-ID"] = one_line(heading.message_id)
    thread = [answered for answered in heading.thread if _MESSAGE_ID.fullmatch(answered)]
    if thread:
        message["In-Reply-To"] = thread[-1]
        message["References"] = " ".join(_shortened(thread))
    # RFC 3834 5, and what Exchange understands, so that no automatic reply answers ours.
    message["Auto-Submitted"] = "auto-replied" if thread else "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message[LOOP_HEADER] = one_line(heading.loop_token)
    message.set_content(rendered.text, cte="quoted-printable")
    message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    for file in files:
        main, _, sub = file.content_type.partition("/")
        message.add_attachment(file.data, maintype=main, subtype=sub, filename=one_line(file.name))
    _settle_boundaries(message, heading.message_id)
    return message.as_bytes()


def one_line(text: str) -> str:
    """A header value without anything that could begin another header."""
    return _BREAKS.sub(" ", text).strip()


def _mailbox(address: str, name: str = "") -> str:
    wire = on_the_wire(address)
    if wire is None:
        return "undisclosed-recipients:;"
    words = clean_line(name)[:MAX_NAME]
    if not words:
        return wire
    shown = f'"{quote(words)}"' if words.isascii() else " ".join(Header(words, "utf-8").encode().split())
    return f"{shown} <{wire}>"


def _shortened(thread: Sequence[str]) -> Sequence[str]:
    return thread if len(thread) <= LONGEST_REFERENCES else [thread[0], *thread[1 - LONGEST_REFERENCES :]]


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
