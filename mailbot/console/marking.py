"""Marking in a mail's text the words that the reader went by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text, and the kind of right that it was read as; '' for what carries none."""

    text: str
    kind: str = ""


def segments(text: str, evidence: Iterable[tuple[str, str]]) -> tuple[Segment, ...]:
    """The text in stretches, those marked that the evidence names.

    Args:
        text: what is shown.
        evidence: pairs of kind and words. Line breaks between the words make no difference: the reader saw the text
            unfolded. Where two overlap, the one that begins first is marked.
    """
    return tuple(_cut(text, sorted(_found(text, evidence), key=lambda span: (span[0], -span[1]))))


def _found(text: str, evidence: Iterable[tuple[str, str]]) -> Iterator[tuple[int, int, str]]:
    for kind, words in dict.fromkeys(evidence):
        pattern = r"\s+".join(map(re.escape, words.split()))
        if pattern:
            yield from ((match.start(), match.end(), kind) for match in re.finditer(pattern, text))


def _cut(text: str, spans: Iterable[tuple[int, int, str]]) -> Iterator[Segment]:
    done = 0
    for start, end, kind in spans:
        if start < done:
            continue
        if start > done:
            yield Segment(text[done:start])
        yield Segment(text[start:end], kind)
        done = end
    if done < len(text):
        yield Segment(text[done:])
