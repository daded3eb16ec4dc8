"""The last component: finds from held-out scores how to weigh the readers and how sure is enough; then judges."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

import numpy as np
from spacy.language import Language as Pipeline
from spacy.tokens import Doc

from mailbot.core.judge import Standard, Sureness, Weighing, agreement, best_guess, judge, log_odds, whole_set
from mailbot.core.kinds import Kind
from mailbot.nlp.components import KINDS, Example, Log, label_matrix
from mailbot.nlp.guards import guarded
from mailbot.nlp.hashing import Floats
from mailbot.nlp.linear import Fit, Weights, logistic, sigmoid

_FILE: Final = "standard.json"
_LEEWAY: Final = 0.02
"""How much less may be right within one kind than among all mails: a kind alone has few to prove it by."""


class JudgeComponent:
    """Weighs what the readers before it said, and writes the judgement on the doc."""

    def __init__(self, name: str, wanted: float, cost: float) -> None:
        self.name = name
        self.wanted = wanted
        self.cost = cost
        self.standard = Standard({kind: Weighing(0.0, {}) for kind in KINDS}, {})

    def __call__(self, doc: Doc) -> Doc:
        scores = {kind: {reader: float(row[i]) for reader, row in doc._.scores.items()} for i, kind in enumerate(KINDS)}
        doc._.judgement = judge(scores, self.standard, guarded(doc._.view.letter))
        return doc

    def learn(self, examples: Sequence[Example], held_out: Mapping[str, Floats], log: Log) -> None:
        """Find weights and thresholds from scores that each reader gave to hands it had not seen."""
        labels = label_matrix(examples)
        readers = list(held_out)
        weighings, odds = {}, np.zeros_like(labels)
        for i, kind in enumerate(KINDS):
            points = np.stack([held_out[reader][:, i] for reader in readers], axis=1)
            found = logistic(points, labels[:, [i]], Fit(self.cost))
            weighings[kind] = _weighing(readers, found)
            odds[:, i] = (points @ found.matrix + found.bias)[:, 0]
        probabilities = [dict(zip(KINDS, map(float, row), strict=True)) for row in sigmoid(odds)]
        guesses = [best_guess(row) for row in probabilities]
        right = [set(guess) == example.mail.labels for guess, example in zip(guesses, examples, strict=True)]
        signs = np.array(
            [
                (log_odds(whole_set(row, guess)), agreement(_by_kind(held_out, number), guess))
                for number, (row, guess) in enumerate(zip(probabilities, guesses, strict=True))
            ],
            dtype=np.float32,
        )
        found = logistic(signs, np.array(right, dtype=np.float32)[:, None], Fit(self.cost))
        sureness = Sureness(*(round(float(x), 4) for x in (found.bias[0], *found.matrix[:, 0])))
        sure = sigmoid(signs @ found.matrix + found.bias)[:, 0]
        thresholds = self._thresholds(list(zip(map(float, sure), guesses, right, strict=True)))
        self.standard = Standard(weighings, thresholds, sureness)
        log(f"{self.name}: thresholds " + ", ".join(f"{k} {t:.3f}" for k, t in thresholds.items()))

    def _thresholds(self, outcomes: Sequence[tuple[float, tuple[Kind, ...], bool]]) -> dict[Kind, float]:
        """Per kind the confidence from which enough of the mails with it are right; never less strict than for all."""
        of_all = threshold([(sure, right) for sure, _, right in outcomes], self.wanted)
        return {
            kind: round(
                max(of_all, threshold([(s, r) for s, kinds, r in outcomes if kind in kinds], self.wanted - _LEEWAY)), 4
            )
            for kind in KINDS
        }

    def to_disk(self, path: Path, **_: object) -> None:
        """Keep the standard as text that can be read and compared."""
        path.mkdir(parents=True, exist_ok=True)
        kept = {
            "sureness": asdict(self.standard.sureness),
            "thresholds": self.standard.thresholds,
            "weighings": {
                kind: {"bias": weighing.bias, "weights": weighing.weights}
                for kind, weighing in self.standard.weighings.items()
            },
        }
        (path / _FILE).write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")

    def from_disk(self, path: Path, **_: object) -> JudgeComponent:
        """Read what `to_disk` kept."""
        kept = json.loads((path / _FILE).read_text(encoding="utf-8"))
        self.standard = Standard(
            {Kind(kind): Weighing(found["bias"], found["weights"]) for kind, found in kept["weighings"].items()},
            {Kind(kind): found for kind, found in kept["thresholds"].items()},
            Sureness(**kept["sureness"]),
        )
        return self


def threshold(outcomes: Sequence[tuple[float, bool]], wanted: float) -> float:
    """The least confidence from which on the share of right ones is at least `wanted`; above 1 where there is none.

    The share is taken with one failure more than was seen, so that few mails never prove much.
    """
    least, wrong = math.inf, 1
    for count, (sure, right) in enumerate(sorted(outcomes, reverse=True), start=1):
        wrong += not right
        if 1 - wrong / (count + 1) >= wanted:
            least = sure
    return least if math.isfinite(least) else 1.01


def _by_kind(held_out: Mapping[str, Floats], number: int) -> dict[Kind, dict[str, float]]:
    return {kind: {reader: float(rows[number, i]) for reader, rows in held_out.items()} for i, kind in enumerate(KINDS)}


def _weighing(readers: Sequence[str], found: Weights) -> Weighing:
    weights = {reader: round(float(weight), 4) for reader, weight in zip(readers, found.matrix[:, 0], strict=True)}
    return Weighing(round(float(found.bias[0]), 4), weights)


@Pipeline.factory("mailbot_judge", assigns=["doc._.judgement"], default_config={"wanted": 0.99, "cost": 10.0})
def create_judge(nlp: Pipeline, name: str, wanted: float, cost: float) -> JudgeComponent:  # noqa: ARG001 -- spaCy passes it
    """The component as config.cfg names it."""
    return JudgeComponent(name, wanted, cost)
