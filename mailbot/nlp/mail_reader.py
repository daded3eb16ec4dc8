"""The reader of whole mails: one linear model over any of the families of evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from spacy.language import Language as Pipeline

from mailbot.nlp.components import KINDS, Example, Log, Scoring, importance, label_matrix
from mailbot.nlp.families import table
from mailbot.nlp.hashing import Floats, Rows
from mailbot.nlp.linear import Fit, Weights, carried_back, coordinates, held_out, inner_products, logistic
from mailbot.nlp.view import View

_FILE: Final = "weights.npz"
_NOTHING: Final = 0.002
"""Weights below this share of the largest are not kept: they change no score by more than its third figure."""


class MailReader(Scoring):
    """Log-odds per kind from a whole mail."""

    def __init__(self, name: str, shares: Mapping[str, float], bits: int, folds: int, fit: Fit) -> None:
        self.name = name
        self.shares = dict(shares)
        self.bits = bits
        self.folds = folds
        self.fit = fit
        width = len(shares) << bits
        self.weights = Weights(np.zeros((width, len(KINDS)), np.float16), np.zeros(len(KINDS), np.float32))

    def learn(self, examples: Sequence[Example], log: Log) -> Floats:
        found = self._rows([example.view for example in examples])
        points = coordinates(inner_products(found))
        labels, weigh = label_matrix(examples), importance(examples)
        hands = [example.mail.hand for example in examples]
        log(f"{self.name}: {len(examples)} mails, {len(found.columns)} values; leaving out hands in {self.folds} parts")
        unseen = held_out(points, labels, hands, self.folds, self.fit, weigh)
        weights = carried_back(found, points, logistic(points, labels, self.fit, weigh))
        matrix = np.where(np.abs(weights.matrix) < _NOTHING * np.abs(weights.matrix).max(), 0, weights.matrix)
        self.weights = Weights(matrix.astype(np.float16), weights.bias)
        return unseen

    def scores(self, views: Sequence[View]) -> Floats:
        result: Floats = self._rows(views).times(self.weights.matrix) + self.weights.bias
        return result

    def _rows(self, views: Sequence[View]) -> Rows:
        return table(views, self.shares, self.bits)

    def to_disk(self, path: Path, **_: object) -> None:
        """Keep the weights in half precision."""
        path.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(path / _FILE, matrix=self.weights.matrix, bias=self.weights.bias)

    def from_disk(self, path: Path, **_: object) -> MailReader:
        """Read what `to_disk` kept."""
        with np.load(path / _FILE, allow_pickle=False) as kept:
            self.weights = Weights(kept["matrix"], kept["bias"])
        return self


@Pipeline.factory(
    "mailbot_mail_reader", assigns=["doc._.scores"], default_config={"bits": 16, "folds": 6, "cost": 20.0, "rounds": 60}
)
def create_mail_reader(
    nlp: Pipeline,  # noqa: ARG001 -- spaCy passes it
    name: str,
    shares: dict[str, float],
    bits: int,
    folds: int,
    cost: float,
    rounds: int,
) -> MailReader:
    """Make the reader as config.cfg names it."""
    return MailReader(name, shares, bits, folds, Fit(cost, rounds))
