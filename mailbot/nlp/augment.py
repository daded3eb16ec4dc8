"""Mails made for training, which weigh less than what a person wrote and are never measured on.

Joined: two mails of one hand in one letter, so that a second wish is heard beside the first; measured on hands left
out, they raise macro-F1 by about 0.01. Plain: what people write when they just say it, and formal letters
with their boilerplate, put together from `plain.yaml`; hands that write for a corpus avoid both, strangers do not.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from mailbot.core.kinds import RIGHTS, Kind, Language
from mailbot.nlp.corpus import CorpusError, Mail

_SEED: Final = 17
_SHARE: Final = 0.15
_LONGEST: Final = 3500
_MOST_RIGHTS: Final = 3
_ALL_SMALL: Final = 0.25
_PLAIN_OTHER: Final = 0.25
_FORMAL: Final = 0.5
_MIXED: Final = 0.5
_NUMBERED: Final = 0.3


def joined_mails(mails: Sequence[Mail]) -> list[Mail]:
    """About a seventh as many mails as given, each of two by the same hand, the same ones each time."""
    chance = random.Random(_SEED)  # noqa: S311 -- no secret hangs on it
    by_hand: dict[str, list[Mail]] = defaultdict(list)
    for mail in mails:
        by_hand[mail.hand].append(mail)
    made = []
    for hand in sorted(by_hand):
        own = by_hand[hand]
        for _ in range(int(len(own) * _SHARE) if len(own) > 1 else 0):
            first, second = chance.sample(own, 2)
            joined = _joined(first, second)
            if len(joined.text) <= _LONGEST and len(joined.labels) <= _MOST_RIGHTS:
                made.append(joined)
    return made


def _joined(first: Mail, second: Mail) -> Mail:
    rights = (first.labels | second.labels) - {Kind.OTHER}
    return Mail(
        id=f"{first.id}+{second.id}",
        hand=first.hand,
        language=first.language,
        subject=first.subject,
        text=f"{first.text}\n\n{second.subject}\n{second.text}",
        labels=rights or frozenset({Kind.OTHER}),
    )


def plain_mails(path: Path, count: int) -> list[Mail]:
    """`count` plain mails from the wishes in a YAML file, the same ones each time.

    Raises:
        CorpusError: the file cannot be read, or lacks a language or kind.
    """
    chance = random.Random(_SEED)  # noqa: S311 -- no secret hangs on it
    try:
        wishes = yaml.safe_load(path.read_text(encoding="utf-8"))
        return [_plain(chance, number, wishes) for number in range(count)]
    except (OSError, yaml.YAMLError, KeyError, TypeError, IndexError) as problem:
        raise CorpusError(f"{path}: needs greeting, around, end and each kind's wishes for sv and en") from problem


def _plain(chance: random.Random, number: int, wishes: dict[str, Any]) -> Mail:
    kinds = _some_kinds(chance)
    formal = chance.random() < _FORMAL and Kind.OTHER not in kinds
    language = chance.choices(list(Language), weights=(1, 1) if formal else (3, 1))[0]
    words = wishes[language.value]
    source = wishes["formal"]["wishes"][language.value] if formal else words
    said = [chance.choice(source[kind.value]) for kind in kinds]
    greeting, around, end = (chance.choice(words[part]) for part in ("greeting", "around", "end"))
    body = (
        _letter(chance, said, wishes["formal"][language.value]) if formal else " ".join(filter(None, (around, *said)))
    )
    subject = chance.choice(
        ("", "", said[0].rstrip(".?!")[:60], "GDPR", "Personuppgifter", "Dataskydd", "Data protection")
    )
    text = "\n\n".join(filter(None, (greeting, body, end)))
    return Mail(
        id=f"plain-{number}",
        hand="plain",
        language=language,
        subject=subject,
        text=text.lower() if not formal and chance.random() < _ALL_SMALL else text,
        labels=frozenset(kinds),
    )


def _letter(chance: random.Random, said: list[str], beside: list[str]) -> str:
    """The wishes in their order among sentences that carry none; some letters number their points."""
    lines = [*said, *chance.sample(beside, chance.randint(2, 5))]
    if chance.random() < _MIXED:
        chance.shuffle(lines)
    if chance.random() < _NUMBERED:
        return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, start=1))
    return chance.choice(("\n\n", " ")).join(lines)


def _some_kinds(chance: random.Random) -> tuple[Kind, ...]:
    if chance.random() < _PLAIN_OTHER:
        return (Kind.OTHER,)
    how_many = chance.choices((1, 2, 3), weights=(7, 2, 1))[0]
    return tuple(chance.sample(RIGHTS, how_many))
