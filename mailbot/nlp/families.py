"""Families of evidence that a linear reader weighs, each hashed into its own columns: characters, words, meanings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Final
from zlib import crc32

import numpy as np

from mailbot.nlp.concepts import Hit
from mailbot.nlp.hashing import Floats, Integers, Rows, character_grams, rows, word_grams
from mailbot.nlp.view import View

_LENGTHS: Final = (2, 3, 4, 5)
_REACH: Final = 8
"""How many concepts apart two concepts may stand in a sentence and still be read together."""
_LONG: Final = 0.25
"""How much more a long mail weighs: its columns to this power. With 0, one wish in a long letter is drowned."""


def characters(view: View, bits: int) -> Integers:
    """Runs of two to five characters."""
    return character_grams(view.plain, _LENGTHS, bits)


def words(view: View, bits: int) -> Integers:
    """Words and pairs of words."""
    return word_grams(view.plain, 2, bits)


def meanings(view: View, bits: int) -> Integers:
    """Concepts of the mail, and concepts and their pairs within a sentence."""
    names = [name for hits in view.hits for name in concept_names(hits)]
    names += sorted({f"mail {hit.concept}" for hits in view.hits for hit in hits})
    return hashed(names, bits)


FAMILIES: Final[Mapping[str, Callable[[View, int], Integers]]] = {
    "characters": characters,
    "words": words,
    "meanings": meanings,
}


def table(views: Sequence[View], shares: Mapping[str, float], bits: int) -> Rows:
    """Rows of all families side by side; each family weighs its share."""
    parts = [
        _lengthened(rows((FAMILIES[name](view, bits) for view in views), 1 << bits), share)
        for name, share in shares.items()
    ]
    return _side_by_side(parts)


def concept_names(hits: Sequence[Hit]) -> list[str]:
    """Names of the concepts of a sentence, of their pairs in order, and of those that follow each other."""
    concepts = [hit.concept for hit in hits]
    names = [f"one {concept}" for concept in sorted(set(concepts))]
    for i, first in enumerate(concepts):
        names += [f"pair {first} {then}" for then in concepts[i + 1 : i + 1 + _REACH] if then != first]
    return names + [f"next {first} {then}" for first, then in pairwise(concepts)]


def hashed(names: Sequence[str], bits: int) -> Integers:
    """The names' columns."""
    return np.array([crc32(name.encode()) >> (32 - bits) for name in names], dtype=np.int64)


def _lengthened(found: Rows, share: float) -> Rows:
    sizes = np.diff(found.starts)
    scale = share * (np.maximum(sizes, 1) / 500.0) ** (_LONG / 2)
    values: Floats = (found.values * np.repeat(scale, sizes)).astype(np.float32)
    return Rows(found.starts, found.columns, values, found.width)


def _side_by_side(parts: Sequence[Rows]) -> Rows:
    if len(parts) == 1:
        return parts[0]
    offsets = np.cumsum([0, *(part.width for part in parts)])
    owners = np.concatenate([part.owners() for part in parts])
    order = np.argsort(owners, kind="stable")
    columns = np.concatenate([part.columns + offset for part, offset in zip(parts, offsets, strict=False)])[order]
    values = np.concatenate([part.values for part in parts])[order]
    starts = np.sum([part.starts for part in parts], axis=0)
    return Rows(starts, columns, values, int(offsets[-1]))
