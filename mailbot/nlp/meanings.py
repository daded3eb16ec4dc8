"""The reader that knows what words stand for: a linear model over concepts, and pairs of concepts, in the same sentence."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from spacy.language import Language as Pipeline

from mailbot.nlp.components import KINDS, Log, Scoring, label_matrix
from mailbot.nlp.concepts import Hit, Lexicon, read_lexicon
from mailbot.nlp.corpus import Mail
from mailbot.nlp.hashing import Floats, Integers, Rows, rows
from mailbot.nlp.letter import Letter
from mailbot.nlp.linear import Fit, Weights, carried_back, coordinates, held_out, inner_products, logistic

_WEIGHTS = "weights.npz"
_LEXICON = "lexicon.yaml"


class MeaningReader(Scoring):
    """Log-odds per kind from what the lexicon makes of a mail's sentences."""

    def __init__(self, name: str, lexicon: str, reach: int, bits: int, fit: Fit) -> None:
        self.name = name
        self.lexicon_file = lexicon
        self.reach = reach
        self.bits = bits
        self.fit = fit
        self.lexicon = Lexicon({})
        self.lexicon_text = ""
        self.weights = Weights(np.zeros((1 << bits, len(KINDS)), np.float16), np.zeros(len(KINDS), np.float32))

    def prepare(self, folder: Path) -> None:
        """Read the lexicon that config.cfg names, which lies beside it."""
        self.lexicon = read_lexicon(folder / self.lexicon_file)
        self.lexicon_text = (folder / self.lexicon_file).read_text(encoding="utf-8")

    def learn(self, mails: Sequence[Mail], log: Log) -> Floats:
        table = self._rows([mail.letter for mail in mails])
        points = coordinates(inner_products(table))
        labels = label_matrix(mails)
        log(f"{self.name}: {len(mails)} mails; leaving out each hand in turn")
        unseen = held_out(points, labels, [mail.hand for mail in mails], self.fit)
        found = carried_back(table, points, logistic(points, labels, self.fit))
        self.weights = Weights(found.matrix.astype(np.float16), found.bias)
        return unseen

    def scores(self, letters: Sequence[Letter]) -> Floats:
        result: Floats = self._rows(letters).times(self.weights.matrix) + self.weights.bias
        return result

    def _rows(self, letters: Sequence[Letter]) -> Rows:
        return rows((self._columns(found) for found in letters), 1 << self.bits)

    def _columns(self, found: Letter) -> Integers:
        sentences = [self.lexicon.hits(found, start, end) for start, end in found.sentences]
        names = [name for hits in sentences for name in self._names(hits)]
        names += {f"mail {hit.concept}" for hits in sentences for hit in hits}
        return np.array([crc32(name.encode()) >> (32 - self.bits) for name in names], dtype=np.int64)

    def _names(self, hits: Sequence[Hit]) -> list[str]:
        concepts = [hit.concept for hit in hits]
        names = [f"one {concept}" for concept in sorted(set(concepts))]
        for i, first in enumerate(concepts):
            names += [f"pair {first} {then}" for then in concepts[i + 1 : i + 1 + self.reach] if then != first]
        return names + [f"next {first} {then}" for first, then in zip(concepts, concepts[1:], strict=False)]

    def to_disk(self, path: Path, **_: Any) -> None:
        """Keep the weights in half precision, and the lexicon that they belong to."""
        path.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(path / _WEIGHTS, matrix=self.weights.matrix, bias=self.weights.bias)
        (path / _LEXICON).write_text(self.lexicon_text, encoding="utf-8")

    def from_disk(self, path: Path, **_: Any) -> MeaningReader:
        """Read what `to_disk` kept."""
        with np.load(path / _WEIGHTS, allow_pickle=False) as kept:
            self.weights = Weights(kept["matrix"], kept["bias"])
        self.lexicon = read_lexicon(path / _LEXICON)
        return self


@Pipeline.factory(
    "mailbot_meanings",
    assigns=["doc._.scores"],
    default_config={"lexicon": _LEXICON, "reach": 8, "bits": 16, "cost": 10.0},
)
def create_meanings(nlp: Pipeline, name: str, lexicon: str, reach: int, bits: int, cost: float) -> MeaningReader:
    """The reader as config.cfg names it."""
    return MeaningReader(name, lexicon, reach, bits, Fit(cost))
