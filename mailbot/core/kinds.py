"""The rights a mail can invoke, and the words used for them everywhere."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """A data protection right, or `OTHER` for what a person has to read (docs/rights.md, request kinds)."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    PORTABILITY = "portability"
    OBJECTION = "objection"
    CONSENT_WITHDRAWAL = "consent_withdrawal"
    OTHER = "other"

    @property
    def article(self) -> str | None:
        """The GDPR article the right rests on, such as `15`; None for `OTHER`."""
        return ARTICLES.get(self)


ARTICLES = {
    Kind.ACCESS: "15",
    Kind.RECTIFICATION: "16",
    Kind.ERASURE: "17",
    Kind.RESTRICTION: "18",
    Kind.PORTABILITY: "20",
    Kind.OBJECTION: "21",
    Kind.CONSENT_WITHDRAWAL: "7(3)",
}

RIGHTS = tuple(ARTICLES)
"""Every kind that is a right, in the order people are shown them."""


class Language(StrEnum):
    """A language that everything a person reads exists in."""

    SWEDISH = "sv"
    ENGLISH = "en"


class Field(StrEnum):
    """What a rectification can be about; fixed by `mailbot classify --jsonl`."""

    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    TITLE = "title"
    ORGANISATION = "organisation"
    ADDRESS = "address"
    PERSONAL_ID = "personal_id"
    OTHER = "other"


class Disposition(StrEnum):
    """What became of one incoming mail. Every mail ends in exactly one (docs/mail.md, intake)."""

    REQUEST = "request"
    """Invokes rights: a case was opened, or requests were added to one."""
    CONFIRMATION = "confirmation"
    """Answers a one-time confirmation."""
    FOLLOW_UP = "follow_up"
    """Belongs to a case without adding a right: joined to it."""
    TO_OFFICER = "to_officer"
    """Could not be read or trusted with certainty: a person decides."""
    OTHER = "other"
    """Invokes no right: lies with the officer, unanswered."""
    AUTOMATIC = "automatic"
    """Sent by a machine or a list; never answered."""
    BOUNCE = "bounce"
    """A delivery report; the mail it is about has been updated."""
    OWN = "own"
    """Our own mail come back."""
    DUPLICATE = "duplicate"
    """The very same bytes as an earlier mail."""
    QUARANTINED = "quarantined"
    """Could not be handled; raw bytes are kept for the officer."""
