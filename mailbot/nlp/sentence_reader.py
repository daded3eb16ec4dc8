"""The reader of single sentences: finds the one that carries a wish, however long the letter around it is.

It learns from the words that the corpus marks as having carried each label. Where a mail has no such marks, the
sentence that a first round finds likeliest is taken to have carried the label, and a second round learns from that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from spacy.language import Language as Pipeline
from spacy.tokens import Doc

from mailbot.core.kinds import Kind
from mailbot.nlp.components import KINDS, Example, Log, Scoring
from mailbot.nlp.families import concept_names, hashed
from mailbot.nlp.hashing import Floats, Integers, Rows, rows, word_list
from mailbot.nlp.linear import Fit, Weights, parts, sparse_logistic
from mailbot.nlp.view import View

_FILE: Final = "weights.npz"
_RIGHTS: Final = [i for i, kind in enumerate(KINDS) if kind is not Kind.OTHER]
_STEM: Final = 5
_EDGE: Final = 15
_SILENT: Final = -9.0
"""Log-odds of every right in a mail without a sentence."""


class SentenceReader(Scoring):
    """Log-odds per kind: of a right, those of its likeliest sentence; of `OTHER`, that no sentence carries any."""

    def __init__(self, name: str, bits: int, folds: int, fit: Fit) -> None:
        self.name = name
        self.bits = bits
        self.folds = folds
        self.fit = fit
        self.weights = Weights(np.zeros((1 << bits, len(_RIGHTS)), np.float16), np.zeros(len(_RIGHTS), np.float32))

    def learn(self, examples: Sequence[Example], log: Log) -> Floats:
        examples = [example for example in examples if not example.made]
        owners = np.array([i for i, e in enumerate(examples) for _ in e.view.hits], dtype=np.int64)
        found = self._rows([example.view for example in examples])
        labels, known = _marks(examples)
        log(f"{self.name}: {len(found)} sentences, {int(known.sum())} marked; hands left out in {self.folds} parts")
        hands = np.array([examples[i].mail.hand for i in owners])
        unseen = np.zeros((len(found), len(_RIGHTS)), dtype=np.float32)
        for part in parts([example.mail.hand for example in examples], self.folds):
            out = np.isin(hands, part)
            weights = self._fit(found, labels, known, owners, ~out, examples)
            unseen[out] = found.take(np.flatnonzero(out)).times(weights.matrix) + weights.bias
        weights = self._fit(found, labels, known, owners, np.ones(len(found), dtype=bool), examples)
        self.weights = Weights(weights.matrix.astype(np.float16), weights.bias)
        return _of_mails(unseen, owners, len(examples))

    def scores(self, views: Sequence[View]) -> Floats:
        owners = np.array([i for i, view in enumerate(views) for _ in view.hits], dtype=np.int64)
        return _of_mails(self._rows(views).times(self.weights.matrix) + self.weights.bias, owners, len(views))

    def pipe(self, stream: Iterable[Doc], batch_size: int = 128, **_: object) -> Iterator[Doc]:
        """Score docs in batches, and note for each right the sentence that carries it likeliest."""
        docs = iter(stream)
        while batch := list(islice(docs, batch_size)):
            views: list[View] = [doc._.view for doc in batch]
            scores = self._rows(views).times(self.weights.matrix) + self.weights.bias
            ends = np.cumsum([len(view.hits) for view in views])
            for doc, found in zip(batch, np.split(scores, ends[:-1]), strict=True):
                doc._.carriers = self._carriers(found)
                doc._.scores[self.name] = _of_mails(found, np.zeros(len(found), dtype=np.int64), 1)[0]
                yield doc

    def _carriers(self, scores: Floats) -> dict[Kind, int]:
        if not len(scores):
            return {}
        best = scores.argmax(axis=0)
        return {KINDS[right]: int(best[i]) for i, right in enumerate(_RIGHTS)}

    def _fit(
        self,
        found: Rows,
        labels: Floats,
        known: npt.NDArray[np.bool_],
        owners: Integers,
        usable: npt.NDArray[np.bool_],
        examples: Sequence[Example],
    ) -> Weights:
        """Two rounds: first the marked sentences, then also those that the first round takes for carriers."""
        marked = np.flatnonzero(usable & known)
        first = sparse_logistic(found.take(marked), labels[marked], Fit(self.fit.cost / 2, self.fit.rounds))
        rest = np.flatnonzero(usable & ~known)
        guessed = labels.copy()
        scores = found.take(rest).times(first.matrix) + first.bias
        for mail in np.unique(owners[rest]):
            mine = np.flatnonzero(owners[rest] == mail)
            for output, right in enumerate(_RIGHTS):
                if KINDS[right] in examples[mail].mail.labels:
                    guessed[rest[mine[scores[mine, output].argmax()]], output] = 1
        every = np.flatnonzero(usable)
        return sparse_logistic(found.take(every), guessed[every], self.fit)

    def _rows(self, views: Sequence[View]) -> Rows:
        return rows((self._columns(view, i) for view in views for i in range(len(view.hits))), 1 << self.bits)

    def _columns(self, view: View, sentence: int) -> Integers:
        words = word_list(view.letter.folded[slice(*view.letter.sentences[sentence])])
        names = concept_names(view.hits[sentence])
        names += [f"word {word}" for word in words] + [f"stem {word[:_STEM]}" for word in words if len(word) > _STEM]
        names += [f"two {first} {then}" for first, then in pairwise(words)]
        names += [f"over {first} {then}" for first, then in zip(words, words[2:], strict=False)]
        return hashed(names, self.bits)

    def to_disk(self, path: Path, **_: object) -> None:
        """Keep the weights in half precision."""
        path.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(path / _FILE, matrix=self.weights.matrix, bias=self.weights.bias)

    def from_disk(self, path: Path, **_: object) -> SentenceReader:
        """Read what `to_disk` kept."""
        with np.load(path / _FILE, allow_pickle=False) as kept:
            self.weights = Weights(kept["matrix"], kept["bias"])
        return self


def _marks(examples: Sequence[Example]) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Which sentence carries which right, and which mails' marks are known: marked ones, and those with no right."""
    labels, known = [], []
    for example in examples:
        mail, letter = example.mail, example.view.letter
        for start, end in letter.sentences:
            sentence = letter.source[start:end]
            carried = {kind for kind, words in mail.evidence if _overlap(words, sentence)}
            labels.append([KINDS[right] in carried for right in _RIGHTS])
            known.append(bool(mail.evidence) or mail.labels == {Kind.OTHER})
    return np.array(labels, dtype=np.float32).reshape(-1, len(_RIGHTS)), np.array(known, dtype=bool)


def _overlap(words: str, sentence: str) -> bool:
    if words in sentence or sentence in words:
        return True
    return len(words) > _EDGE and (words[:_EDGE] in sentence or words[-_EDGE:] in sentence)


def _of_mails(scores: Floats, owners: Integers, count: int) -> Floats:
    best = np.full((count, len(_RIGHTS)), _SILENT, dtype=np.float32)
    np.maximum.at(best, owners, scores)
    result = np.zeros((count, len(KINDS)), dtype=np.float32)
    result[:, _RIGHTS] = best
    result[:, KINDS.index(Kind.OTHER)] = -best.max(axis=1)
    return result


@Pipeline.factory(
    "mailbot_sentence_reader",
    assigns=["doc._.scores"],
    default_config={"bits": 17, "folds": 6, "cost": 20.0, "rounds": 50},
)
def create_sentence_reader(
    nlp: Pipeline,  # noqa: ARG001
    name: str,
    bits: int,
    folds: int,
    cost: float,
    rounds: int,
) -> SentenceReader:
    """Make the reader as config.cfg names it; spaCy calls it with the pipeline."""
    return SentenceReader(name, bits, folds, Fit(cost, rounds))
