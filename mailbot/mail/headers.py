"""Headers as they come: the block split from the body, values decoded (RFC 2047), Message-IDs picked out.

Written for headers that no standard allows but mailers send: raw 8-bit text, encoded words within quotes, letters split
between two encoded words, broken base64, garbage lines. Nothing here raises, and all of it is linear.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass

from mailbot.mail.charset import clean_line, decode

MAX_BLOCK = 256 * 1024
"""Bytes of one header block that are looked at."""
MAX_VALUE = 16 * 1024
"""Bytes of one header's value that are decoded."""

_FIELD = re.compile(rb"([\x21-\x39\x3b-\x7e]++)[ \t]*:")
_WORD = re.compile(r"=\?([^?\s*]{1,60})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?]*)\?=")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,996}>")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_MAILBOX_LINE = (b"From ", b">From ")


@dataclass(frozen=True, slots=True)
class Block:
    """A header block: names in lower case with their raw, unfolded values, in the order they stand."""

    fields: tuple[tuple[str, bytes], ...]
    body_at: int
    """Offset of the body."""
    damaged: bool = False
    """A line was no header, or there was more than `MAX_BLOCK`."""

    def values(self, name: str) -> list[bytes]:
        return [value for field, value in self.fields if field == name]

    def value(self, name: str) -> bytes:
        """The first value of a header, empty when it is missing."""
        return next(iter(self.values(name)), b"")

    def text(self, name: str) -> str:
        """The first value of a header, decoded."""
        return decode_value(self.value(name))


def read_block(data: bytes, start: int, end: int) -> Block:
    """Split the header block off the front of `data[start:end]`.

    A line that is no header ends the block, unless a header follows right after it: then it is passed over as garbage.
    """
    fields: list[tuple[str, list[bytes]]] = []
    at, damaged = start, False
    while at < end and at - start < MAX_BLOCK:
        stop, following = _line(data, at, end)
        if stop == at:
            at = following
            break
        field = _FIELD.match(data, at, stop)
        if field:
            fields.append((field[1].decode("ascii").lower(), [data[field.end() : stop]]))
        elif fields and data[at] in b" \t":
            fields[-1][1].append(data[at:stop])
        elif at != start or not data.startswith(_MAILBOX_LINE, at):
            damaged = True
            if not _FIELD.match(data, following, end):
                break
        at = following
    unfolded = tuple((name, b"".join(pieces)[:MAX_VALUE].strip()) for name, pieces in fields)
    return Block(unfolded, at, damaged or at - start >= MAX_BLOCK)


def _line(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Where a line's text ends and where the next line starts; a lone CR breaks lines too."""
    newline = data.find(b"\n", at, end)
    stop, following = (end, end) if newline < 0 else (newline, newline + 1)
    carriage_return = data.find(b"\r", at, stop)
    if carriage_return < 0:
        return stop, following
    return carriage_return, following if carriage_return + 1 == stop else carriage_return + 1


def decode_value(value: bytes) -> str:
    """A header's value as text on one line."""
    return clean_line(decode_words(decode(value)))


def decode_words(text: str) -> str:
    """Text with its encoded words decoded (RFC 2047), also where they stand against the rules.

    Neighbours of the same charset are joined before they are decoded, since mailers split letters between them.
    """
    decoded: list[str] = []
    pending, charset, at = b"", "", 0
    for word in _WORD.finditer(text):
        between = text[at : word.start()]
        if pending and (between.strip() or word[1].lower() != charset):
            decoded.append(decode(pending, charset))
            pending = b""
        if between.strip() or at == 0:
            decoded.append(between)
        charset, at = word[1].lower(), word.end()
        pending += _decoded_word(word[2], word[3])
    decoded.append(decode(pending, charset) if pending else "")
    return "".join(decoded) + text[at:]


def _decoded_word(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    return binascii.a2b_qp(raw, header=True) if encoding in "qQ" else decode_base64(raw)


def decode_base64(data: bytes) -> bytes:
    """What can be decoded of base64, with characters that do not belong left out and missing padding made up."""
    letters = _NOT_BASE64.sub(b"", data.partition(b"=")[0] if data.count(b"=") else data)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def message_ids(value: str) -> tuple[str, ...]:
    """The Message-IDs in a decoded value, with their angle brackets, in the order they stand."""
    return tuple(_MESSAGE_ID.findall(value))
