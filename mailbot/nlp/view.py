"""What is worked out once about a mail and then used by every reader: its letter and what the lexicon finds in it."""

from __future__ import annotations

from dataclasses import dataclass

from mailbot.nlp.concepts import Hit, Lexicon
from mailbot.nlp.hashing import plain
from mailbot.nlp.letter import Letter


@dataclass(frozen=True, slots=True)
class View:
    """One mail made ready for the readers."""

    letter: Letter
    plain: str
    """What was written now, as n-grams see it."""
    hits: tuple[tuple[Hit, ...], ...]
    """The concepts of each sentence of the letter."""


def view(letter: Letter, lexicon: Lexicon) -> View:
    """Return the letter made ready."""
    return View(
        letter,
        plain(" . ".join(letter.folded[start:end] for start, end in letter.own)),
        tuple(tuple(lexicon.hits(letter, start, end)) for start, end in letter.sentences),
    )
