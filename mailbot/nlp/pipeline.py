"""The program's reader of mails: loads the trained spaCy pipeline and turns each mail into a `Reading`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import spacy
from spacy.language import Language as Pipeline
from spacy.tokens import Doc
from spacy.util import load_config, load_model_from_config

from mailbot.core.judge import Doubt, Judgement
from mailbot.core.kinds import Kind
from mailbot.core.reading import Evidence, Reading
from mailbot.errors import MailbotError
from mailbot.nlp import components, mail_reader, sentence_reader, weighing
from mailbot.nlp.changes import changes
from mailbot.nlp.circumstances import is_about_marketing, is_processor_matter, is_representative
from mailbot.nlp.language import language_of
from mailbot.nlp.letter import MAX_CHARACTERS, Letter

PARTS: Final = (components, mail_reader, sentence_reader, weighing)
"""Modules that register the components which config.cfg names; without them spaCy cannot build the pipeline."""


_LONGEST_EVIDENCE: Final = 300
_BATCH_CHARACTERS: Final = 262_144


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
        for batch in _batches(sources, batch_size):
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


def untrained(config: Path) -> Pipeline:
    """Return the pipeline that a config file describes, with nothing learnt.

    Raises:
        ModelError: the file is missing, or describes no pipeline.
    """
    try:
        return load_model_from_config(load_config(config), auto_fill=True)
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise ModelError(f"{config}: does not describe the reader's pipeline") from problem


def _batches(sources: Iterable[str], most: int) -> Iterator[list[str]]:
    """The texts in lots of at most `most`, and of few characters, so that many long mails take little memory."""
    batch: list[str] = []
    characters = 0
    for source in sources:
        if batch and (len(batch) == most or characters + len(source) > _BATCH_CHARACTERS):
            yield batch
            batch, characters = [], 0
        batch.append(source)
        characters += len(source)
    if batch:
        yield batch


def _source(subject: str, text: str) -> str:
    return (subject.replace("\n", " ") + "\n" + text)[:MAX_CHARACTERS]


def _reading(doc: Doc) -> Reading:
    letter: Letter = doc._.view.letter
    judgement: Judgement = doc._.judgement
    subject, _, text = letter.source.partition("\n")
    silent = not letter.sentences
    evidence = () if silent else tuple(_evidence(letter, judgement.kinds, doc._.carriers))
    objections = [found for found in evidence if found.kind is Kind.OBJECTION]
    return Reading(
        language=language_of(subject, text),
        kinds=(Kind.OTHER,) if silent else judgement.kinds,
        scores=dict(judgement.probabilities),
        abstained=judgement.abstained or silent,
        source=letter.source,
        evidence=evidence,
        changes=changes(letter) if Kind.RECTIFICATION in judgement.kinds else (),
        representative=is_representative(letter),
        processor=is_processor_matter(letter),
        direct_marketing=any(is_about_marketing(letter, found.start, found.end) for found in objections),
        reasons=(Doubt.NOTHING_WRITTEN,) if silent else judgement.reasons,
    )


def _evidence(letter: Letter, kinds: Sequence[Kind], carriers: Mapping[Kind, int]) -> Iterator[Evidence]:
    for kind in kinds:
        if kind in carriers:
            start, end = letter.sentences[carriers[kind]]
            end = min(end, start + _LONGEST_EVIDENCE)
            yield Evidence(kind, letter.source[start:end], start, end)
