"""Labelled mails: one JSON object a line, one file a hand, and `hands.json` that says who wrote and what is held back.

Whoever wrote a mail that is measured on wrote none that is learnt from: the split is by hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mailbot.core.kinds import Field, Kind, Language
from mailbot.core.reading import Change
from mailbot.errors import MailbotError
from mailbot.nlp.letter import Letter, letter

HANDS: Final = "hands.json"
_THEIR_FIELDS: Final = {**{field.value: field for field in Field}, "company": Field.ORGANISATION}


class CorpusError(MailbotError):
    """A labelled mail, or the list of hands, is not what it must be."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One labelled mail."""

    id: str
    hand: str
    language: Language
    subject: str
    text: str
    labels: frozenset[Kind]
    also_right: frozenset[Kind] = frozenset()
    """Labels that are no error if they are also read; `OTHER` here: reading only `OTHER` is accepted."""
    changes: tuple[Change, ...] = ()
    evidence: tuple[tuple[Kind, str], ...] = ()
    representative: bool = False
    processor: bool = False

    @property
    def letter(self) -> Letter:
        """The mail as the readers see it."""
        return letter(self.subject, self.text)


@dataclass(frozen=True, slots=True)
class Hand:
    """One author of the corpus."""

    description: str
    language: str
    test: bool


def read_mails(path: Path, hand: str | None = None) -> list[Mail]:
    """Return the mails of one file.

    Raises:
        CorpusError: the file cannot be read, or a line of it is not a labelled mail.
    """
    return list(_mails(path, hand or path.stem))


def read_hands(folder: Path) -> dict[str, Hand]:
    """Return who wrote which file, by its name without `.jsonl`.

    Raises:
        CorpusError: there is no valid `hands.json`.
    """
    path = folder / HANDS
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {
            name: Hand(entry["description"], entry["language"], test={"train": False, "test": True}[entry["split"]])
            for name, entry in found.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise CorpusError(
            f"{path}: needs one entry a hand with description, language and split (train or test)"
        ) from problem


def read_corpus(folder: Path) -> tuple[list[Mail], list[Mail]]:
    """Return the mails to learn from and the mails to measure on, in the files' alphabetical order.

    Raises:
        CorpusError: a file, a line or `hands.json` is not what it must be, or there is nothing to learn from.
    """
    hands = read_hands(folder)
    learnt: list[Mail] = []
    measured: list[Mail] = []
    for path in sorted(folder.glob("*.jsonl")):
        if path.stem not in hands:
            raise CorpusError(f"{path}: {HANDS} beside it does not say who wrote this file")
        (measured if hands[path.stem].test else learnt).extend(read_mails(path))
    if not learnt:
        raise CorpusError(f"{folder}: holds no mails to learn from")
    return learnt, measured


def _mails(path: Path, hand: str) -> Iterator[Mail]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as problem:
        raise CorpusError(f"{path}: cannot be read as UTF-8 text") from problem
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield _mail(json.loads(line), hand)
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise CorpusError(f"{path}:{number}: not a labelled mail ({_what(problem)})") from problem


def _mail(entry: Mapping[str, Any], hand: str) -> Mail:
    labels = frozenset(Kind(label) for label in entry["labels"])
    if not labels or (Kind.OTHER in labels and len(labels) > 1):
        raise ValueError("labels must be one or more rights, or other alone")
    return Mail(
        id=str(entry["id"]),
        hand=hand,
        language=Language(entry["lang"]),
        subject=_text(entry, "subject"),
        text=_text(entry, "text"),
        labels=labels,
        also_right=frozenset(Kind(label) for label in entry.get("alt", ())),
        changes=_changes(entry),
        evidence=tuple((Kind(found["kind"]), found["text"]) for found in entry.get("evidence", ())),
        representative=bool(entry.get("representative") or entry.get("expect", {}).get("third_party")),
        processor=bool(entry.get("processor") or entry.get("expect", {}).get("processor")),
    )


def _changes(entry: Mapping[str, Any]) -> tuple[Change, ...]:
    """The corrections asked for: `changes`, or `expect.rectify` of mails from elsewhere, whose fields are their own."""
    own = [(Field(change["field"]), change) for change in entry.get("changes", ())]
    expected = entry.get("expect", {}).get("rectify", ())
    others = [expected] if isinstance(expected, Mapping) else expected
    theirs = [(_THEIR_FIELDS.get(change["field"], Field.OTHER), change) for change in others]
    return tuple(Change(field, change.get("old"), change.get("new")) for field, change in own + theirs)


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} must be text")
    return value


def _what(problem: Exception) -> str:
    return f"{problem.args[0]} is missing" if isinstance(problem, KeyError) else str(problem).split(" (char")[0]
