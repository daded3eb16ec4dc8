"""The parts of the spaCy pipeline that are common to all readers: words, the letter on the doc, and scores by reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import spacy
from spacy.language import Language as Pipeline
from spacy.tokens import Doc
from spacy.util import minibatch
from spacy.vocab import Vocab

from mailbot.core.kinds import Kind
from mailbot.nlp.corpus import Mail
from mailbot.nlp.hashing import Floats
from mailbot.nlp.letter import Letter, letter

KINDS: Final = tuple(Kind)
"""The order of the columns in every matrix of scores."""

_WORD: Final = re.compile(r"\w+|[^\w\s]|\s+")

Log = Callable[[str], None]

if not Doc.has_extension("letter"):
    Doc.set_extension("letter", default=None)
    Doc.set_extension("scores", default=None)
    Doc.set_extension("findings", default=None)
    Doc.set_extension("judgement", default=None)


class KindReader(Protocol):
    """A reader of kinds: learns from labelled mails, and gives each letter log-odds for each of `KINDS`."""

    name: str

    def learn(self, mails: Sequence[Mail], log: Log) -> Floats:
        """Learn from all mails; return each mail's scores by the same reader had it not seen the mail's hand."""

    def scores(self, letters: Sequence[Letter]) -> Floats:
        """Log-odds in an array of (letters, kinds)."""


class Words:
    """A tokenizer that takes time in proportion to the text: words, single signs, and blanks."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """Return the doc, which holds the text to the letter."""
        words: list[str] = []
        spaces: list[bool] = []
        for found in _WORD.finditer(text):
            word = found[0]
            if word.isspace() and words and not spaces[-1] and word[0] == " " and not words[-1].isspace():
                spaces[-1] = True
                word = word[1:]
            if word:
                words.append(word)
                spaces.append(False)
        return Doc(self.vocab, words=words, spaces=spaces)

    def to_disk(self, path: Path, **_: object) -> None:
        """There is nothing to keep."""

    def from_disk(self, path: Path, **_: object) -> Words:
        """There is nothing to read."""
        return self

    def to_bytes(self, **_: object) -> bytes:
        """There is nothing to keep."""
        return b""

    def from_bytes(self, _bytes: bytes, **_: object) -> Words:
        """There is nothing to read."""
        return self


@spacy.registry.tokenizers("mailbot.words.v1")
def create_words() -> Callable[[Pipeline], Words]:
    """The tokenizer as config.cfg names it."""
    return lambda nlp: Words(nlp.vocab)


@Pipeline.component("mailbot_letter", assigns=["doc._.letter"])
def cut_letter(doc: Doc) -> Doc:
    """Cut the text, whose first line is the subject, for reading."""
    subject, _, text = doc.text.partition("\n")
    doc._.letter = letter(subject, text)
    doc._.scores = {}
    return doc


class Scoring:
    """What makes a `KindReader` a spaCy component: one doc or a stream of them gets its scores under the reader's name."""

    name: str

    def scores(self, letters: Sequence[Letter]) -> Floats:
        raise NotImplementedError

    def __call__(self, doc: Doc) -> Doc:
        return next(iter(self.pipe([doc])))

    def pipe(self, stream: Iterable[Doc], batch_size: int = 128, **_: Any) -> Iterator[Doc]:
        """Score docs in batches."""
        for docs in minibatch(stream, batch_size):
            for doc, row in zip(docs, self.scores([doc._.letter for doc in docs]), strict=True):
                doc._.scores[self.name] = row
                yield doc


def label_matrix(mails: Sequence[Mail]) -> Floats:
    """1 where a mail has a kind, in an array of (mails, kinds)."""
    import numpy as np

    return np.array([[kind in mail.labels for kind in KINDS] for mail in mails], dtype=np.float32)
