"""What commands print: one line of JSON for programs, calm tables for people.

People wrote much of it, so it is shown as text: nothing in it can colour, move or hide what stands on the screen.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

WIDTH_OF_A_FILE = 200
"""Characters to a line where there is no terminal to ask."""
_BIDIRECTIONAL = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def say_json(data: object) -> None:
    """One value as one line, so that a program can read it as it comes."""
    print(json.dumps(data, ensure_ascii=False, default=str), flush=True)


def say(text: str = "") -> None:
    """A line or several for people."""
    print(harmless(text))


def say_heading(text: str) -> None:
    """A line that begins something new, set off on a terminal."""
    bold = sys.stdout.isatty()
    print(f"\n\x1b[1m{harmless(text)}\x1b[0m" if bold else f"\n{harmless(text)}")


def say_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table; a cell that is too wide goes on in the next line, nothing is cut off."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 3, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(harmless("" if cell is None else str(cell))) for cell in row))
    width = None if sys.stdout.isatty() else WIDTH_OF_A_FILE
    Console(file=sys.stdout, width=width, highlight=False, emoji=False, markup=False).print(table)


def harmless(text: str) -> str:
    """The text without what a terminal obeys or what turns its direction around."""
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character in "\n\t" or (unicodedata.category(character) != "Cc" and character not in _BIDIRECTIONAL):
        return character
    return "\ufffd"
