"""When a reading may be acted on: readers' scores weighed into probabilities and held against the wanted precision.

A mail is accepted only as a whole: every right is surely in it or surely not. What is not sure goes to a person, with
the best guess and the reason. The weights and thresholds (`Standard`) come with the model; they were found on mails by
hands that the readers had not seen. Pure arithmetic, so that what was decided can be decided again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from mailbot.core.kinds import Kind


class Doubt(StrEnum):
    """Why a reading is left to a person; the console has words for each."""

    UNSURE = "unsure"
    """The probability that all kinds are right is below what was asked for."""
    READERS_DISAGREE = "readers_disagree"
    """One reader clearly says what the weighing denies, or the other way round."""
    GUARDED = "guarded"
    """A rule found words that forbid acting on a kind: negated, hypothetical, taken back, another's data."""
    NOTHING_WRITTEN = "nothing_written"
    """There are no words of the sender's own."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """How one kind's probability is made: log-odds = `bias` + the sum of each reader's score times its weight."""

    bias: float
    weights: Mapping[str, float]

    def probability(self, scores: Mapping[str, float]) -> float:
        """The calibrated probability of a kind, from the readers' log-odds; a reader that is missing counts as 0."""
        odds = self.bias + sum(weight * scores.get(reader, 0.0) for reader, weight in self.weights.items())
        return _sigmoid(odds)


@dataclass(frozen=True, slots=True)
class Sureness:
    """How the probability that the whole set is right is made, from two things that held-out mails showed to tell it.

    Log-odds = `bias` + `set_weight` times the log-odds of the set's own probability + `agreement_weight` times the
    share of readers that would have read the same set alone.
    """

    bias: float = 0.0
    set_weight: float = 1.0
    agreement_weight: float = 0.0

    def probability(self, own: float, agreement: float) -> float:
        """From the set's own probability and the share of agreeing readers, both 0 to 1."""
        return _sigmoid(self.bias + self.set_weight * log_odds(own) + self.agreement_weight * agreement)


@dataclass(frozen=True, slots=True)
class Standard:
    """What the model brings: how to weigh, and how sure is sure enough."""

    weighings: Mapping[Kind, Weighing]
    thresholds: Mapping[Kind, float]
    """Per kind the least probability of the whole set being right, where the kind is part of it. Above 1: never."""
    sureness: Sureness = field(default_factory=Sureness)
    cut: float = 0.5
    """The probability from which a right is part of the best guess."""
    dissent: float = math.inf
    """Log-odds from which one reader's contradiction alone makes the mail a person's."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The kinds (best guess when `abstained`), each kind's probability, and the probability of the whole set."""

    kinds: tuple[Kind, ...]
    probabilities: Mapping[Kind, float]
    confidence: float
    abstained: bool
    reasons: tuple[Doubt, ...] = field(default=())


def judge(scores: Mapping[Kind, Mapping[str, float]], standard: Standard, guarded: Sequence[Kind] = ()) -> Judgement:
    """Weigh the readers' log-odds per kind and decide what may be acted on.

    `guarded` are kinds that a rule forbids to accept in this mail, such as erasure where it says 'do not erase'.
    """
    probabilities = {kind: standard.weighings[kind].probability(scores.get(kind, {})) for kind in standard.weighings}
    kinds = best_guess(probabilities, standard.cut)
    confidence = standard.sureness.probability(whole_set(probabilities, kinds), agreement(scores, kinds))
    checks = (
        (confidence < max(standard.thresholds.get(kind, math.inf) for kind in kinds), Doubt.UNSURE),
        (_dissent(scores, kinds, standard.dissent), Doubt.READERS_DISAGREE),
        (any(kind in guarded for kind in kinds), Doubt.GUARDED),
    )
    reasons = tuple(doubt for holds, doubt in checks if holds)
    return Judgement(kinds, probabilities, confidence, bool(reasons), reasons)


def best_guess(probabilities: Mapping[Kind, float], cut: float = 0.5) -> tuple[Kind, ...]:
    """The rights likelier than `cut`; without any, the likeliest kind of all. `OTHER` never stands beside a right."""
    rights = tuple(kind for kind, p in probabilities.items() if kind is not Kind.OTHER and p > cut)
    return rights or (max(probabilities, key=lambda kind: probabilities[kind]),)


def whole_set(probabilities: Mapping[Kind, float], kinds: Sequence[Kind]) -> float:
    """The probability that exactly these kinds hold, taking each kind's question as independent of the others."""
    return math.prod(p if kind in kinds else 1 - p for kind, p in probabilities.items())


def agreement(scores: Mapping[Kind, Mapping[str, float]], kinds: Sequence[Kind]) -> float:
    """The share of readers whose own scores alone, without any weighing, would have given these kinds."""
    readers = sorted({reader for by_reader in scores.values() for reader in by_reader})
    alone = [
        best_guess({kind: _sigmoid(by_reader.get(reader, 0.0)) for kind, by_reader in scores.items()})
        for reader in readers
    ]
    return sum(set(guess) == set(kinds) for guess in alone) / len(readers) if readers else 0.0


def log_odds(probability: float) -> float:
    """The log-odds of a probability, kept finite."""
    bounded = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(bounded / (1 - bounded))


def _dissent(scores: Mapping[Kind, Mapping[str, float]], kinds: Sequence[Kind], limit: float) -> bool:
    """Whether a reader denies a kind that was taken, or claims a right that was not, more strongly than `limit`."""
    return any(
        score < -limit if kind in kinds else (kind is not Kind.OTHER and score > limit)
        for kind, by_reader in scores.items()
        for score in by_reader.values()
    )


def _sigmoid(odds: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))
