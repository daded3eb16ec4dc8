"""The learning curve: how the reader of whole mails, the strongest one, does on the test hands as hands are added."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from mailbot.core.judge import best_guess
from mailbot.nlp.components import KINDS, Example, LexiconComponent, Log, label_matrix
from mailbot.nlp.corpus import read_corpus
from mailbot.nlp.families import table
from mailbot.nlp.hashing import Floats
from mailbot.nlp.linear import coordinates, inner_products, logistic, sigmoid
from mailbot.nlp.mail_reader import MailReader
from mailbot.nlp.pipeline import ModelError, untrained

_STEPS: Final = (2, 4, 8, 12, 16)
"""Numbers of hands, before all of them."""


@dataclass(frozen=True, slots=True)
class Point:
    """One reader after learning from so many hands."""

    hands: int
    mails: int
    macro_f1: float
    exact: float


def learning_curve(config: Path, corpus: Path, log: Log) -> list[Point]:
    """Learn from growing numbers of hands, in alphabetical order, and measure each time on the test hands.

    Raises:
        CorpusError, ModelError: as for `train`.
    """
    nlp = untrained(config)
    lexicon = nlp.get_pipe("lexicon")
    reader = next((part for _, part in nlp.pipeline if isinstance(part, MailReader)), None)
    if not isinstance(lexicon, LexiconComponent) or reader is None:
        raise ModelError(f"{config}: needs a component `lexicon` and a reader of whole mails")
    lexicon.prepare(config.parent)
    learnt, held_back = read_corpus(corpus)
    examples = [Example(mail, lexicon.look(mail.subject, mail.text)) for mail in [*learnt, *held_back]]
    points = coordinates(inner_products(table([e.view for e in examples], reader.shares, reader.bits)))
    labels = label_matrix(examples)
    names = sorted({mail.hand for mail in learnt})
    curve = []
    for count in [*(step for step in _STEPS if step < len(names)), len(names)]:
        usable = np.array([i for i, mail in enumerate(learnt) if mail.hand in names[:count]])
        weights = logistic(points[usable], labels[usable], reader.fit, np.ones(len(usable), dtype=np.float32))
        scores = points[len(learnt) :] @ weights.matrix + weights.bias
        curve.append(_point(count, len(usable), scores, labels[len(learnt) :]))
        log(f"{count} hands, {len(usable)} mails: macro-F1 {curve[-1].macro_f1:.3f}")
    return curve


def write_curve(curve: Sequence[Point], output: Path) -> None:
    """Add the curve to metrics.json in the model's folder."""
    path = output / "metrics.json"
    figures = json.loads(path.read_text(encoding="utf-8"))
    figures["learning_curve"] = [asdict(point) for point in curve]
    path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _point(hands: int, mails: int, scores: Floats, labels: Floats) -> Point:
    guessed = np.zeros_like(labels)
    for row, probabilities in zip(guessed, sigmoid(scores), strict=True):
        for kind in best_guess(dict(zip(KINDS, map(float, probabilities), strict=True))):
            row[KINDS.index(kind)] = 1
    both, either = (guessed * labels).sum(0), guessed.sum(0) + labels.sum(0)
    return Point(
        hands,
        mails,
        round(float((2 * both / np.maximum(either, 1)).mean()), 4),
        round(float((guessed == labels).all(axis=1).mean()), 4),
    )
