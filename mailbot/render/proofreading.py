"""Every letter written once before anybody gets one: what is wrong with templates is found by `mailbot check`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mailbot.core.kinds import Language
from mailbot.core.letters import LETTERS, Rendered
from mailbot.errors import MailbotError
from mailbot.render.replies import Replies
from mailbot.render.samples import sample_letters
from mailbot.render.words import TABLES, UnknownCode

FILES = ("subject.txt", "body.txt", "body.html")
NOT_LETTERS = frozenset({"parts", "words"})


class Preview(NamedTuple):
    """One sample letter, written."""

    template: str
    language: Language
    rendered: Rendered


def previews(replies: Replies) -> Iterator[Preview]:
    """Every letter in every language, with sample data; some several times, since they differ by what was done.

    Raises:
        MailbotError: what `Replies.render` raises.
    """
    for language in Language:
        for letter in sample_letters(replies.data_map, language):
            yield Preview(letter.template, language, replies.render(letter))


def check(replies: Replies) -> list[str]:
    """What is wrong with the templates, one line each: `file:line: what`. Empty: nothing."""
    return list(dict.fromkeys((*_misplaced(replies), *_missing_words(replies), *_unwritable(replies))))


def _unwritable(replies: Replies) -> Iterator[str]:
    for language in Language:
        for letter in sample_letters(replies.data_map, language):
            try:
                replies.render(letter)
            except MailbotError as error:
                yield str(error)


def _missing_words(replies: Replies) -> Iterator[str]:
    for language in Language:
        for table, codes in TABLES.items():
            for code in codes:
                try:
                    replies.words(language).word(code, table)
                except UnknownCode as error:
                    yield str(error)


def _misplaced(replies: Replies) -> Iterator[str]:
    """Files in the company's own folders that nothing reads: misspelt, or left from an earlier version."""
    known = {f"{letter.template}/{language}/{file}" for letter in LETTERS for language in Language for file in FILES}
    for folder in replies.folders[:-1]:
        for path in sorted((folder / "mail").rglob("*")):
            name = path.relative_to(folder / "mail").as_posix()
            if path.is_file() and name not in known and not _is_part(path, folder):
                yield f"{path}:1: is no template: nothing reads it"


def _is_part(path: Path, folder: Path) -> bool:
    return path.relative_to(folder / "mail").parts[0] in NOT_LETTERS
