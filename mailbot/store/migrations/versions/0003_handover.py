"""Copies of people's data that wait to be fetched by a link."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "handover",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("case.id"), nullable=False, index=True),
        sa.Column("request_id", sa.Integer, sa.ForeignKey("request.id")),
        sa.Column("content", sa.LargeBinary),
        sa.Column("fetches_left", sa.Integer, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True)),
    )
