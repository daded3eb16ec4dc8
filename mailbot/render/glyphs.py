"""What the fonts inside typst can draw. PDF/A refuses a character that no font has, so it is asked before."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from typing import Any

from mailbot.render.typesetting import NotSet, Typesetter

REPLACEMENT = "\ufffd"
"""Stands for what cannot be drawn."""
LAST_OF_LATIN = "\u017f"
"""Up to the end of Latin Extended-A everything printable can be drawn; nearly all that people write ends there."""
_PROBE = b'#set document(title: "x")\n#for one in json("letters.json") { text(font: "Libertinus Serif", one) }'
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_BLANKS = str.maketrans({"\r": "\n", "\v": "\n", "\f": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n", "\t": " "})


class Glyphs:
    """Which characters can be drawn; what was asked once is remembered."""

    def __init__(self, typesetter: Typesetter) -> None:
        self._typesetter = typesetter
        self._drawable: set[str] = set()
        self._undrawable: set[str] = set()

    def undrawable(self, letters: set[str]) -> frozenset[str]:
        """Those of some characters that no font has."""
        unknown = {letter for letter in letters if letter > LAST_OF_LATIN} - self._drawable - self._undrawable
        self._ask(sorted(unknown))
        return frozenset(letters & self._undrawable)

    def _ask(self, letters: list[str]) -> None:
        """Halve what cannot be drawn as a whole until the culprits are found: a few milliseconds each."""
        if not letters:
            return
        if self._draws(letters):
            self._drawable.update(letters)
        elif len(letters) == 1:
            self._undrawable.update(letters)
        else:
            half = len(letters) // 2
            self._ask(letters[:half])
            self._ask(letters[half:])

    def _draws(self, letters: list[str]) -> bool:
        try:
            self._typesetter.pdf({"main.typ": _PROBE, "letters.json": json.dumps(letters).encode()})
        except NotSet:
            return False
        return True


def tidy(text: str) -> str:
    """A text as it can be set: composed, its line breaks ordinary, without control or direction-changing characters."""
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).translate(_BLANKS)
    return "".join(letter for letter in plain if letter == "\n" or unicodedata.category(letter) not in _INVISIBLE)


def texts_in(data: Any) -> Iterator[str]:  # noqa: ANN401 - whatever JSON can hold
    """Every text in some data."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from texts_in(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from texts_in(value)


def settable(data: Any, undrawable: frozenset[str]) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """The data with every text tidied, and what cannot be drawn replaced."""
    if isinstance(data, str):
        text = tidy(data)
        return "".join(REPLACEMENT if letter in undrawable else letter for letter in text) if undrawable else text
    if isinstance(data, dict):
        return {key: settable(value, undrawable) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [settable(value, undrawable) for value in data]
    return data
