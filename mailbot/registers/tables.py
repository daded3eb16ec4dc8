"""The embedded register's tables: the columns of its CSV files, an internal id, and since when a row is restricted.

Dates are ISO 8601 text as the source gave it, a day or a day with a time: a consent given on '2024-03-01' was not given
at midnight. ISO 8601 sorts as text.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Index, Table, Text, func
from sqlmodel import Field, MetaData, SQLModel


class Embedded(SQLModel):
    """What every table has. Ids are never used again, so that a replayed erasure cannot meet somebody else's row."""

    metadata = MetaData()
    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    restricted_at: str | None = None


class Contact(Embedded, table=True):
    """A user profile, a customer's contact person."""

    __tablename__ = "contacts"
    name: str
    email: str
    secondary_email: str | None = None
    organisation: str | None = None
    title: str | None = None
    phone: str | None = None
    language: str | None = None
    registered_at: str | None = None
    last_active_at: str | None = Field(default=None, index=True)


class Consent(Embedded, table=True):
    """One consent, from when it was given until it was withdrawn."""

    __tablename__ = "consents"
    email: str
    purpose: str
    given_at: str
    withdrawn_at: str | None = Field(default=None, index=True)


class Enquiry(Embedded, table=True):
    """A question from the contact page."""

    __tablename__ = "enquiries"
    name: str | None = None
    email: str
    organisation: str | None = None
    message: str | None = Field(default=None, sa_type=Text)
    created_at: str
    last_activity_at: str | None = Field(default=None, index=True)


class Ticket(Embedded, table=True):
    """A support ticket: who sent it is ours, what it says is the customer's."""

    __tablename__ = "tickets"
    number: str = Field(index=True)
    requester_email: str | None = None
    organisation: str | None = None
    subject: str | None = Field(default=None, sa_type=Text)
    body: str | None = Field(default=None, sa_type=Text)
    created_at: str = Field(index=True)


class EventRegistration(Embedded, table=True):
    """A place at a training or an event."""

    __tablename__ = "event_registrations"
    name: str | None = None
    email: str
    title: str | None = None
    organisation: str | None = None
    mobile: str | None = None
    dietary: str | None = None
    personal_id: str | None = None
    event: str
    event_date: str = Field(index=True)
    invoiced_at: str | None = Field(default=None, index=True)


class Organisation(Embedded, table=True):
    """A customer and whom it has named for privacy matters."""

    __tablename__ = "organisations"
    name: str = Field(index=True)
    privacy_contact: str | None = None


class Suppression(Embedded, table=True):
    """An address that is never mailed marketing again."""

    __tablename__ = "suppressions"
    email: str
    since: str


for _table, _column in (
    (Contact, "email"),
    (Contact, "secondary_email"),
    (Consent, "email"),
    (Enquiry, "email"),
    (Ticket, "requester_email"),
    (EventRegistration, "email"),
    (Organisation, "privacy_contact"),
    (Suppression, "email"),
):
    # Addresses are compared trimmed and in lower case, in an index too.
    Index(f"ix_{_table.__tablename__}_{_column}_compared", func.lower(func.trim(getattr(_table, _column))))

TABLES: Mapping[str, Table] = Embedded.metadata.tables
"""The tables by the name of their data set."""
