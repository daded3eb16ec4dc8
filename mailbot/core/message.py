"""One incoming mail as plain facts: what `mail.parse` reads out of raw bytes and everything else decides on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One `display name <address>` as it stands in a header, decoded. `address` is '' when none is valid."""

    name: str
    address: str


class Oddity(StrEnum):
    """Something about a mail that a program must not read past: a person looks (docs/mail.md, reading)."""

    ENCRYPTED = "encrypted"
    TNEF = "tnef"
    PARTIAL = "partial"
    IMAGES_ONLY = "images_only"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_COMPLEX = "too_complex"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is not the sender's text. `filename` is the sender's own: only ever shown, never a path."""

    filename: str
    content_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a delivery status notification says about one of our mails (RFC 3464)."""

    original_message_id: str | None
    action: str
    """`failed`, `delayed`, `delivered`, `relayed` or `expanded`; '' when the report does not say."""
    status: str
    """Such as `5.1.1`; '' when the report does not say."""


@dataclass(frozen=True, slots=True)
class Message:
    """One mail. Header names in `headers` are lower case, their values decoded and in the order they stand."""

    message_id: str | None
    """With angle brackets, as in the header."""
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    from_mailboxes: tuple[Mailbox, ...]
    """Every mailbox of every From header."""
    from_headers: int
    recipients: tuple[str, ...]
    """Addresses of To, Cc, Delivered-To and X-Original-To, lower case."""
    return_path: str | None
    """None when there is no such header, '' for the null return path `<>`."""
    subject: str
    headers: Mapping[str, tuple[str, ...]]
    text: str
    """All that the sender's mail says as plain text, quoted history and signature included."""
    own_text: str
    """What the sender wrote this time: quoted history, forwarded mail, signature and footer cut away."""
    html: str | None = None
    """The HTML part as it came, unsanitised; None if there is none. Only the console shows it, made harmless."""
    attachments: tuple[Attachment, ...] = ()
    attached_messages: int = 0
    """How many whole mails are attached; what they say is not the sender's own request."""
    oddities: frozenset[Oddity] = field(default_factory=frozenset)
    delivery_report: DeliveryReport | None = None
    is_disposition_notification: bool = False

    def header(self, name: str) -> str:
        """The first value of a header, '' when it is missing."""
        values = self.headers.get(name.lower(), ())
        return values[0] if values else ""


class Verdict(StrEnum):
    """How sure it is that the domain in From sent this mail (docs/mail.md, who wrote it)."""

    ALIGNED = "aligned"
    """DMARC passed at a trusted server, or an aligned DKIM signature was verified by us."""
    FAILED = "failed"
    """A trusted server says that DMARC failed."""
    NONE = "none"
    """Nobody that we trust says anything."""


@dataclass(frozen=True, slots=True)
class Authentication:
    """The verdict on a mail's From domain, and the method that gave it (`dmarc`, `dkim` or '')."""

    verdict: Verdict
    method: str = ""
    domain: str = ""
