"""The program's reader of mails: loads the trained spaCy pipeline and turns each mail into a `Reading`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import spacy
from spacy.language import Language as Pipeline
from spacy.tokens import Doc

from mailbot.core.judge import Doubt, Judgement
from mailbot.core.kinds import Kind
from mailbot.core.reading import Reading
from mailbot.errors import MailbotError
from mailbot.nlp import meanings, ngrams, weighing
from mailbot.nlp.language import language_of
from mailbot.nlp.letter import MAX_CHARACTERS, Letter

PARTS: Final = (meanings, ngrams, weighing)
"""Modules that register the components which config.cfg names; without them spaCy cannot build the pipeline."""


class ModelError(MailbotError):
    """The trained pipeline is missing or broken."""


class Reader:
    """Reads mails with one loaded pipeline."""

    def __init__(self, nlp: Pipeline) -> None:
        self._nlp = nlp

    @property
    def version(self) -> str:
        """The model's name and version, as training wrote them."""
        return f"{self._nlp.meta['name']}-{self._nlp.meta['version']}"

    def read(self, subject: str, text: str) -> Reading:
        """Read one mail."""
        return next(self.read_many([(subject, text)]))

    def read_many(self, pairs: Iterable[tuple[str, str]], batch_size: int = 128) -> Iterator[Reading]:
        """Read many mails, given as (subject, text), in their order. What lies beyond 64 K characters is not read."""
        sources = (_source(subject, text) for subject, text in pairs)
        for batch in spacy.util.minibatch(sources, batch_size):
            # What spaCy notes of the mails' words is forgotten with the batch: no mail's words stay in memory.
            with self._nlp.memory_zone():
                yield from [_reading(doc) for doc in self._nlp.pipe(batch, batch_size=batch_size)]


def load_reader(model_dir: Path) -> Reader:
    """Load the pipeline in `model_dir` (such as models/request_kinds, which holds `pipeline`).

    Raises:
        ModelError: it is missing or broken.
    """
    folder = model_dir / "pipeline"
    if not (folder / "config.cfg").is_file():
        raise ModelError(f"{folder}: there is no trained model; run `mailbot train`")
    try:
        return Reader(spacy.load(folder))
    except (OSError, ValueError, KeyError, TypeError, EOFError) as problem:
        raise ModelError(f"{folder}: the model is broken; train it anew with `mailbot train`") from problem


def _source(subject: str, text: str) -> str:
    return (subject.replace("\n", " ") + "\n" + text)[:MAX_CHARACTERS]


def _reading(doc: Doc) -> Reading:
    found: Letter = doc._.letter
    judgement: Judgement = doc._.judgement
    subject, _, text = found.source.partition("\n")
    silent = not found.sentences
    return Reading(
        language=language_of(subject, text),
        kinds=(Kind.OTHER,) if silent else judgement.kinds,
        scores=dict(judgement.probabilities),
        abstained=judgement.abstained or silent,
        source=found.source,
        reasons=(Doubt.NOTHING_WRITTEN,) if silent else judgement.reasons,
    )
