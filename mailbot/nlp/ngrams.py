"""The reader that knows most: a linear model over all of a mail's character and word n-grams, by their hashes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language as Pipeline

from mailbot.nlp.components import KINDS, Log, Scoring, label_matrix
from mailbot.nlp.corpus import Mail
from mailbot.nlp.hashing import Floats, Integers, Rows, character_grams, plain, rows, word_grams
from mailbot.nlp.letter import Letter
from mailbot.nlp.linear import Fit, Weights, carried_back, coordinates, held_out, inner_products, logistic

_FILE = "weights.npz"


class NgramReader(Scoring):
    """Log-odds per kind from hashed n-grams of what was written now."""

    def __init__(self, name: str, lengths: Sequence[int], words: int, bits: int, fit: Fit) -> None:
        self.name = name
        self.lengths = tuple(lengths)
        self.words = words
        self.bits = bits
        self.fit = fit
        self.weights = Weights(np.zeros((2 << bits, len(KINDS)), np.float16), np.zeros(len(KINDS), np.float32))

    def learn(self, mails: Sequence[Mail], log: Log) -> Floats:
        table = self._rows([mail.letter for mail in mails])
        points = coordinates(inner_products(table))
        labels = label_matrix(mails)
        log(f"{self.name}: {len(mails)} mails, {len(table.columns)} n-grams; leaving out each hand in turn")
        unseen = held_out(points, labels, [mail.hand for mail in mails], self.fit)
        found = carried_back(table, points, logistic(points, labels, self.fit))
        self.weights = Weights(found.matrix.astype(np.float16), found.bias)
        return unseen

    def scores(self, letters: Sequence[Letter]) -> Floats:
        result: Floats = self._rows(letters).times(self.weights.matrix) + self.weights.bias
        return result

    def _rows(self, letters: Sequence[Letter]) -> Rows:
        return rows((self._columns(found) for found in letters), 2 << self.bits)

    def _columns(self, found: Letter) -> Integers:
        text = plain(" . ".join(found.folded[start:end] for start, end in found.own))
        characters = character_grams(text, self.lengths, self.bits)
        return np.concatenate([characters, word_grams(text, self.words, self.bits) + (1 << self.bits)])

    def to_disk(self, path: Path, **_: Any) -> None:
        """Keep the weights that are not nothing, in half precision."""
        path.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(path / _FILE, matrix=self.weights.matrix, bias=self.weights.bias)

    def from_disk(self, path: Path, **_: Any) -> NgramReader:
        """Read what `to_disk` kept."""
        with np.load(path / _FILE, allow_pickle=False) as kept:
            self.weights = Weights(kept["matrix"], kept["bias"])
        return self


@Pipeline.factory(
    "mailbot_ngrams",
    assigns=["doc._.scores"],
    default_config={"lengths": [2, 3, 4, 5], "words": 2, "bits": 17, "cost": 30.0},
)
def create_ngrams(nlp: Pipeline, name: str, lengths: list[int], words: int, bits: int, cost: float) -> NgramReader:
    """The reader as config.cfg names it."""
    return NgramReader(name, lengths, words, bits, Fit(cost))
