"""The first tables. A migration is never changed once it is released; mailbot/store/tables.py says what they mean."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _cases()
    _incoming()
    _requests()
    _outgoing()
    _keeping()
    _log_and_officers()


def _cases() -> None:
    op.create_table(
        "case",
        _id(),
        _text("number", index=True),
        _text("person", nullable=True, index=True),
        _text("address", nullable=True),
        _text("answer_to", nullable=True),
        _text("name"),
        _text("language"),
        _text("level"),
        _json("thread"),
        _text("vouched_by", nullable=True),
        _text("vouched_how", nullable=True),
        _instant("opened_at"),
        _instant("received_at"),
        _instant("closed_at", nullable=True, index=True),
        _instant("content_removed_at", nullable=True),
        _number("version"),
    )


def _incoming() -> None:
    op.create_table(
        "stored_mail",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("raw", sa.LargeBinary),
        _number("size"),
        _instant("removed_at", nullable=True),
    )
    op.create_table(
        "mail",
        _id(),
        _text("account"),
        _text("folder"),
        sa.Column("uidvalidity", sa.BigInteger, nullable=False),
        sa.Column("uid", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.String, sa.ForeignKey("stored_mail.sha256"), nullable=False, index=True),
        _number("size"),
        _instant("received_at"),
        _instant("stored_at"),
        _instant("processed_at", nullable=True, index=True),
        _number("attempts"),
        _text("disposition", nullable=True),
        _json("reasons"),
        _json("rule_hits"),
        _text("verdict"),
        _reference("case_id", "case.id", nullable=True, index=True),
        _json("reading", nullable=True),
        _text("error"),
        _instant("filed_at", nullable=True, index=True),
        sa.UniqueConstraint("account", "folder", "uidvalidity", "uid"),
    )
    op.create_index("ix_mail_disposition_received", "mail", ["disposition", "received_at"])


def _requests() -> None:
    op.create_table(
        "request",
        _id(),
        _reference("case_id", "case.id", index=True),
        _reference("mail_id", "mail.id", nullable=True),
        _text("kind"),
        _text("state"),
        _json("reasons"),
        _instant("received_at"),
        sa.Column("due", sa.Date, nullable=False),
        sa.Column("target", sa.Date, nullable=False),
        sa.Column("extended", sa.Boolean, nullable=False),
        _prose("extension_reason"),
        _json("changes"),
        sa.Column("marketing", sa.Boolean, nullable=False),
        _json("plan", nullable=True),
        _text("digest", nullable=True),
        _text("decided_by", nullable=True),
        _instant("decided_at", nullable=True),
        _prose("decision_ground"),
        _json("outcome", nullable=True),
        _instant("ended_at", nullable=True),
    )
    op.create_index("ix_request_state_due", "request", ["state", "due"])
    op.create_table(
        "work",
        _id(),
        _text("task"),
        _reference("request_id", "request.id", nullable=True, index=True),
        _text("digest", nullable=True),
        _instant("not_before"),
        _instant("created_at"),
        _number("attempts"),
        _instant("started_at", nullable=True),
        _instant("leased_until", nullable=True),
        _text("leased_by", nullable=True),
        _instant("done_at", nullable=True),
        _text("result"),
    )
    op.create_index("ix_work_done_not_before", "work", ["done_at", "not_before"])


def _outgoing() -> None:
    op.create_table(
        "outgoing",
        _id(),
        _reference("case_id", "case.id", nullable=True, index=True),
        _reference("request_id", "request.id", nullable=True),
        _text("template"),
        _text("recipient", index=True),
        _text("envelope_from"),
        sa.Column("message_id", sa.String, nullable=False, unique=True),
        sa.Column("raw", sa.LargeBinary),
        _text("state"),
        _text("held_because"),
        _number("attempts"),
        _instant("created_at"),
        _instant("not_before"),
        _instant("next_attempt_at"),
        _instant("give_up_at"),
        _instant("sent_at", nullable=True),
        _text("status"),
        _instant("leased_until", nullable=True),
        _text("leased_by", nullable=True),
    )
    op.create_index("ix_outgoing_state_next", "outgoing", ["state", "next_attempt_at"])
    op.create_table(
        "proof",
        _id(),
        _reference("case_id", "case.id", index=True),
        _text("address"),
        _text("purpose"),
        _text("code_hash", index=True),
        _reference("outgoing_id", "outgoing.id", index=True),
        _instant("created_at"),
        _instant("expires_at"),
        _number("attempts"),
        _instant("answered_at", nullable=True),
        _text("answer", nullable=True),
    )


def _keeping() -> None:
    op.create_table(
        "reminder_sent",
        _id(),
        _text("dataset"),
        _text("row_key"),
        sa.Column("for_day", sa.Date, nullable=False),
        _reference("outgoing_id", "outgoing.id"),
        sa.UniqueConstraint("dataset", "row_key", "for_day"),
    )
    op.create_table(
        "erasure",
        _id(),
        _instant("at"),
        _text("case_number"),
        _text("dataset"),
        _text("address_hash", index=True),
        _text("operation"),
    )
    op.create_table(
        "duty",
        _id(),
        _reference("case_id", "case.id", index=True),
        _text("dataset"),
        _text("row_key"),
        sa.Column("until", sa.Date, nullable=False, index=True),
        _text("ground"),
        _text("tell", nullable=True),
        _instant("done_at", nullable=True),
    )
    op.create_table(
        "alarm_raised",
        sa.Column("key", sa.String, primary_key=True),
        _instant("at"),
    )
    op.create_table(
        "retention_day",
        sa.Column("day", sa.Date, primary_key=True),
        _instant("at"),
        _json("outcome"),
    )


def _log_and_officers() -> None:
    op.create_table(
        "lease",
        sa.Column("name", sa.String, primary_key=True),
        _text("owner"),
        _instant("until"),
    )
    op.create_table(
        "audit_entry",
        sa.Column("seq", sa.Integer, primary_key=True),
        _instant("at"),
        _text("actor"),
        _text("action"),
        _text("case_number", nullable=True, index=True),
        _json("details"),
        _text("previous"),
        sa.Column("hash", sa.String, nullable=False, unique=True),
    )
    op.create_table(
        "officer",
        _id(),
        sa.Column("name", sa.String, nullable=False, unique=True),
        _text("role"),
        _text("password_hash"),
        _instant("created_at"),
        _instant("disabled_at", nullable=True),
    )
    op.create_table(
        "officer_session",
        sa.Column("token_hash", sa.String, primary_key=True),
        _reference("officer_id", "officer.id", index=True),
        _instant("created_at"),
        _instant("seen_at"),
        _instant("expires_at"),
    )
    op.create_table(
        "correction",
        _id(),
        _instant("at"),
        _text("officer"),
        _reference("mail_id", "mail.id", nullable=True),
        _text("language"),
        _prose("subject"),
        _prose("text"),
        _json("read_as"),
        _json("kinds"),
    )


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def _text(name: str, *, nullable: bool = False, index: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=nullable, index=index)


def _prose(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def _instant(name: str, *, nullable: bool = False, index: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, index=index)


def _json(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON, nullable=nullable)


def _reference(name: str, target: str, *, nullable: bool = False, index: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey(target), nullable=nullable, index=index)
