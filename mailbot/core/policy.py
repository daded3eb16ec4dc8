"""What the company has decided: per kind the identity needed and who carries it out, and every limit."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from mailbot.core.identity import Level
from mailbot.core.kinds import Kind


class Hands(StrEnum):
    """Who carries a request out once its identity level is reached."""

    PROGRAM = "program"
    """At once, by the program – unless its plan has an obstacle, then the officer."""
    OFFICER = "officer"
    """Always laid before the officer."""


class Rule(BaseModel):
    """What one kind needs and who carries it out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    level: Literal["unknown", "claimed", "authenticated", "proven", "vouched"]
    hands: Hands

    @property
    def needed(self) -> Level:
        """The level as something that compares."""
        return Level.from_code(self.level)


DEFAULT_RULES: dict[Kind, Rule] = {
    Kind.CONSENT_WITHDRAWAL: Rule(level="claimed", hands=Hands.PROGRAM),
    Kind.ACCESS: Rule(level="proven", hands=Hands.PROGRAM),
    Kind.PORTABILITY: Rule(level="proven", hands=Hands.PROGRAM),
    Kind.RECTIFICATION: Rule(level="proven", hands=Hands.PROGRAM),
    Kind.ERASURE: Rule(level="proven", hands=Hands.OFFICER),
    Kind.RESTRICTION: Rule(level="authenticated", hands=Hands.OFFICER),
    Kind.OBJECTION: Rule(level="authenticated", hands=Hands.OFFICER),
}
"""The table of docs/rights.md. An objection to direct marketing is ruled as a withdrawal of consent (21(2)-(3))."""


class Policy(BaseModel):
    """Everything the company can set about how requests are handled. Times are in the unit that the name ends with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: dict[Kind, Rule] = Field(default_factory=dict, description="per kind, what differs from the default table")
    undo_seconds: int = Field(30, ge=0, le=86_400, description="how long what an officer approved can be taken back")
    replies_per_address: int = Field(
        10, ge=1, description="answers to one address in 24 hours; more wait for the officer"
    )
    replies_per_day: int = Field(500, ge=1, description="answers to everybody in 24 hours; more wait for the officer")
    target_days: int = Field(14, ge=1, le=30, description="internal target, in calendar days from receipt")
    proof_days: int = Field(14, ge=1, le=60, description="how long a one-time confirmation can be answered")
    proof_attempts: int = Field(
        3, ge=1, le=10, description="confirmations sent or answers misread before an officer looks"
    )
    repeat_days: int = Field(
        180, ge=0, description="the same kind again from the same person within this goes to the officer"
    )
    lift_days: int = Field(14, ge=1, le=90, description="how long before a restriction is lifted the person is told")
    copy_days: int = Field(
        14, ge=1, le=60, description="how long the copy of a person's data can be fetched by its link"
    )
    content_days: int = Field(90, ge=0, description="how long after a case has closed its mail text is kept")
    acknowledge_unsure: bool = Field(
        default=True, description="send a neutral acknowledgement when a person has to read the mail"
    )

    @field_validator("rules")
    @classmethod
    def _rights_only(cls, rules: dict[Kind, Rule]) -> dict[Kind, Rule]:
        if Kind.OTHER in rules:
            raise ValueError("other is no right: an officer reads it")
        return rules

    def rule(self, kind: Kind) -> Rule:
        """The rule that holds for a right.

        Raises:
            KeyError: for `Kind.OTHER`, which invokes no right.
        """
        return self.rules.get(kind) or DEFAULT_RULES[kind]
