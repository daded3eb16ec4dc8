"""A mail's text cut as every reader needs it: what was written now, in sentences, and the same without noise.

Only what the sender wrote this time is read: quoted lines, forwarded mails and what follows an attribution never count
as the sender's own wish. Everything here takes time in proportion to the length of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MAX_CHARACTERS: Final = 65_536
"""What lies beyond is not read; a mail that long goes to a person for its length alone."""

_DIACRITICS: Final = dict(
    zip("åäöæøéèêëáàâãíìîïóòôõúùûüñçýšžčćđłřěůęąșțğı", "aaoaoeeeeaaaaiiiioooouuuuncyszccdlreueastgi", strict=True)
)
_SIGNS: Final = {
    **dict.fromkeys("\u2019\u0060\u00b4", "'"),
    **dict.fromkeys("\u201c\u201d\u201e", '"'),
    **dict.fromkeys("\u2013\u2014\u2011", "-"),
    **dict.fromkeys("\t\r\u00a0\u2028\u200b", " "),
}
_FOLD: Final = str.maketrans({**_DIACRITICS, **_SIGNS})

_ATTRIBUTION: Final = re.compile(
    r"(?:den|on|am|le|op|the|>+\s*(?:den|on))\b.{0,200}(?:skrev|wrote|schrieb|a écrit|schreef)\b.{0,80}:\s*$",
    re.IGNORECASE,
)
_DIVIDER: Final = re.compile(
    r"[\s>]*[-_=*]{2,}\s*(?:ursprungligt|original|vidarebefordrat|forwarded|begin forwarded)\b|"
    r"\s*(?:begin forwarded message|vidarebefordrat (?:brev|meddelande|mejl))\s*:",
    re.IGNORECASE,
)
_HEADER: Final = re.compile(r"[\s*]*(?:från|fran|from|fra|von|avsändare)\s*\*?:", re.IGNORECASE)
_HEADER_MORE: Final = re.compile(
    r"[\s*]*(?:skickat|sent|datum|date|till|to|cc|kopia|ämne|amne|subject|sendt|gesendet)\s*\*?:",
    re.IGNORECASE,
)
_SENTENCE_END: Final = re.compile(r"[.!?:;…](?=[\s\"')\]]|$)|\n\s*\n|\n(?=\s*(?:[-*•–]|\(?\w{1,3}[.)])\s)|\n")
_SHORT_LINE: Final = 60


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail as the readers see it. Offsets count characters of `source`."""

    source: str
    """Subject, a line break, body."""
    folded: str
    """`source` in small letters without diacritics, character for character of the same length."""
    own: tuple[tuple[int, int], ...]
    """Where the words stand that were written this time, subject included, in order."""
    sentences: tuple[tuple[int, int], ...]
    """The same, cut into sentences and stripped of blanks."""


def letter(subject: str, text: str) -> Letter:
    """Return the mail cut for reading; what is longer than `MAX_CHARACTERS` is cut off."""
    source = (subject.replace("\n", " ") + "\n" + text)[:MAX_CHARACTERS]
    folded = fold(source)
    own = tuple(_own(source))
    return Letter(source, folded, own, tuple(span for part in own for span in _sentences(source, *part)))


def fold(text: str) -> str:
    """Return the text in small letters without diacritics; every character stays one character."""
    small = text.lower()
    if len(small) != len(text):
        small = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return small.translate(_FOLD)


def _own(source: str) -> list[tuple[int, int]]:
    """Where the stretches of lines stand that are neither quoted nor below an attribution."""
    lines = _lines(source)
    kept: list[tuple[int, int]] = []
    for i, (start, end) in enumerate(lines):
        line = source[start:end]
        if i and _ends_the_letter(source, lines, i):
            break
        if line.lstrip().startswith(">") or (i and _ATTRIBUTION.match(line[:300].strip())):
            continue
        if i > 1 and kept and kept[-1][1] == start - 1:
            kept[-1] = (kept[-1][0], end)
        else:
            kept.append((start, end))
    return [(start, end) for start, end in kept if end > start]


def _lines(source: str) -> list[tuple[int, int]]:
    spans, start = [], 0
    for line in source.split("\n"):
        spans.append((start, start + len(line)))
        start += len(line) + 1
    return spans


def _ends_the_letter(source: str, lines: list[tuple[int, int]], i: int) -> bool:
    """Whether everything from this line on is an older mail."""
    line = source[slice(*lines[i])][:300]
    if _DIVIDER.match(line):
        return True
    following = [source[start : min(end, start + 300)] for start, end in lines[i + 1 : i + 5]]
    if _HEADER.match(line):
        return any(_HEADER_MORE.match(other) for other in following)
    if _ATTRIBUTION.match(line.strip()):
        return not any(other.lstrip().startswith(">") for other in following)
    return False


def _sentences(source: str, start: int, end: int) -> list[tuple[int, int]]:
    spans = []
    begin = start
    for found in _SENTENCE_END.finditer(source, start, end):
        if found[0] == "\n" and _continues(source, begin, found.start(), end):
            continue
        spans.append((begin, found.end()))
        begin = found.end()
    spans.append((begin, end))
    return [span for span in (_stripped(source, *span) for span in spans) if span[1] > span[0]]


def _continues(source: str, begin: int, at: int, end: int) -> bool:
    """Whether a single line break only wraps a long line: the next one goes on in small letters."""
    line = at - max(begin, source.rfind("\n", begin, at) + 1)
    return line >= _SHORT_LINE and at + 1 < end and source[at + 1].islower()


def _stripped(source: str, start: int, end: int) -> tuple[int, int]:
    while start < end and source[start].isspace():
        start += 1
    while end > start and source[end - 1].isspace():
        end -= 1
    return start, end
