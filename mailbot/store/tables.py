"""mailbot's own tables.

What a person wrote, or who it was, lies in columns marked 'Content', so that it can be removed in time; what was done
and why stays. Times are UTC. Enumerations are stored as their text, so that a row can be read without the program.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Index,
    LargeBinary,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlmodel import Field, SQLModel


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC, on databases with and without time zones. Naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Into the database.

        Raises:
            ValueError: the datetime is naive.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "naive datetime"
            raise ValueError(msg)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Out of the database: SQLite gives naive values, which were written as UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _instant(*, nullable: bool = True, index: bool = False) -> Any:  # noqa: ANN401 - SQLModel's Field is untyped here
    return Field(default=None, sa_column=Column(UtcDateTime, nullable=nullable, index=index))


class StoredMail(SQLModel, table=True):
    """The raw bytes of one incoming mail, once, by their SHA-256 (hex)."""

    __tablename__ = "stored_mail"
    sha256: str = Field(primary_key=True, max_length=64)
    raw: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """None when the content has been removed after the case closed, or was never fetched (too large)."""
    size: int
    removed_at: datetime | None = _instant()


class Mail(SQLModel, table=True):
    """One sighting of a mail in a folder. (account, folder, uidvalidity, uid) identify it (docs/mail.md, intake)."""

    __tablename__ = "mail"
    __table_args__ = (
        UniqueConstraint("account", "folder", "uidvalidity", "uid"),
        Index("ix_mail_disposition_received", "disposition", "received_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    account: str
    folder: str
    uidvalidity: int = Field(sa_type=BigInteger)
    uid: int = Field(sa_type=BigInteger)
    """Both are unsigned and of 32 bits (RFC 9051 2.3.1.1): more than INTEGER holds on PostgreSQL."""
    sha256: str = Field(foreign_key="stored_mail.sha256", index=True)
    size: int
    received_at: datetime = _instant(nullable=False)
    """INTERNALDATE: what every clock starts from (rule 1)."""
    stored_at: datetime = _instant(nullable=False)
    processed_at: datetime | None = _instant(index=True)
    """None while it waits for `process`."""
    attempts: int = 0
    """How often processing was begun; a mail that kills the program ends in quarantine."""
    disposition: str | None = None
    reasons: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    rule_hits: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    verdict: str = ""
    """`core.message.Verdict` of the From domain, and the method, such as `aligned dmarc`."""
    case_id: int | None = Field(default=None, foreign_key="case.id", index=True)
    reading: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    error: str = ""
    """For the quarantine: the class of what went wrong; never its text, which can hold personal data."""
    filed_at: datetime | None = _instant(index=True)
    """When it was moved out of the inbox folder; None while that is still to be done."""


class Case(SQLModel, table=True):
    """One person's matter: one or several requests, with the mails and answers that belong to it."""

    __tablename__ = "case"
    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(default="", index=True)
    """What people see, such as `DS-2026-00042`. Guessable: it joins and opens nothing."""
    person: str | None = Field(default=None, index=True)
    """`core.identity.Person.key`; None while unknown."""
    address: str | None = None
    """The sender's address, canonical. Removed with the content."""
    answer_to: str | None = None
    """The registered address that answers go to; None when the registers do not know the person."""
    name: str = ""
    """How the person is greeted. Content."""
    language: str = "sv"
    level: str = "unknown"
    thread: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Message-IDs of the person's own mails, newest last, so that answers thread. Content."""
    vouched_by: str | None = None
    vouched_how: str | None = None
    opened_at: datetime = _instant(nullable=False)
    received_at: datetime = _instant(nullable=False)
    closed_at: datetime | None = _instant(index=True)
    content_removed_at: datetime | None = _instant()
    version: int = 0
    """Raised by every change; part of what an officer approves, so that a changed case asks again."""


class Request(SQLModel, table=True):
    """One right invoked in a case, or `other`: something that a person has to read."""

    __tablename__ = "request"
    __table_args__ = (Index("ix_request_state_due", "state", "due"),)
    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case.id", index=True)
    mail_id: int | None = Field(default=None, foreign_key="mail.id")
    kind: str
    state: str
    reasons: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    received_at: datetime = _instant(nullable=False)
    due: date
    target: date
    extended: bool = False
    extension_reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    changes: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Corrections asked for, as `core.reading.Change`. Content."""
    marketing: bool = False
    """An objection to direct marketing (21(2)-(3))."""
    plan: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    """`core.plan` as data, with the rows it is about. Content."""
    digest: str | None = None
    """SHA-256 of what was approved: plan, exact answer, case version."""
    decided_by: str | None = None
    decided_at: datetime | None = _instant()
    decision_ground: str = Field(default="", sa_column=Column(Text, nullable=False))
    outcome: list[dict[str, Any]] | None = Field(default=None, sa_column=Column(JSON))
    """Per step what was done, without content: data set, operation, number of rows, ground, until."""
    ended_at: datetime | None = _instant()


class Proof(SQLModel, table=True):
    """A one-time confirmation sent to a registered address."""

    __tablename__ = "proof"
    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case.id", index=True)
    address: str
    """The registered address it was sent to. Content."""
    purpose: str = "identity"
    """`identity`, or `new_address` for the second half of a changed e-mail address."""
    code_hash: str = Field(index=True)
    """SHA-256 of the one-time code; the code itself lies only in the outgoing mail."""
    outgoing_id: int = Field(foreign_key="outgoing.id", index=True)
    created_at: datetime = _instant(nullable=False)
    expires_at: datetime = _instant(nullable=False)
    attempts: int = 0
    """Answers that were neither yes nor no."""
    answered_at: datetime | None = _instant()
    answer: str | None = None


class Outgoing(SQLModel, table=True):
    """One outgoing mail, its bytes frozen when it was decided; the outbox."""

    __tablename__ = "outgoing"
    __table_args__ = (Index("ix_outgoing_state_next", "state", "next_attempt_at"),)
    id: int | None = Field(default=None, primary_key=True)
    case_id: int | None = Field(default=None, foreign_key="case.id", index=True)
    request_id: int | None = Field(default=None, foreign_key="request.id")
    template: str
    recipient: str = Field(index=True)
    envelope_from: str
    message_id: str = Field(sa_column=Column(String, unique=True, nullable=False))
    raw: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    state: str = "waiting"
    """`waiting`, `sending`, `sent`, `failed`, `held` (beyond the limits, or shadow mode) or `cancelled`."""
    held_because: str = ""
    attempts: int = 0
    created_at: datetime = _instant(nullable=False)
    not_before: datetime = _instant(nullable=False)
    next_attempt_at: datetime = _instant(nullable=False)
    give_up_at: datetime = _instant(nullable=False)
    sent_at: datetime | None = _instant()
    status: str = ""
    """The last SMTP status code, such as `451 4.7.1`; never the server's text."""
    leased_until: datetime | None = _instant()
    leased_by: str | None = None


class Work(SQLModel, table=True):
    """Something to be carried out after the transaction that decided it: a plan applied, a mail filed."""

    __tablename__ = "work"
    __table_args__ = (Index("ix_work_done_not_before", "done_at", "not_before"),)
    id: int | None = Field(default=None, primary_key=True)
    task: str
    """`apply` a request's approved plan; the rest of act works straight from the rows themselves."""
    request_id: int | None = Field(default=None, foreign_key="request.id", index=True)
    digest: str | None = None
    not_before: datetime = _instant(nullable=False)
    created_at: datetime = _instant(nullable=False)
    attempts: int = 0
    started_at: datetime | None = _instant()
    """When the first step may have been applied: from then on the plan is finished as approved, not compared anew."""
    leased_until: datetime | None = _instant()
    leased_by: str | None = None
    done_at: datetime | None = _instant()
    result: str = ""


class Lease(SQLModel, table=True):
    """Who runs something that only one may run at a time, such as a mailbox's intake."""

    __tablename__ = "lease"
    name: str = Field(primary_key=True)
    owner: str
    until: datetime = _instant(nullable=False)


class AuditEntry(SQLModel, table=True):
    """One line of the tamper-evident log: each hash covers the entry and the hash before it. No personal data."""

    __tablename__ = "audit_entry"
    seq: int | None = Field(default=None, primary_key=True)
    at: datetime = _instant(nullable=False)
    actor: str
    """`mailbot`, `person`, or `officer:NAME`."""
    action: str
    case_number: str | None = Field(default=None, index=True)
    details: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    previous: str
    hash: str = Field(sa_column=Column(String, unique=True, nullable=False))


class Officer(SQLModel, table=True):
    """Somebody who may use the console."""

    __tablename__ = "officer"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(sa_column=Column(String, unique=True, nullable=False))
    role: str = "officer"
    password_hash: str
    created_at: datetime = _instant(nullable=False)
    disabled_at: datetime | None = _instant()


class OfficerSession(SQLModel, table=True):
    """An officer's log-in. The cookie holds a random token, the row only its SHA-256; deleting the row ends it."""

    __tablename__ = "officer_session"
    token_hash: str = Field(primary_key=True)
    officer_id: int = Field(foreign_key="officer.id", index=True)
    created_at: datetime = _instant(nullable=False)
    seen_at: datetime = _instant(nullable=False)
    expires_at: datetime = _instant(nullable=False)


class Handover(SQLModel, table=True):
    """An encrypted copy of a person's data that waits to be fetched by a link, without log-in."""

    __tablename__ = "handover"
    token_hash: str = Field(primary_key=True, max_length=64)
    """SHA-256 of the link's token; the token itself lies only in the outgoing mail."""
    case_id: int = Field(foreign_key="case.id", index=True)
    request_id: int | None = Field(default=None, foreign_key="request.id")
    content: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """The encrypted PDF. Content; None when it is used up, or its time is over."""
    fetches_left: int
    expires_at: datetime = _instant(nullable=False, index=True)
    fetched_at: datetime | None = _instant()
    """When it was fetched last."""


class ReminderSent(SQLModel, table=True):
    """A retention reminder, so that nothing is purged whose reminder was not delivered to the mail server (rule 25)."""

    __tablename__ = "reminder_sent"
    __table_args__ = (UniqueConstraint("dataset", "row_key", "for_day"),)
    id: int | None = Field(default=None, primary_key=True)
    dataset: str
    row_key: str
    for_day: date
    outgoing_id: int = Field(foreign_key="outgoing.id")


class Erasure(SQLModel, table=True):
    """The erasure ledger: keyed hashes, no address, so that erasures can be replayed after a restore (rule 26)."""

    __tablename__ = "erasure"
    id: int | None = Field(default=None, primary_key=True)
    at: datetime = _instant(nullable=False)
    case_number: str
    dataset: str
    address_hash: str = Field(index=True)
    operation: str


class Duty(SQLModel, table=True):
    """Data kept on a ground that has to be erased on a day, without being asked again (rule 17)."""

    __tablename__ = "duty"
    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case.id", index=True)
    dataset: str
    row_key: str
    until: date = Field(index=True)
    """The last day of keeping."""
    ground: str
    tell: str | None = None
    """The address to tell when it is done. Content."""
    done_at: datetime | None = _instant()


class Lifting(SQLModel, table=True):
    """A restriction that ends on a day that the person has been told of before (Article 18(3), rule 20)."""

    __tablename__ = "lifting"
    id: int | None = Field(default=None, primary_key=True)
    request_id: int = Field(foreign_key="request.id", index=True)
    day: date = Field(index=True)
    outgoing_id: int = Field(foreign_key="outgoing.id")
    """The letter that tells of it; before it has left, nothing is lifted."""
    decided_by: str
    ended_at: datetime | None = _instant()
    result: str = ""
    """`lifted` or `cancelled`; empty while it is to come."""


class AlarmRaised(SQLModel, table=True):
    """Something that the officers have been told of, so that they are told once."""

    __tablename__ = "alarm_raised"
    key: str = Field(primary_key=True)
    at: datetime = _instant(nullable=False)


class RetentionDay(SQLModel, table=True):
    """A day's retention run, and how many rows of which data sets it concerned."""

    __tablename__ = "retention_day"
    day: date = Field(primary_key=True)
    at: datetime = _instant(nullable=False)
    outcome: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class Correction(SQLModel, table=True):
    """A reading that an officer put right, names and numbers replaced, to learn from."""

    __tablename__ = "correction"
    id: int | None = Field(default=None, primary_key=True)
    at: datetime = _instant(nullable=False)
    officer: str
    mail_id: int | None = Field(default=None, foreign_key="mail.id")
    language: str
    subject: str = Field(sa_column=Column(Text, nullable=False))
    text: str = Field(sa_column=Column(Text, nullable=False))
    read_as: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    kinds: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
