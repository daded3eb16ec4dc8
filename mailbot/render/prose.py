"""Letters as people see them: text wrapped for a mail, and the bare words of a text or an HTML page, to compare."""

from __future__ import annotations

import re
import textwrap
from html.parser import HTMLParser

WIDTH = 76
"""Columns that plain text mail stays within, with room for quoting marks (RFC 5322 2.1.1 asks for at most 78)."""
SIGNATURE = "-- "
"""The line that sets a signature apart; its blank is part of it (RFC 3676 4.3)."""

_LIST_MARK = re.compile(r"\s*(?:[-–•]\s+|\d+[.)]\s+)?")
_EMPTY_LINES = re.compile(r"\n{3,}")
_BREAKS = re.compile(r"\r\n?|\u2028|\u2029|\x85|\v|\f")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_GREETABLE = re.compile(r"[^\W\d_](?:[^\W\d_]|['’ -]|\.(?= |$)){0,59}")
_INVISIBLE = frozenset({"head", "style", "script", "title"})


def one_line(text: str) -> str:
    """A text from outside in one line: without line breaks, control or direction-changing characters."""
    return " ".join(_UNPRINTABLE.sub(" ", text).split())


def several_lines(text: str) -> str:
    """An officer's own words: their lines are kept, control and direction-changing characters are not."""
    return _UNPRINTABLE.sub("", _BREAKS.sub("\n", text)).strip()


def greetable(name: str) -> str:
    """The name if it can only be a name, else ''.

    People enter their names themselves, in forms and in From: a name that carries a link or a phone number must not
    make our letter carry it.
    """
    name = one_line(name)
    return name if _GREETABLE.fullmatch(name) else ""


def wrap(text: str) -> str:
    """Wrap each line for plain text mail, list items hanging. Codes, addresses and links are never broken."""
    lines = [_wrap_line(line) for line in text.splitlines()]
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip("\n") + "\n"


def _wrap_line(line: str) -> str:
    if line == SIGNATURE:
        return line
    found = _LIST_MARK.match(line)
    hang = " " * len(found.group()) if found else ""
    return "\n".join(
        textwrap.wrap(line.rstrip(), WIDTH, subsequent_indent=hang, break_long_words=False, break_on_hyphens=False)
    )


class _Visible(HTMLParser):
    """Collects the text that a reader sees."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.hidden += tag in _INVISIBLE
        self.parts.append("\n" if tag in {"p", "li", "h2", "div", "br"} else "")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in _INVISIBLE

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)


def visible_text(html: str) -> str:
    """The text of an HTML page, as a reader sees it."""
    reader = _Visible()
    reader.feed(html)
    reader.close()
    return "".join(reader.parts)


def squeezed(text: str) -> str:
    """A text on which line breaks and blanks make no difference, nor do list marks and the signature's dashes."""
    return " ".join(word for word in text.split() if word not in {"-", "--", "–"})
