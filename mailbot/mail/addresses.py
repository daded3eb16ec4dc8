"""The mailboxes of an address header (RFC 5322 3.4), read so that nobody can pass for somebody else.

The standard library takes `a@good.se <evil@bad.se>` for a@good.se. Here the address is what stands in angle brackets
at the end, names are decoded only after the structure has been read – an encoded comma or bracket is just a letter of
the name –, and whatever is not plainly one address has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailbot.core.message import Mailbox
from mailbot.mail.charset import clean_line, decode
from mailbot.mail.headers import decode_words

MAX_MAILBOXES = 200

_ADDRESS = re.compile(
    r"(?:[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f]{1,64}|\"[^\"\\\x00-\x1f\x7f]{1,62}\")@"
    r"(?:[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f]{1,255}|\[[0-9A-Fa-f.:IPv]{3,60}\])"
)
_ROUTE = re.compile(r"(?:@[^\s@<>,:;]{1,255},?){1,10}:")
# A quotation, comment or bracket that is never closed reaches to the end of the header.
_TOKEN = re.compile(
    r"\"(?:[^\"\\]|\\.)*+\\?(?:\"|\Z)|\((?:[^()\\]|\\.)*+\\?(?:\)|\Z)|<[^<>]*+(?:>|\Z)|[,;:]|[^\"(<,;:]++|.",
    re.DOTALL,
)


def mailboxes(value: bytes) -> tuple[Mailbox, ...]:
    """The mailboxes of one header. A group counts as those in it; what is no valid address becomes ''."""
    return tuple(_mailbox(*item) for _, item in zip(range(MAX_MAILBOXES), _items(decode(value)), strict=False))


def on_the_wire(address: str) -> str | None:
    """An address as servers and headers take it: ASCII, its domain in IDNA; None when no mail can be sent to it."""
    local, _, domain = address.strip().rpartition("@")
    if not (_is_address(address.strip()) and local.isascii() and local.isprintable()) or '"' in local:
        return None
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return None


def _mailbox(name: str, bracketed: list[str]) -> Mailbox:
    if not bracketed:
        bare = name.strip()
        return Mailbox("", bare) if _is_address(bare) else Mailbox(_decoded(name), "")
    address = _ROUTE.sub("", bracketed[0].strip(), count=1).strip()
    return Mailbox(_decoded(name), address if len(bracketed) == 1 and _is_address(address) else "")


def _is_address(text: str) -> bool:
    return _ADDRESS.fullmatch(text) is not None and clean_line(text) == text


def _decoded(name: str) -> str:
    words = clean_line(decode_words(re.sub(r"\\(.)", r"\1", _unquoted(name.strip(), '"'))))
    return _unquoted(words, "'")


def _unquoted(text: str, mark: str) -> str:
    return text[1:-1].strip() if len(text) > 1 and text[0] == text[-1] == mark else text


def _items(text: str) -> Iterator[tuple[str, list[str]]]:
    """The items of the list as (what stands outside of angle brackets, what stands inside of each pair of them)."""
    name, bracketed = "", list[str]()
    for piece in (*_TOKEN.findall(text), ","):
        if piece in {",", ";"}:
            if bracketed or name.strip():
                yield name, bracketed
            name, bracketed = "", []
        elif piece == ":":
            # What stood before was the name of a group.
            name = ""
        elif piece.startswith("<"):
            bracketed.append(piece[1:-1] if piece.endswith(">") else "")
        elif not piece.startswith("("):
            name += piece
