"""Character and word n-grams as hashed, weighted numbers: the sparse rows that the linear readers learn from.

N-grams are hashed by a rolling polynomial over whole arrays, so that a mail costs microseconds and 64 KB a few
milliseconds. There is no vocabulary to store, and none that could hold somebody's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from zlib import crc32

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]

_PRIME: Final = np.uint64(0x100000001B3)
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_BLANKS: Final = re.compile(r"[^\w@.!?:'-]+")
_DIGITS: Final = re.compile(r"\d")
_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Rows:
    """Sparse rows: row `i` has `values[starts[i]:starts[i + 1]]` in the columns `columns[...]`."""

    starts: Integers
    columns: Integers
    values: Floats
    width: int

    def __len__(self) -> int:
        return len(self.starts) - 1

    def take(self, which: Integers) -> Rows:
        """The rows with these numbers, in this order."""
        sizes = np.diff(self.starts)[which]
        starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        places = np.arange(starts[-1]) - np.repeat(starts[:-1] - self.starts[which], sizes)
        return Rows(starts, self.columns[places], self.values[places], self.width)

    def owners(self) -> Integers:
        """The row of each stored value."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))

    def times(self, weights: Floats) -> Floats:
        """The product with a matrix of (width, outputs)."""
        product = np.zeros((len(self), weights.shape[1]), dtype=np.float32)
        filled = np.flatnonzero(np.diff(self.starts))
        if len(filled):
            terms = weights[self.columns].astype(np.float32) * self.values[:, None]
            product[filled] = np.add.reduceat(terms, self.starts[filled], axis=0)
        return product


def plain(folded: str) -> str:
    """The text as n-grams see it: figures as 0, everything between words as one blank."""
    return " " + _DIGITS.sub("0", _BLANKS.sub(" ", folded)).strip() + " "


def character_grams(text: str, lengths: Sequence[int], bits: int) -> Integers:
    """The columns of all character n-grams of a text, one for each occurrence."""
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    found = []
    rolled = np.zeros(len(codes) + 1, dtype=np.uint64)
    for length in range(1, max(lengths) + 1):
        size = len(codes) - length + 1
        if size <= 0:
            break
        rolled = rolled[:size] * _PRIME + codes[length - 1 :]
        if length in lengths:
            found.append(((rolled ^ np.uint64(length)) * _MIX) >> np.uint64(64 - bits))
    return np.concatenate(found).astype(np.int64) if found else np.zeros(0, dtype=np.int64)


def word_list(folded: str) -> list[str]:
    """The words of a text, figures as 0."""
    return _WORD.findall(plain(folded))


def word_grams(text: str, longest: int, bits: int) -> Integers:
    """The columns of all runs of one to `longest` words, one for each occurrence."""
    hashes = np.array([crc32(word.encode()) for word in _WORD.findall(text)], dtype=np.uint64)
    found = []
    rolled = np.zeros(len(hashes) + 1, dtype=np.uint64)
    for length in range(1, min(longest, len(hashes)) + 1):
        rolled = (rolled[: len(hashes) - length + 1] * _PRIME + hashes[length - 1 :]) * _MIX
        found.append(rolled >> np.uint64(64 - bits))
    return np.concatenate(found).astype(np.int64) if found else np.zeros(0, dtype=np.int64)


def rows(columns: Iterable[Integers], width: int) -> Rows:
    """Rows of damped counts (1 + ln n) scaled to length one, from each text's columns."""
    starts, all_columns, all_values = [0], [], []
    for found in columns:
        distinct, counts = np.unique(found, return_counts=True)
        values = (1.0 + np.log(counts)).astype(np.float32)
        all_columns.append(distinct)
        all_values.append(values / max(float(np.linalg.norm(values)), 1e-9))
        starts.append(starts[-1] + len(distinct))
    return Rows(
        np.array(starts, dtype=np.int64),
        np.concatenate([*all_columns, np.zeros(0, dtype=np.int64)]),
        np.concatenate([*all_values, np.zeros(0, dtype=np.float32)]).astype(np.float32),
        width,
    )
