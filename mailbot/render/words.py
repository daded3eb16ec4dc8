"""Words for codes: what templates print for kinds, operations, grounds, reasons, dates and data sets, by language.

The words themselves are Swedish and English text, so they lie in templates/mail/words/LANG.toml, where a company can
change them one by one; what the data map names, the data map has the words for.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path

from babel.dates import format_date
from babel.lists import format_list

from mailbot.core import judge, rectify
from mailbot.core.datamap import DataMap
from mailbot.core.decide import Reason
from mailbot.core.kinds import RIGHTS, Kind, Language
from mailbot.core.letters import AlarmEvent, Done, Item, RefusalGround
from mailbot.core.message import Oddity
from mailbot.core.plan import Operation
from mailbot.core.planning import Obstacle
from mailbot.errors import MailbotError

LOCALES = {Language.SWEDISH: "sv_SE", Language.ENGLISH: "en_GB"}
TABLES: Mapping[str, Sequence[StrEnum]] = {
    "request": tuple(Kind),
    "asks": tuple(Kind),
    "person_asks": tuple(Kind),
    "done": RIGHTS,
    "partly": RIGHTS,
    "not_done": RIGHTS,
    "referred": RIGHTS,
    "nothing": RIGHTS,
    "kept": RIGHTS,
    "operation": tuple(Operation),
    "refusal": tuple(RefusalGround),
    "reason": (*Reason, *Obstacle, *rectify.Doubt, *judge.Doubt, *Oddity),
    "event": tuple(AlarmEvent),
}
"""Every table of the words, with the codes it must know; further codes are allowed."""


class TemplateError(MailbotError, ValueError):
    """A template or a file of words cannot be used; the message is `file:line: what`. Exit code 2."""

    exit_code = 2


class UnknownCode(MailbotError, LookupError):
    """A letter holds a code that there are no words for; the message names the table and the code."""


Table = Mapping[str, Mapping[str, str]]


class Words:
    """The words of one language, as filters for templates."""

    def __init__(self, language: Language, table: Table, data_map: DataMap) -> None:
        self.language = language
        self._table = table
        self._data_map = data_map
        self._locale = LOCALES[language]

    def word(self, code: str, table: str) -> str:
        """What a code is called.

        Raises:
            UnknownCode: no file of words has it.
        """
        try:
            return self._table[table][code]
        except KeyError:
            raise UnknownCode(f"words/{self.language}.toml: [{table}] has no words for {str(code)!r}") from None

    def label(self, code: str) -> str:
        """A word of the letters' own frame, such as 'Ärendenummer'."""
        return self.word(code, "label")

    def heading(self, operation: Operation, kind: Kind | None) -> str:
        """What stands above the data sets that something was done to."""
        if operation is Operation.KEEP and kind is not None:
            return self.word(kind, "kept")
        return self.word(operation, "operation")

    def outcome(self, letter: Done) -> str:
        """What became of a request: all, some, nothing, nothing there, or not ours; without a full stop."""
        if letter.ends_marketing:
            return self.word(letter.kind if letter.kind is Kind.CONSENT_WITHDRAWAL else "marketing", "done")
        if letter.kept:
            return self.word(letter.kind, "partly" if letter.acted else "not_done")
        if letter.acted:
            return self.word(letter.kind, "done")
        return self.word(letter.kind, "referred" if letter.refers else "nothing")

    def request(self, kind: Kind) -> str:
        """'din begäran om radering'."""
        return self.word(kind, "request")

    def asks(self, kind: Kind) -> str:
        """'att vi raderar dina personuppgifter'."""
        return self.word(kind, "asks")

    def person_asks(self, kind: Kind) -> str:
        """'få sina personuppgifter raderade': said of the person to somebody else."""
        return self.word(kind, "person_asks")

    def refusal(self, ground: str) -> str:
        """A refusal's ground in a sentence."""
        return self.word(ground, "refusal")

    def reason(self, code: str) -> str:
        """Why something waits for an officer or was kept."""
        return self.word(code, "reason")

    def event(self, code: str) -> str:
        """What an officer is alarmed about."""
        return self.word(code, "event")

    def why(self, item: Item) -> str:
        """Why a data set was kept: its ground's words and law, or the reason's; without a full stop.

        Grounds are the map's own, or an officer's choice of `RefusalGround`.
        """
        ground = self._data_map.grounds.get(item.ground)
        if ground is not None:
            return f"{ground.text.in_(self.language).rstrip('.')}. {self.label('law')}: {ground.law}"
        if item.ground:
            return self.refusal(item.ground).rstrip(".")
        return self.reason(item.reason).rstrip(".") if item.reason else ""

    def date(self, day: date) -> str:
        """'den 24 december 2026', '24 December 2026'."""
        written = format_date(day, "d MMMM y", locale=self._locale)
        return f"den {written}" if self.language is Language.SWEDISH else written

    def listed(self, parts: Iterable[str]) -> str:
        """'a, b och c', 'a, b and c'."""
        return format_list(list(parts), style="standard", locale=self._locale)

    def dataset(self, name: str) -> str:
        """What the data map calls a data set.

        Raises:
            UnknownCode: it knows none of that name.
        """
        try:
            return self._data_map.label(name, self.language)
        except KeyError:
            raise UnknownCode(f"the data map has no data set {name!r}") from None

    def fields(self, item: Item) -> str:
        """The item's fields as a list within a sentence; '' when it is about whole rows."""
        labels = (self._data_map.field_label(item.dataset, name, self.language) for name in item.fields)
        return self.listed(within_sentence(label) for label in labels)

    def rows(self, count: int) -> str:
        """'1 post', '3 poster'."""
        return f"{count} {self.word('one' if count == 1 else 'many', 'rows')}"


def within_sentence(label: str) -> str:
    """A label as it stands within a sentence: 'E-postadress' → 'e-postadress', but 'IP-adress' and 'WinLas-id' stay."""
    first = label.split(" ", 1)[0]
    return label if first[1:] != first[1:].lower() else label[:1].lower() + label[1:]


def load_words(folders: Sequence[Path], language: Language, room: str = "mail") -> Table:
    """The words of a language, a company's own put over the shipped ones code by code.

    Args:
        folders: template folders, those that override first.
        language: which.
        room: whose words: those of the letters (`mail`) or those of the officer's pages (`console`).

    Raises:
        TemplateError: a file is not TOML, or holds something other than tables of text.
    """
    table: dict[str, dict[str, str]] = {}
    for folder in reversed(folders):
        path = folder / room / "words" / f"{language}.toml"
        if path.is_file():
            for name, words in _read(path).items():
                table[name] = {**table.get(name, {}), **words}
    return table


def _read(path: Path) -> Table:
    text = path.read_text(encoding="utf-8")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise TemplateError(f"{path}:{line.group(1) if line else 1}: is not TOML: {error}") from None
    for name, words in data.items():
        if not isinstance(words, dict) or not all(isinstance(word, str) for word in words.values()):
            raise TemplateError(f"{path}:{_line_of(text, name)}: [{name}] must be a table of texts")
    return data


def _line_of(text: str, table: str) -> int:
    lines = text.splitlines()
    return next((number for number, line in enumerate(lines, 1) if line.strip() == f"[{table}]"), 1)
