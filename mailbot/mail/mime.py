"""A raw mail as a tree of MIME parts (RFC 2045, 2046), in time that grows with its size only.

The standard library's parser asks every open boundary about every line and recurses for every level: a few megabytes
of nested parts keep it busy for minutes or end in RecursionError. This one looks for boundaries with `bytes.find`,
stops at a depth and a number of parts, and says so.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message as HeaderHolder
from email.utils import collapse_rfc2231_value

from mailbot.core.message import Oddity
from mailbot.mail.charset import clean_line, decode
from mailbot.mail.headers import Block, decode_base64, decode_words, read_block

MAX_DEPTH = 20
MAX_PARTS = 300
MAX_FALSE_BOUNDARIES = 10_000
"""Lines that begin like a boundary and are none; beyond it the mail is made to be slow."""
MAX_FILENAME = 255
_MAX_STRUCTURED = 4096
_BASE64 = re.compile(rb"[A-Za-z0-9+/=\s]*+")
_TEXT, _BINARY, _MAIL = "text/plain", "application/octet-stream", "message/rfc822"


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its headers, where its body lies in the mail, and the parts inside it."""

    block: Block
    content_type: str
    """Lower case, such as `text/plain`; what RFC 2045 assumes where nothing valid is said."""
    parameters: Mapping[str, str]
    disposition: str
    """`attachment`, `inline` or ''."""
    filename: str
    """As the sender gave it: only ever shown."""
    data: bytes = field(repr=False)
    end: int
    parts: tuple[Part, ...] = ()

    @property
    def raw_body(self) -> bytes:
        """The body as it was transferred."""
        return self.data[self.block.body_at : self.end]

    def content(self) -> bytes:
        """The body with its transfer encoding undone."""
        encoding = self.block.text("content-transfer-encoding").lower()
        if encoding == "base64":
            return _content_of_base64(self.raw_body)
        return binascii.a2b_qp(self.raw_body) if encoding == "quoted-printable" else self.raw_body

    def text(self) -> str:
        """The body of a text part, decoded."""
        return decode(self.content(), self.parameters.get("charset", ""))

    def walk(self) -> Iterator[Part]:
        """This part and all inside it, in the order they stand."""
        yield self
        for part in self.parts:
            yield from part.walk()


def read_mime(data: bytes) -> tuple[Part, frozenset[Oddity]]:
    """The tree of a mail, and what was odd about its structure; never raises."""
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    reader = _Reader(data)
    return reader.part(0, len(data), depth=0), frozenset(reader.oddities)


def _content_of_base64(raw: bytes) -> bytes:
    """Decoded; as it stands if it is called base64 but is mostly something else."""
    matched = _BASE64.match(raw)
    is_base64 = matched is not None and matched.end() * 2 >= len(raw)
    return decode_base64(raw) if is_base64 else raw


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.oddities: set[Oddity] = set()
        self._parts = 0
        self._false_boundaries = 0

    def part(self, start: int, end: int, depth: int, default: str = _TEXT) -> Part:
        block = read_block(self.data, start, end)
        self._parts += 1
        if block.damaged and depth == 0:
            self.oddities.add(Oddity.MALFORMED)
        content_type, parameters = _structured(block, "content-type", default)
        disposition, about = _structured(block, "content-disposition", "")
        filename = clean_line(decode_words(about.get("filename") or parameters.get("name", "")))[:MAX_FILENAME]
        parts: tuple[Part, ...] = ()
        if content_type.startswith("multipart/"):
            parts = self._inside(block.body_at, end, depth, content_type, parameters)
            if not parts:
                content_type = _BINARY if Oddity.TOO_COMPLEX in self.oddities else _TEXT
        return Part(block, content_type, parameters, disposition, filename, self.data, end, parts)

    def _inside(
        self, start: int, end: int, depth: int, content_type: str, parameters: Mapping[str, str]
    ) -> tuple[Part, ...]:
        if depth >= MAX_DEPTH:
            self.oddities.add(Oddity.TOO_COMPLEX)
            return ()
        boundary = parameters.get("boundary", "").rstrip().encode("utf-8", "replace")
        pieces = self._pieces(start, end, boundary) if boundary else []
        if not pieces:
            self.oddities.add(Oddity.MALFORMED)
        default = _MAIL if content_type == "multipart/digest" else _TEXT
        inside = []
        for piece_start, piece_end in pieces:
            if self._parts >= MAX_PARTS:
                self.oddities.add(Oddity.TOO_COMPLEX)
                break
            inside.append(self.part(piece_start, piece_end, depth + 1, default))
        return tuple(inside)

    def _pieces(self, start: int, end: int, boundary: bytes) -> list[tuple[int, int]]:
        """Where the parts between the boundaries lie. The line break before a boundary belongs to the boundary."""
        mark = b"\n--" + boundary
        pieces: list[tuple[int, int]] = []
        opened = None
        # The first boundary may stand on the very line after the headers, whose break lies before `start`.
        at = self.data.find(mark, max(start - 1, 0), end)
        while at >= 0 and len(pieces) < MAX_PARTS:
            rest_at = at + len(mark)
            newline = self.data.find(b"\n", rest_at, end)
            rest = self.data[rest_at : end if newline < 0 else newline].rstrip(b" \t\r")
            if rest in {b"", b"--"}:
                if opened is not None:
                    before = at - 1 if self.data[at - 1 : at] == b"\r" else at
                    pieces.append((opened, max(opened, before)))
                if rest or newline < 0:
                    return pieces
                opened = newline + 1
                at = self.data.find(mark, newline, end)
            elif self._is_made_slow():
                break
            else:
                at = self.data.find(mark, rest_at, end)
        self.oddities.add(Oddity.MALFORMED if at < 0 else Oddity.TOO_COMPLEX)
        return pieces if opened is None else [*pieces, (opened, end)]

    def _is_made_slow(self) -> bool:
        self._false_boundaries += 1
        return self._false_boundaries > MAX_FALSE_BOUNDARIES


def _structured(block: Block, name: str, default: str) -> tuple[str, dict[str, str]]:
    """A header such as `Content-Type: text/plain; charset=utf-8` as its first word, lower case, and its parameters."""
    value = decode(block.value(name)[:_MAX_STRUCTURED])
    if not value.strip():
        return default, {}
    holder = HeaderHolder()
    holder["Content-Type"] = value
    try:
        (first, _), *pairs = holder.get_params([("", "")])
        parameters = {key.lower(): clean_line(collapse_rfc2231_value(text)) for key, text in pairs}
    except (LookupError, ValueError, TypeError, AttributeError):
        # Broken continuations and charsets of RFC 2231; what stands before the first semicolon is still good.
        first, parameters = value.partition(";")[0], {}
    word = first.strip().lower()
    return (word, parameters) if not default or word.count("/") == 1 else (default, parameters)
