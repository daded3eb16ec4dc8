"""The last component: finds, from held-out scores, how to weigh the readers and how sure is sure enough; then judges."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language as Pipeline
from spacy.tokens import Doc

from mailbot.core.judge import Standard, Weighing, best_guess, judge, whole_set
from mailbot.core.kinds import Kind
from mailbot.nlp.components import KINDS, Log, label_matrix
from mailbot.nlp.corpus import Mail
from mailbot.nlp.hashing import Floats
from mailbot.nlp.linear import Fit, Weights, logistic, sigmoid

_FILE = "standard.json"


class JudgeComponent:
    """Weighs what the readers before it said, and writes the judgement on the doc."""

    def __init__(self, name: str, wanted: float, cost: float) -> None:
        self.name = name
        self.wanted = wanted
        self.cost = cost
        self.standard = Standard({kind: Weighing(0.0, {}) for kind in KINDS}, {})

    def __call__(self, doc: Doc) -> Doc:
        scores = {kind: {reader: float(row[i]) for reader, row in doc._.scores.items()} for i, kind in enumerate(KINDS)}
        doc._.judgement = judge(scores, self.standard)
        return doc

    def learn(self, mails: Sequence[Mail], held_out: Mapping[str, Floats], log: Log) -> None:
        """Find weights and thresholds from scores that each reader gave to hands it had not seen."""
        labels = label_matrix(mails)
        readers = list(held_out)
        weighings, odds = {}, np.zeros_like(labels)
        for i, kind in enumerate(KINDS):
            points = np.stack([held_out[reader][:, i] for reader in readers], axis=1)
            found = logistic(points, labels[:, [i]], Fit(self.cost))
            weighings[kind] = _weighing(readers, found)
            odds[:, i] = (points @ found.matrix + found.bias)[:, 0]
        self.standard = Standard(weighings, self._thresholds(mails, sigmoid(odds)))
        log(f"{self.name}: thresholds " + ", ".join(f"{k} {t:.3f}" for k, t in self.standard.thresholds.items()))

    def _thresholds(self, mails: Sequence[Mail], probabilities: Floats) -> dict[Kind, float]:
        outcomes = []
        for mail, row in zip(mails, probabilities, strict=True):
            by_kind = dict(zip(KINDS, (float(p) for p in row), strict=True))
            kinds = best_guess(by_kind)
            outcomes.append((whole_set(by_kind, kinds), kinds, set(kinds) == mail.labels))
        least = threshold([(sure, right) for sure, _, right in outcomes], self.wanted)
        return dict.fromkeys(KINDS, least)

    def to_disk(self, path: Path, **_: Any) -> None:
        """Keep the standard as text that can be read and compared."""
        path.mkdir(parents=True, exist_ok=True)
        kept = {
            "thresholds": self.standard.thresholds,
            "weighings": {
                kind: {"bias": weighing.bias, "weights": weighing.weights}
                for kind, weighing in self.standard.weighings.items()
            },
        }
        (path / _FILE).write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")

    def from_disk(self, path: Path, **_: Any) -> JudgeComponent:
        """Read what `to_disk` kept."""
        kept = json.loads((path / _FILE).read_text(encoding="utf-8"))
        self.standard = Standard(
            {Kind(kind): Weighing(found["bias"], found["weights"]) for kind, found in kept["weighings"].items()},
            {Kind(kind): found for kind, found in kept["thresholds"].items()},
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


def _weighing(readers: Sequence[str], found: Weights) -> Weighing:
    weights = {reader: round(float(weight), 4) for reader, weight in zip(readers, found.matrix[:, 0], strict=True)}
    return Weighing(round(float(found.bias[0]), 4), weights)


@Pipeline.factory("mailbot_judge", assigns=["doc._.judgement"], default_config={"wanted": 0.99, "cost": 10.0})
def create_judge(nlp: Pipeline, name: str, wanted: float, cost: float) -> JudgeComponent:
    """The component as config.cfg names it."""
    return JudgeComponent(name, wanted, cost)
