"""What of an HTML mail a person sees: the few properties of CSS that hide text, followed down the tree.

Senders of newsletters hide preview lines, and a mail can be made to read otherwise to a program than to a person;
only what is shown counts. Understood are inline styles, the old attributes, and style sheet rules for a tag, a class
or an id.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

Colour = tuple[int, int, int]
Declarations = Mapping[str, str]

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)
TRANSPARENT: Colour = (-1, -1, -1)
MAX_SHEET = 64 * 1024
MAX_STYLE = 2048
MAX_CLASSES = 20

_HIDDEN_TAGS = frozenset({"head", "script", "select", "style", "svg", "template", "title"})
_BACKGROUNDS = ("background", "background-color", "background-image")
_POSITIONS = ("text-indent", "left", "top", "margin-left")
_EXTENTS = ("max-height", "height", "max-width", "width")
_PROPERTIES = frozenset(
    {*_BACKGROUNDS, *_POSITIONS, *_EXTENTS, "color", "display", "font-size", "opacity", "overflow", "visibility"}
)
_NAMED = {"white": WHITE, "black": BLACK, "snow": (255, 250, 250), "ivory": (255, 255, 240), "transparent": TRANSPARENT}
_COLOUR = re.compile(r"#[0-9a-f]{3,8}|rgba?\([^()]{1,40}\)|[a-z]+")
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\s*(?:[,/]\s*([\d.]{1,6})%?\s*)?\)")
_LENGTH = re.compile(r"(-?\d{0,6}\.?\d{0,6})\s*(px|pt|em|rem|ex|%|cm|mm|in)?$")
_TYPE_SIZES = frozenset({"x-small", "small", "medium", "large", "x-large", "xx-large"})
_SIMPLE_SELECTOR = re.compile(r"[a-zA-Z][a-zA-Z0-9]{0,15}|(?:[a-zA-Z][a-zA-Z0-9]{0,15})?[.#][\w-]{1,60}")
_INDISCERNIBLE = 24
"""Difference in each of red, green and blue below which text cannot be told from what it stands on."""
_SMALLEST_TYPE = 1.0
_OFF_SCREEN = -500.0


@dataclass(frozen=True, slots=True)
class Look:
    """How the text in an element looks, as far as it decides whether it is seen."""

    gone: bool = False
    """Nothing inside is shown, whatever it says of itself (`display: none`)."""
    invisible: bool = False
    tiny: bool = False
    ink: Colour | None = BLACK
    """None: a colour that is not understood, as of `paper`; such text counts as seen."""
    paper: Colour | None = WHITE

    @property
    def seen(self) -> bool:
        if self.gone or self.invisible or self.tiny or self.ink == TRANSPARENT:
            return False
        if self.ink is None or self.paper is None:
            return True
        return any(abs(ink - paper) >= _INDISCERNIBLE for ink, paper in zip(self.ink, self.paper, strict=True))


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rules of a style sheet that are understood, by selector (`p`, `.x`, `p.x`, `#x`)."""

    rules: Mapping[str, Declarations]
    paints: bool = False
    """A rule that is not understood sets a background: nobody knows what text stands on."""

    def of(self, tag: str, attributes: Mapping[str, str]) -> dict[str, str]:
        """The declarations for an element, the more specific ones winning."""
        if not self.rules:
            return {}
        marks = [f".{name}" for name in attributes.get("class", "").split()[:MAX_CLASSES]]
        marks += [f"#{attributes['id']}"] if "id" in attributes else []
        found: dict[str, str] = {}
        for selector in (tag, *marks, *(tag + mark for mark in marks)):
            found.update(self.rules.get(selector, {}))
        return found


def read_sheet(css: Iterable[str]) -> Sheet:
    """The rules outside of @-blocks; those inside hold for some screens only."""
    rules: dict[str, dict[str, str]] = {}
    paints = False
    for selectors, block in _rules("\n".join(css)[:MAX_SHEET]):
        declarations = read_style(block)
        for selector in selectors.split(","):
            name = selector.strip()
            if _SIMPLE_SELECTOR.fullmatch(name):
                rules.setdefault(name, {}).update(declarations)
            else:
                paints |= not declarations.keys().isdisjoint(_BACKGROUNDS)
    return Sheet(rules, paints)


def _rules(css: str) -> Iterable[tuple[str, str]]:
    first, *rest = css.replace("<!--", " ").replace("-->", " ").split("/*")
    text = first + " ".join(piece.partition("*/")[2] for piece in rest)
    selector, depth, block = "", 0, 0
    for piece in re.split(r"([{}])", text):
        if piece == "{":
            depth += 1
            block = block or (depth if selector.startswith("@") else 0)
        elif piece == "}":
            block = 0 if depth == block else block
            depth = max(depth - 1, 0)
        elif depth == 1 and not block:
            yield selector, piece
        else:
            selector = piece.rpartition(";")[2].strip()


def read_style(style: str) -> dict[str, str]:
    """The declarations that can hide text, names and values in lower case, `!important` left out."""
    declarations = {}
    for declaration in style[:MAX_STYLE].lower().split(";"):
        name, colon, value = declaration.partition(":")
        if colon and name.strip() in _PROPERTIES:
            declarations[name.strip()] = value.replace("!important", "").strip()
    return declarations


def look_of(tag: str, attributes: Mapping[str, str], around: Look, sheet: Sheet) -> Look:
    """How an element's own text looks, given the look of what it stands in."""
    if around.gone or tag in _HIDDEN_TAGS or "hidden" in attributes:
        return replace(around, gone=True)
    if not attributes and tag not in sheet.rules:
        return around
    style = sheet.of(tag, attributes) | read_style(attributes.get("style", ""))
    visibility = style.get("visibility", "inherit")
    colour = style.get("color") or (attributes.get("color", "") if tag == "font" else "")
    return Look(
        gone=_is_taken_away(style),
        invisible=around.invisible if visibility == "inherit" else visibility in {"hidden", "collapse"},
        tiny=_is_tiny(style.get("font-size", ""), around=around.tiny),
        ink=around.ink if colour in {"", "inherit"} else read_colour(colour),
        paper=_paper(style, attributes, around.paper),
    )


def _is_taken_away(style: Declarations) -> bool:
    if style.get("display") == "none" or _size(style.get("opacity", "")) == 0:
        return True
    if style.get("overflow") == "hidden" and 0 in {_size(style.get(name, "")) for name in _EXTENTS}:
        return True
    return any((_size(style.get(name, "")) or 0) <= _OFF_SCREEN for name in _POSITIONS)


def _is_tiny(value: str, *, around: bool) -> bool:
    """Whether type is too small to see. A share of nothing is nothing, but a size of its own is seen again."""
    size, length = _size(value), _LENGTH.match(value)
    if size is None or length is None:
        return around and value not in _TYPE_SIZES
    if length[2] in {"px", "pt", None}:
        return size <= _SMALLEST_TYPE
    return around or size == 0


def _size(value: str) -> float | None:
    length = _LENGTH.match(value)
    try:
        return float(length[1]) if length else None
    except ValueError:
        return None


def _paper(style: Declarations, attributes: Mapping[str, str], around: Colour | None) -> Colour | None:
    painted = " ".join([*(style.get(name, "") for name in _BACKGROUNDS), attributes.get("bgcolor", "").lower()]).strip()
    if "background" in attributes or "url(" in painted or "gradient(" in painted:
        return None
    if painted in {"", "none", "inherit", "initial", "unset"}:
        return around
    colours = [colour for word in _COLOUR.findall(painted) if (colour := read_colour(word)) is not None]
    if not colours:
        return None
    return around if colours[-1] == TRANSPARENT else colours[-1]


def read_colour(value: str) -> Colour | None:
    """`#fff`, `rgb(…)` or one of the names that hide text; None for every other colour."""
    value = value.strip().lower()
    if value.startswith("#"):
        return _read_hex(value[1:])
    numbers = _RGB.match(value)
    if numbers:
        is_clear = (numbers[4] or "1").strip("0.") == ""
        return TRANSPARENT if is_clear else (int(numbers[1]), int(numbers[2]), int(numbers[3]))
    return _NAMED.get(value)


def _read_hex(digits: str) -> Colour | None:
    if len(digits) in {3, 4}:
        digits = "".join(2 * digit for digit in digits)
    try:
        red, green, blue = bytes.fromhex(digits[:6])
    except ValueError:
        return None
    return (red, green, blue)
