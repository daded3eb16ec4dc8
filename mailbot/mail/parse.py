"""Raw bytes to a `Message`: whatever bytes come, they are read as far as they can be, and what is odd is said."""

from __future__ import annotations

import re
from itertools import chain

from mailbot.core.message import Mailbox, Message, Oddity
from mailbot.mail.addresses import mailboxes
from mailbot.mail.body import Body, read_body
from mailbot.mail.headers import Block, decode_value, message_ids
from mailbot.mail.html import has_image
from mailbot.mail.mime import read_mime
from mailbot.mail.quote import own_text
from mailbot.mail.report import Free, delivery_report, is_receipt

MAX_MAIL = 64 * 1024 * 1024
"""Bytes of a mail that are looked at."""
MAX_HEADERS = 1000
MAX_RECIPIENTS = 200
MAX_REFERENCES = 100

_RECIPIENT_HEADERS = ("to", "cc", "delivered-to", "x-original-to")
_EARLIER_SUBJECT = re.compile(r"\s*(?:re|sv|svar|aw|vs|vb|fw|fwd|ang|antw)\s?(?:\[\d{1,3}\])?\s?:", re.IGNORECASE)
_NO_SUBJECT = re.compile(r"\W*(?:inget ämne|utan rubrik|ingen rubrik|no subject|none)?\W*", re.IGNORECASE)


def parse(raw: bytes) -> Message:
    """Read a mail. Never raises, whatever the bytes; takes time and memory in proportion to their number.

    Args:
        raw: the mail as the server keeps it; more than `MAX_MAIL` bytes are cut and `Oddity.TOO_LARGE` set.
    """
    root, oddities = read_mime(raw[:MAX_MAIL])
    block, body = root.block, read_body(root)
    senders = [mailboxes(value) for value in block.values("from")]
    text = body.text()
    subject = block.text("subject")
    written = own_text(text)
    return_path = _return_path(block)
    free = Free(_addresses(chain.from_iterable(senders)), return_path, subject, text)
    return Message(
        message_id=next(iter(message_ids(block.text("message-id"))), None),
        in_reply_to=message_ids(block.text("in-reply-to"))[:MAX_REFERENCES],
        references=message_ids(block.text("references"))[-MAX_REFERENCES:],
        from_mailboxes=tuple(chain.from_iterable(senders)),
        from_headers=len(senders),
        recipients=_recipients(block),
        return_path=return_path,
        subject=subject,
        headers=_headers(block),
        text=text,
        own_text=written,
        html=body.html,
        attachments=tuple(body.attachments),
        attached_messages=body.attached_messages,
        oddities=oddities | body.oddities | _oddities(body, len(raw), subject, text, written),
        delivery_report=delivery_report(root, free),
        is_disposition_notification=is_receipt(root),
    )


def _oddities(body: Body, size: int, subject: str, text: str, written: str) -> frozenset[Oddity]:
    """What is odd about a mail as a whole."""
    found = {Oddity.TOO_LARGE} if size > MAX_MAIL else set()
    images = [part for part in body.attachments if part.content_type.startswith("image/")]
    if not written:
        # The picture may be a letter that was photographed; any other file may be the letter.
        shows_images = bool(images) or (not text and has_image(body.html or ""))
        if shows_images and len(images) == len(body.attachments):
            found.add(Oddity.IMAGES_ONLY)
        elif body.attachments or not _says_something(subject):
            found.add(Oddity.EMPTY)
    return frozenset(found)


def _says_something(subject: str) -> bool:
    """Many people write all they want in the subject; a reply's or a forward's subject is somebody else's."""
    return not (_EARLIER_SUBJECT.match(subject) or _NO_SUBJECT.fullmatch(subject))


def _headers(block: Block) -> dict[str, tuple[str, ...]]:
    headers: dict[str, tuple[str, ...]] = {}
    for name, value in block.fields[:MAX_HEADERS]:
        headers[name] = (*headers.get(name, ()), decode_value(value))
    return headers


def _recipients(block: Block) -> tuple[str, ...]:
    values = (value for name in _RECIPIENT_HEADERS for value in block.values(name))
    found = _addresses(chain.from_iterable(mailboxes(value) for value in values))
    return tuple(dict.fromkeys(found))[:MAX_RECIPIENTS]


def _addresses(found: chain[Mailbox]) -> tuple[str, ...]:
    return tuple(mailbox.address.lower() for mailbox in found if mailbox.address)


def _return_path(block: Block) -> str | None:
    """The topmost one, set by the server that delivered; '' for the null return path."""
    values = block.values("return-path")
    if not values:
        return None
    return decode_value(values[0]).strip("<> ").lower()
