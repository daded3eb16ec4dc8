"""What a mail's words mean, whichever words the writer took: a lexicon that maps Swedish and English to concepts.

A few thousand mails cannot teach that 'sudda', 'plocka bort' and 'scrub' are one wish; the lexicon says it. A text
becomes a sequence of concepts a sentence, found in time linear in its length: each word is looked up by its
beginnings, and a phrase is tried only where its first word stands.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from mailbot.errors import MailbotError
from mailbot.nlp.letter import Letter, fold

_WORD: Final = re.compile(r"[^\W_]+(?:['’:/.-][^\W_]+)*|§|\?")
_GAP: Final = ".."
_LONGEST_GAP: Final = 3
_LONGEST_WORD: Final = 24
_ARTICLE: Final = re.compile(
    r"\bart(?:ikel|ikeln|iklarna|icles?|s)?\b\.?\s{0,3}((?:[\d.,()\s]|och|and|to|samt|[a-f]\b|-|till){1,40})"
)
_ARTICLES: Final = {
    "15": "a15",
    "16": "a16",
    "17": "a17",
    "18": "a18",
    "19": "a19",
    "20": "a20",
    "21": "a21",
    "7": "a7",
    "22": "a22",
    "12": "a12",
}


class LexiconError(MailbotError):
    """The lexicon is not what it must be."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A concept read in a mail; offsets count characters of `Letter.source`."""

    concept: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    items: frozenset[int]


class Lexicon:
    """Words and phrases by concept, made for looking up."""

    def __init__(self, entries: Mapping[str, Sequence[str]]) -> None:
        self.concepts = tuple(entries)
        self._items: dict[str, int] = {}
        self._phrases: dict[int, list[tuple[tuple[int, ...], str]]] = defaultdict(list)
        for concept, phrases in entries.items():
            for phrase in phrases:
                first, *rest = [self._item(word) for word in phrase.split()]
                self._phrases[first].append((tuple(rest), concept))

    def hits(self, letter: Letter, start: int, end: int) -> list[Hit]:
        """The concepts between two offsets, in the order in which they begin."""
        words = [self._word(letter, *found.span()) for found in _WORD.finditer(letter.folded, start, end)]
        found = [hit for i in range(len(words)) for hit in self._at(words, i)]
        found += _articles(letter, start, end)
        return sorted(found, key=lambda hit: (hit.start, -hit.end, hit.concept))

    def _item(self, word: str) -> int:
        key = word if word.startswith("=") or word == _GAP else fold(word)
        return self._items.setdefault(key, len(self._items))

    def _word(self, letter: Letter, start: int, end: int) -> _Word:
        text = letter.folded[start : min(end, start + _LONGEST_WORD)]
        raw = letter.source[start : min(end, start + _LONGEST_WORD)].lower()
        keys = [text, f"={raw}"]
        for size in range(2, len(text) + 1):
            keys += [f"{text[:size]}*", f"={raw[:size]}*"]
        return _Word(start, end, frozenset(self._items[key] for key in keys if key in self._items))

    def _at(self, words: Sequence[_Word], i: int) -> Iterable[Hit]:
        for item in words[i].items:
            for rest, concept in self._phrases.get(item, ()):
                last = self._follow(words, i, rest)
                if last is not None:
                    yield Hit(concept, words[i].start, words[last].end)

    def _follow(self, words: Sequence[_Word], i: int, rest: Sequence[int]) -> int | None:
        """Where the phrase ends that begins at word `i`; None if it does not go on as it must."""
        gap = self._items.get(_GAP)
        reach = 0
        for item in rest:
            if item == gap:
                reach = _LONGEST_GAP
                continue
            nearby = range(i + 1, min(i + 2 + reach, len(words)))
            found = next((j for j in nearby if item in words[j].items), None)
            if found is None:
                return None
            i, reach = found, 0
        return i


def read_lexicon(path: Path) -> Lexicon:
    """Return the lexicon of a YAML file.

    Raises:
        LexiconError: it cannot be read, or is no mapping of concepts to lists of words.
    """
    try:
        entries = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 -- only makes text
        return Lexicon({str(concept): [str(word) for word in words] for concept, words in entries.items()})
    except (OSError, yaml.YAMLError, AttributeError, TypeError, ValueError) as problem:
        raise LexiconError(f"{path}: must map each concept to a list of words") from problem


def _articles(letter: Letter, start: int, end: int) -> Iterable[Hit]:
    for found in _ARTICLE.finditer(letter.folded, start, end):
        for number in re.finditer(r"(?<![\d.(])\d{1,2}", found[1]):
            if number[0] in _ARTICLES:
                yield Hit(_ARTICLES[number[0]], found.start(), found.end())
