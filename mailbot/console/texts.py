"""The words of the officer's pages, by language: templates/console/words/LANG.toml, dates and numbers by Babel.

What letters say too – why something waits, grounds of refusal, what data sets are called – comes from the letters' own
words, so that the officer reads what the person reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_percent

from mailbot.core.deadlines import STOCKHOLM
from mailbot.core.kinds import Language
from mailbot.render.words import LOCALES, Table, UnknownCode, Words, load_words


@dataclass(frozen=True)
class Texts:
    """The words of one language.

    Args:
        language: which.
        folders: template folders, those that override first.
        letters: the words of the letters in the same language.
        room: whose words, as the folder is called that they lie in.
    """

    language: Language
    folders: Sequence[Path]
    letters: Words
    room: str = "console"

    @cached_property
    def _table(self) -> Table:
        return load_words(self.folders, self.language, self.room)

    def __call__(self, key: str, **values: object) -> str:
        """A text by its key such as `queue.title`; with `n`, a key that has `_one` and `_many` gives the one that fits.

        Raises:
            UnknownCode: no file of words has it.
        """
        table, _, code = key.partition(".")
        words = self._table.get(table, {})
        if code not in words and "n" in values:
            code = f"{code}_{'one' if values['n'] == 1 else 'many'}"
        try:
            return words[code].format(**values)
        except KeyError:
            raise UnknownCode(f"{self.room}/words/{self.language}.toml: [{table}] has no words for {code!r}") from None

    def of(self, table: str, code: str) -> str:
        """The words for a code, or the code itself: one that is new must not hide the case that it stands in."""
        return self._table.get(table, {}).get(code, code)

    def reasons(self, codes: Iterable[str]) -> list[str]:
        """Why something waits for an officer, as sentences without full stop; two codes that say the same, once."""
        return list(dict.fromkeys(map(self._reason, codes)))

    def _reason(self, code: str) -> str:
        try:
            said = self.letters.reason(code)
        except UnknownCode:
            said = self.of("reason", code)
        return said[:1].upper() + said[1:]

    def day(self, day: date | datetime) -> str:
        """'7 apr. 2026'."""
        return format_date(_local(day) if isinstance(day, datetime) else day, "d MMM y", locale=self._locale)

    def moment(self, moment: datetime) -> str:
        """'7 apr. 2026 14:32', in Swedish time."""
        return format_datetime(_local(moment), "d MMM y HH:mm", locale=self._locale)

    def clock(self, moment: datetime) -> str:
        """'14:32:05', in Swedish time."""
        return format_time(_local(moment).time(), "HH:mm:ss", locale=self._locale)

    def percent(self, share: float) -> str:
        """'97 %', never rounded up to certainty."""
        return format_percent(min(share, 0.99), locale=self._locale)

    @property
    def _locale(self) -> str:
        return LOCALES[self.language]


def _local(moment: datetime) -> datetime:
    return moment.astimezone(STOCKHOLM)
