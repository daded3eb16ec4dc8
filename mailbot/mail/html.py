"""HTML to the plain text that a person would see of it, in the conventions of plain-text mail.

What HTML marks by tags is marked as plain text marks it – quoted mail by '> ', a signature by '-- ' –, so that one
cutter serves both. It is a stream, not a tree: any nesting and any broken tag is read in time that grows with the
length only.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import NamedTuple

from mailbot.mail.charset import clean
from mailbot.mail.look import WHITE, Look, Sheet, look_of, read_sheet

SIGNATURE_LINE = "-- "
"""Stands above a signature in plain-text mail (RFC 3676 4.3)."""

_PARAGRAPHS = frozenset({"blockquote", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul"})
_BLOCKS = _PARAGRAPHS | frozenset(
    {"address", "article", "aside", "body", "center", "dd", "div", "dt", "fieldset", "figure", "footer", "form"}
    | {"header", "hr", "html", "li", "main", "nav", "section", "tr"}
)
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_RAW = frozenset({"script", "style", "textarea", "title", "xmp"})
_CELLS = frozenset({"td", "th"})
_CLOSED_BY: dict[str, frozenset[str]] = {
    **dict.fromkeys(_BLOCKS, frozenset({"p"})),
    "li": frozenset({"li", "p"}),
    "dd": frozenset({"dd", "dt", "p"}),
    "dt": frozenset({"dd", "dt", "p"}),
    "td": frozenset({"p", "td", "th"}),
    "th": frozenset({"p", "td", "th"}),
    "tr": frozenset({"p", "td", "th", "tr"}),
}
"""Elements whose end tag may be left out, by what then ends them (HTML Standard 13.1.2.4)."""

_TAG = re.compile(r"</?([a-zA-Z][\w:-]{0,30})((?:\"[^\"]{0,4000}\"|'[^']{0,4000}'|[^'\"<>]){0,4000}+)>")
_ATTRIBUTE = re.compile(r"([a-zA-Z][\w:-]{0,30})(?:\s{0,9}=\s{0,9}(\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?")
_BLANKS = re.compile(r"[ \t\n]+")
_HARD_BLANK = "\xa0"
_QUOTING_CLASSES = ("gmail_quote", "moz-cite", "protonmail_quote", "tutanota_quote", "yahoo_quoted")
_SIGNATURE = re.compile(r"gmail_signature|moz-signature|applemailsignature|ms-outlook-mobile-signature|^signature$")
_MAX_QUOTE_DEPTH = 5


class Token(NamedTuple):
    """A piece of text, or a tag: `/p` ends what `p` began. The text of `style` is its style sheet."""

    text: str = ""
    tag: str = ""
    attributes: Mapping[str, str] = {}


def to_text(html: str) -> str:
    """The text a person sees; never raises."""
    tokens = list(_tokens(clean(html)))
    reader = _Reader(read_sheet(token.text for token in tokens if token.tag == "style"))
    for token in tokens:
        reader.take(token)
    lines = clean(reader.page.text()).split("\n")
    return "\n".join(line if line == SIGNATURE_LINE else " ".join(line.split()) for line in lines)


def has_image(html: str) -> bool:
    """Whether it shows a picture."""
    return "<img" in html.lower()


@dataclass(slots=True)
class _Page:
    """Lines as they come to stand: runs of blanks and of empty lines are one, quoted lines begin with '>'."""

    lines: list[str] = field(default_factory=list)
    quote_depth: int = 0
    _line: list[str] = field(default_factory=list)

    def write(self, words: str) -> None:
        if self._line or words != " ":
            self._line.append(words)

    def end_line(self) -> None:
        if self._line:
            self._put(" ".join("".join(self._line).split()))
            self._line.clear()

    def end_paragraph(self) -> None:
        self.end_line()
        self._put("")

    def put(self, line: str) -> None:
        """A line that stands as it is."""
        self.end_line()
        self.lines.append(line)

    def text(self) -> str:
        self.end_line()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self.lines)).strip("\n")

    def _put(self, line: str) -> None:
        prefix = ">" * min(self.quote_depth, _MAX_QUOTE_DEPTH)
        line = f"{prefix} {line}".rstrip() if prefix else line
        before = self.lines[-1] if self.lines else ""
        if line != prefix or (before != prefix and before.startswith(prefix)):
            self.lines.append(line)


@dataclass(frozen=True, slots=True)
class _Element:
    tag: str
    look: Look
    keeps_lines: bool
    is_quote: bool


class _Reader:
    """Follows the tags: what is open, how it looks, and what of the text therefore comes onto the page."""

    def __init__(self, sheet: Sheet) -> None:
        self.page = _Page()
        self._sheet = sheet
        self._open = [_Element("", Look(paper=None if sheet.paints else WHITE), keeps_lines=False, is_quote=False)]
        self._count: Counter[str] = Counter()

    def take(self, token: Token) -> None:
        if token.tag.startswith("/"):
            self._end(token.tag[1:])
        elif token.tag and token.tag not in _RAW:
            self._start(token.tag, token.attributes)
        elif not token.tag and self._open[-1].look.seen:
            self._say(token.text)

    def _say(self, text: str) -> None:
        text = unescape(text)
        if not self._open[-1].keeps_lines:
            self.page.write(_BLANKS.sub(" ", text))
            return
        first, *rest = text.split("\n")
        self.page.write(first)
        for line in rest:
            self.page.end_line()
            self.page.write(line or _HARD_BLANK)

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        while self._open[-1].tag in _CLOSED_BY.get(tag, ()):
            self._end(self._open[-1].tag)
        if tag == "br":
            self.page.write(_HARD_BLANK)
            self.page.end_line()
        self._break_around(tag, attributes)
        if tag in _VOID:
            return
        names = f"{attributes.get('class', '')} {attributes.get('id', '')}".strip().lower()
        if names and _SIGNATURE.search(names):
            self.page.put(SIGNATURE_LINE)
        around = self._open[-1]
        keeps_lines = around.keeps_lines or tag == "pre" or "white-space:pre" in _style(attributes)
        is_quote = tag == "blockquote" and _is_quote(names, attributes)
        self.page.quote_depth += is_quote
        look = look_of(tag, attributes, around.look, self._sheet)
        self._open.append(_Element(tag, look, keeps_lines, is_quote))
        self._count[tag] += 1
        if tag == "li" and look.seen:
            self.page.write("- ")

    def _end(self, tag: str) -> None:
        """Close the innermost such element and all that was left open in it; an end without a start is nothing."""
        while self._count[tag]:
            element = self._open.pop()
            self._count[element.tag] -= 1
            self._break_around(element.tag, {})
            self.page.quote_depth -= element.is_quote
            if element.tag == tag:
                break

    def _break_around(self, tag: str, attributes: Mapping[str, str]) -> None:
        # Outlook sets every line as a paragraph without margins.
        if tag in _PARAGRAPHS and "Mso" not in attributes.get("class", ""):
            self.page.end_paragraph()
        elif tag in _BLOCKS:
            self.page.end_line()
        elif tag in _CELLS:
            self.page.write(" ")


def _is_quote(names: str, attributes: Mapping[str, str]) -> bool:
    """Whether a blockquote is earlier mail; without a sign of it, it is the sender's own indented text."""
    if attributes.get("type", "").lower() == "cite" or "border-left" in _style(attributes):
        return True
    return any(name in names for name in _QUOTING_CLASSES)


def _style(attributes: Mapping[str, str]) -> str:
    return attributes.get("style", "").lower().replace(" ", "")


def _tokens(html: str) -> Iterator[Token]:
    """Text and tags in the order they stand. What is no tag is text, as in a browser."""
    at = 0
    while at < len(html):
        opening = html.find("<", at)
        stop = len(html) if opening < 0 else opening
        if stop > at:
            yield Token(html[at:stop])
        if opening < 0:
            return
        if html.startswith(("<!", "<?"), opening):
            closing = "-->" if html.startswith("<!--", opening) else ">"
            end = html.find(closing, opening)
            at = len(html) if end < 0 else end + len(closing)
        elif tag := _TAG.match(html, opening):
            name = tag[1].lower()
            at = tag.end()
            if html[opening + 1] == "/":
                yield Token(tag=f"/{name}")
            elif name in _RAW:
                end = _end_of_raw(html, name, at)
                yield Token(html[at:end], name)
                at = end
            else:
                yield Token(tag=name, attributes=_attributes(tag[2]))
        else:
            yield Token("<")
            at = opening + 1


def _end_of_raw(html: str, tag: str, at: int) -> int:
    closing = re.compile(f"</{tag}", re.IGNORECASE).search(html, at)
    return closing.start() if closing else len(html)


def _attributes(text: str) -> dict[str, str]:
    if not text.strip(" \t\n/"):
        return {}
    pairs: Iterable[tuple[str, str]] = reversed(_ATTRIBUTE.findall(text))
    return {name.lower(): unescape(value.strip("\"'")) for name, value in pairs}
