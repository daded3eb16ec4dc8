"""Every letter and copy made once before anybody gets one: what is wrong with templates is found by `mailbot check`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mailbot.core.kinds import Kind, Language
from mailbot.core.letters import LETTERS, Rendered
from mailbot.errors import MailbotError
from mailbot.render.copy import CopyMaker
from mailbot.render.replies import Replies
from mailbot.render.samples import sample_copy, sample_letters
from mailbot.render.words import TABLES, UnknownCode

FILES = ("subject.txt", "body.txt", "body.html")
COPIES = (Kind.ACCESS, Kind.PORTABILITY)
COPY_FILES = frozenset({"copy/copy.typ", *(f"copy/{language}.toml" for language in Language)})
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


class CopyPreview(NamedTuple):
    """One sample copy, a PDF without a code."""

    kind: Kind
    language: Language
    pdf: bytes


def copy_previews(replies: Replies) -> Iterator[CopyPreview]:
    """A copy for access and one for portability in every language, with sample data in every data set of the map.

    Raises:
        CopyError: a template is wrong.
    """
    copies = CopyMaker(replies.folders)
    for kind in COPIES:
        for language in Language:
            yield CopyPreview(kind, language, copies.make(sample_copy(replies.data_map, language, kind)))


def check(replies: Replies) -> list[str]:
    """What is wrong with the templates of letters and copies, one line each: `file:line: what`. Empty: nothing."""
    parts = (_misplaced, _missing_words, _unwritable, _unsettable)
    return list(dict.fromkeys(problem for part in parts for problem in part(replies)))


def _unsettable(replies: Replies) -> Iterator[str]:
    copies = CopyMaker(replies.folders)
    for kind in COPIES:
        for language in Language:
            try:
                yield from copies.check(sample_copy(replies.data_map, language, kind))
            except MailbotError as error:
                yield str(error)


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
    for folder in replies.folders[:-1]:
        for room in ("mail", "copy"):
            for path in sorted((folder / room).rglob("*")):
                if path.is_file() and not _is_read(path.relative_to(folder)):
                    yield f"{path}:1: is no template: nothing reads it"


def _is_read(path: Path) -> bool:
    room, *rest = path.parts
    if room == "copy":
        return path.as_posix() in COPY_FILES
    known = {f"{letter.template}/{language}/{file}" for letter in LETTERS for language in Language for file in FILES}
    return rest[0] in NOT_LETTERS or "/".join(rest) in known
