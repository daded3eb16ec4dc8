"""What all readers in the spaCy pipeline share: words, the view of a mail on the doc, and scores by reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

import numpy as np
from spacy.language import Language as Pipeline
from spacy.tokens import Doc
from spacy.util import registry
from spacy.vocab import Vocab

from mailbot.core.kinds import Kind
from mailbot.nlp.concepts import Lexicon, read_lexicon
from mailbot.nlp.corpus import Mail
from mailbot.nlp.hashing import Floats
from mailbot.nlp.letter import letter
from mailbot.nlp.view import View, view

KINDS: Final = tuple(Kind)
"""The order of the columns in every matrix of scores."""

_LEXICON: Final = "lexicon.yaml"
_MADE: Final = 0.4
_WORD: Final = re.compile(r"\w+|[^\w\s]|\s+")

Log = Callable[[str], None]

if not Doc.has_extension("view"):
    Doc.set_extension("view", default=None)
    Doc.set_extension("scores", default=None)
    Doc.set_extension("carriers", default=None)
    Doc.set_extension("judgement", default=None)


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled mail made ready to learn from."""

    mail: Mail
    view: View
    made: bool = False
    """Put together for training from other mails: weighs less, and is never measured on."""


@runtime_checkable
class KindReader(Protocol):
    """A reader of kinds: learns from labelled mails, and gives each mail log-odds for each of `KINDS`."""

    name: str

    def learn(self, examples: Sequence[Example], log: Log) -> Floats:
        """Learn from all; return the scores of those not made, by the same reader had it not seen their hand."""

    def scores(self, views: Sequence[View]) -> Floats:
        """Log-odds in an array of (mails, kinds)."""


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

    def from_disk(self, path: Path, **_: object) -> Words:  # noqa: ARG002 -- spaCy passes it
        """There is nothing to read."""
        return self

    def to_bytes(self, **_: object) -> bytes:
        """There is nothing to keep."""
        return b""

    def from_bytes(self, _bytes: bytes, **_: object) -> Words:
        """There is nothing to read."""
        return self


@registry.tokenizers("mailbot.words.v1")  # type: ignore[untyped-decorator]
def create_words() -> Callable[[Pipeline], Words]:
    """The tokenizer as config.cfg names it."""
    return lambda nlp: Words(nlp.vocab)


class LexiconComponent:
    """The first component: cuts the text, whose first line is the subject, and looks its words up."""

    def __init__(self, name: str, file: str) -> None:
        self.name = name
        self.file = file
        self.lexicon = Lexicon({})
        self.text = ""

    def prepare(self, folder: Path) -> None:
        """Read the lexicon that config.cfg names, which lies beside it."""
        self.lexicon = read_lexicon(folder / self.file)
        self.text = (folder / self.file).read_text(encoding="utf-8")

    def look(self, subject: str, text: str) -> View:
        """Return a mail made ready for the readers."""
        return view(letter(subject, text), self.lexicon)

    def __call__(self, doc: Doc) -> Doc:
        subject, _, text = doc.text.partition("\n")
        doc._.view = self.look(subject, text)
        doc._.scores = {}
        return doc

    def to_disk(self, path: Path, **_: object) -> None:
        """Keep the lexicon that the readers' weights belong to."""
        path.mkdir(parents=True, exist_ok=True)
        (path / _LEXICON).write_text(self.text, encoding="utf-8")

    def from_disk(self, path: Path, **_: object) -> LexiconComponent:
        """Read what `to_disk` kept."""
        self.lexicon = read_lexicon(path / _LEXICON)
        self.text = (path / _LEXICON).read_text(encoding="utf-8")
        return self


@Pipeline.factory("mailbot_lexicon", assigns=["doc._.view"], default_config={"file": _LEXICON})
def create_lexicon(nlp: Pipeline, name: str, file: str) -> LexiconComponent:  # noqa: ARG001
    """Make the component as config.cfg names it; spaCy calls it with the pipeline."""
    return LexiconComponent(name, file)


class Scoring:
    """What makes a `KindReader` a spaCy component: docs get its scores under its name."""

    name: str

    def scores(self, views: Sequence[View]) -> Floats:
        raise NotImplementedError

    def __call__(self, doc: Doc) -> Doc:
        return next(iter(self.pipe([doc])))

    def pipe(self, stream: Iterable[Doc], batch_size: int = 128, **_: object) -> Iterator[Doc]:
        """Score docs in batches."""
        docs = iter(stream)
        while batch := list(islice(docs, batch_size)):
            for doc, row in zip(batch, self.scores([doc._.view for doc in batch]), strict=True):
                doc._.scores[self.name] = row
                yield doc


def label_matrix(examples: Sequence[Example]) -> Floats:
    """1 where a mail has a kind, in an array of (mails, kinds)."""
    return np.array([[kind in example.mail.labels for kind in KINDS] for example in examples], dtype=np.float32)


def importance(examples: Sequence[Example]) -> Floats:
    """How much each mail weighs in learning."""
    return np.array([_MADE if example.made else 1.0 for example in examples], dtype=np.float32)
