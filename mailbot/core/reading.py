"""What was read in a mail: kinds with their scores, the words that carried them, and the changes asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailbot.core.kinds import Field, Kind, Language


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words that carried a kind. `start` and `end` are character offsets into `Reading.source`."""

    kind: Kind
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Change:
    """One correction asked for. `old` or `new` is None when the mail does not give it; never guessed."""

    field: Field
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader makes of one text.

    `kinds` holds what it is sure of and is `(Kind.OTHER,)` when it is sure that no right is invoked; when `abstained`,
    `kinds` is its best guess, to be shown to the officer and acted on by nobody. `scores` are calibrated probabilities
    from 0 to 1.
    """

    language: Language
    kinds: tuple[Kind, ...]
    scores: Mapping[Kind, float]
    abstained: bool
    source: str = ""
    evidence: tuple[Evidence, ...] = ()
    changes: tuple[Change, ...] = ()
    representative: bool = False
    """Writes for somebody else (docs/rights.md rule 12)."""
    processor: bool = False
    """About data in a customer's system (rule 18)."""
    direct_marketing: bool = False
    """An objection that is about marketing, absolute under Article 21(2)-(3)."""
    reasons: tuple[str, ...] = field(default=())
    """Why it abstained, as codes the console has words for, such as `readers_disagree`."""

    @property
    def rights(self) -> tuple[Kind, ...]:
        """The kinds that are rights, `OTHER` left out."""
        return tuple(kind for kind in self.kinds if kind is not Kind.OTHER)
