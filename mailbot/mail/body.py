"""What a mail says and what it carries: text, attachments, mails within the mail, and what cannot be read.

Of alternatives the plain one is read, unless it only says that there is HTML. A mail that is attached is somebody
else's words or an earlier matter: it is counted, never read.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from mailbot.core.message import Attachment, Oddity
from mailbot.mail.charset import clean
from mailbot.mail.flowed import unfold
from mailbot.mail.html import to_text
from mailbot.mail.mime import Part

MAX_TEXT = 256 * 1024
"""Characters of text that are read."""
MAX_HTML = 1024 * 1024
"""Characters of HTML that are looked at."""
MAX_STUB = 300
"""A plain alternative shorter than this that speaks of HTML is no alternative."""

_PLAIN = frozenset({"text/plain", "text", "text/markdown", "text/x-markdown"})
_REPORTS = frozenset(
    {"message/delivery-status", "message/disposition-notification", "message/feedback-report", "text/rfc822-headers"}
    | {"message/global-delivery-status", "message/global-disposition-notification", "message/global-headers"}
)
_MAILS = frozenset({"message/rfc822", "message/global", "message/news", "application/vnd.ms-outlook"})
_MAIL_SUFFIXES = (".eml", ".msg")
_UNREADABLE = {
    "application/ms-tnef": Oddity.TNEF,
    "application/vnd.ms-tnef": Oddity.TNEF,
    "application/pkcs7-mime": Oddity.ENCRYPTED,
    "application/x-pkcs7-mime": Oddity.ENCRYPTED,
    "application/pgp-encrypted": Oddity.ENCRYPTED,
    "application/x-microsoft-rpmsg-message": Oddity.ENCRYPTED,
    "multipart/encrypted": Oddity.ENCRYPTED,
    "message/partial": Oddity.PARTIAL,
    "message/external-body": Oddity.PARTIAL,
}
_UNREADABLE_NAMES = {"winmail.dat": Oddity.TNEF, "smime.p7m": Oddity.ENCRYPTED, "message.rpmsg": Oddity.ENCRYPTED}
_SPEAKS_OF_HTML = re.compile(
    r"\bhtml\b|webbläsare|e-?postprogram|mail client|e-?mail (?:client|program|reader)", re.IGNORECASE
)
_PGP_MESSAGE = "-----BEGIN PGP MESSAGE-----"
_PGP_SIGNED, _PGP_SIGNATURE = "-----BEGIN PGP SIGNED MESSAGE-----", "-----BEGIN PGP SIGNATURE-----"


@dataclass(frozen=True, slots=True)
class Words:
    """One stretch of the sender's text, as plain text, as HTML, or both."""

    plain: str = ""
    html: str = ""


@dataclass(slots=True)
class Body:
    """What was found in the parts of a mail, in the order they stand."""

    words: list[Words] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    attached_messages: int = 0
    oddities: set[Oddity] = field(default_factory=set)
    _plain_room: int = MAX_TEXT
    _html_room: int = MAX_HTML

    @property
    def html(self) -> str | None:
        """The HTML as it came; None if there is none."""
        return "\n".join(words.html for words in self.words if words.html) or None

    def text(self) -> str:
        """Everything the sender's mail says as plain text, clean."""
        text = "\n\n".join(filter(None, (_readable(words) for words in self.words)))
        self._limit(len(text), MAX_TEXT)
        if _PGP_MESSAGE in text:
            self.oddities.add(Oddity.ENCRYPTED)
        return _without_armour(text[:MAX_TEXT])

    def plain(self, part: Part) -> Words:
        """The words of a plain part, as far as there is room for them."""
        text = part.text()
        self._limit(len(text), self._plain_room)
        text = clean(text[: self._plain_room])
        self._plain_room -= len(text)
        if part.parameters.get("format", "").lower() == "flowed":
            text = unfold(text, delete_space=part.parameters.get("delsp", "").lower() == "yes")
        return Words(plain=text)

    def rich(self, part: Part) -> Words:
        """The words of an HTML part, as far as there is room for them."""
        html = part.text()
        self._limit(len(html), self._html_room)
        html = html[: self._html_room]
        self._html_room -= len(html)
        return Words(html=html)

    def _limit(self, length: int, room: int) -> None:
        if length > room:
            self.oddities.add(Oddity.TOO_LARGE)


def read_body(root: Part) -> Body:
    """Go through the parts of a mail; never raises."""
    body = Body()
    body.words = _read(root, body, is_root=True)
    return body


def _read(part: Part, body: Body, *, is_root: bool = False) -> list[Words]:
    """The sender's words in a part; what is not words is noted in the body."""
    unreadable = _UNREADABLE.get(part.content_type) or _UNREADABLE_NAMES.get(part.filename.lower())
    if unreadable:
        body.oddities.add(unreadable)
    if part.content_type == "multipart/alternative":
        return [_best(words for inside in part.parts for words in _read(inside, body))]
    if part.parts:
        return [words for inside in part.parts for words in _read(inside, body)]
    if _is_mail(part):
        body.attached_messages += 1
    elif part.content_type in _REPORTS:
        return []
    elif is_root or not (part.filename or part.disposition == "attachment"):
        if part.content_type in _PLAIN:
            return [body.plain(part)]
        if part.content_type == "text/html":
            return [body.rich(part)]
    body.attachments.append(_attachment(part))
    return []


def _is_mail(part: Part) -> bool:
    return part.content_type in _MAILS or part.filename.lower().endswith(_MAIL_SUFFIXES)


def _attachment(part: Part) -> Attachment:
    content = part.content()
    return Attachment(part.filename, part.content_type, len(content), hashlib.sha256(content).hexdigest())


def _best(alternatives: Iterable[Words]) -> Words:
    found = list(alternatives)
    plain = "\n".join(words.plain for words in found if words.plain)
    return Words(plain, "\n".join(words.html for words in found if words.html))


def _readable(words: Words) -> str:
    plain = words.plain.strip("\n")
    says_nothing = not plain.strip() or (len(plain) < MAX_STUB and bool(_SPEAKS_OF_HTML.search(plain)))
    if not words.html or not says_nothing:
        return plain
    shown = to_text(words.html)
    return shown if len(shown) > len(plain) or not plain.strip() else plain


def _without_armour(text: str) -> str:
    """The text of a clear-signed mail (RFC 9580 7): without armour headers, dash escapes and signature."""
    before, begin, signed = text.partition(_PGP_SIGNED)
    if not begin:
        return text
    _, _, signed = signed.partition("\n\n")
    signed, _, after = signed.partition(_PGP_SIGNATURE)
    after = after.partition("-----END PGP SIGNATURE-----")[2]
    lines = (line.removeprefix("- ") for line in signed.split("\n"))
    return before + "\n".join(lines) + after
