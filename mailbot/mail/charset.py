"""Bytes to text by what they are, not only by what they are called.

Mailers mislabel: cp1252 called UTF-8 loses its å, ä and ö when errors are ignored, and UTF-8 called Latin-1 turns
each of them into two strange letters. The ladder is: what was declared, UTF-8, cp1252, and at last replacement
characters.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

_NAME = re.compile(r"[A-Za-z0-9._:()+-]{1,40}")
_LATIN = frozenset({"ascii", "iso8859-1", "iso8859-15", "cp1252"})
# `idna` and `punycode` decode in quadratic time, the escapes are no charsets, and `undefined` always fails.
_NO_CHARSET = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"})
_WIDE = ("utf-16", "utf-32")
_BREAKS_PER_LETTER = 4

_CONTROLS = [code for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n"]
_INVISIBLE = (
    *(0xAD, 0x34F, 0x61C, 0x180E, 0x200B, 0x200C, 0xFEFF),
    *(*range(0x200E, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)),
    *(*range(0xFFF9, 0xFFFC), *range(0xE0000, 0xE0080)),
)
_BLANKS = (0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)
_CLEANING: dict[int, str | None] = dict.fromkeys((*_CONTROLS, *_INVISIBLE)) | dict.fromkeys(_BLANKS, " ")
_LINE_BREAK = re.compile(r"\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")


def decode(data: bytes, declared: str = "") -> str:
    """Text out of bytes by the ladder; never raises.

    Latin charsets are tried after UTF-8: they accept any bytes, whereas Swedish text in Latin-1 is never valid UTF-8 by
    chance. Latin-1 and ASCII mean cp1252, as in every browser (WHATWG Encoding Standard).
    """
    for codec in _ladder(data, codec_named(declared)):
        try:
            # UTF-7 can spell half a character, which nothing can store.
            return data.decode(codec).encode("utf-8", "replace").decode("utf-8")
        except (UnicodeError, LookupError):
            continue
    return data.decode("utf-8" if _mostly_utf8(data) else "cp1252", "replace")


def codec_named(declared: str) -> str:
    """Python's name of a declared charset; '' when there is no such charset or none that mail has."""
    name = declared.strip().strip("'\"").strip()
    if not _NAME.fullmatch(name):
        return ""
    try:
        codec = codecs.lookup(name).name
    except LookupError:
        return ""
    return "" if codec in _NO_CHARSET else codec


def _ladder(data: bytes, codec: str) -> tuple[str, ...]:
    if data.startswith(codecs.BOM_UTF8):
        return ("utf-8-sig", "cp1252")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and not codec.startswith(_WIDE):
        codec = "utf-16"
    if codec.startswith(_WIDE) and b"\0" not in data:
        codec = ""
    declared = (codec, "utf-8") if codec and codec not in _LATIN else ("utf-8",)
    if _mostly_utf8(data):
        return declared
    return (*declared, "iso8859-15" if codec == "iso8859-15" else "cp1252")


def _mostly_utf8(data: bytes) -> bool:
    """Whether it is UTF-8 cut or damaged in few places, which cp1252 would turn into nonsense everywhere."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = len(text) - len(text.encode("ascii", "ignore")) - broken
    return whole > 1 and broken * _BREAKS_PER_LETTER <= whole


def clean(text: str) -> str:
    """Text as it is read and stored: LF line ends, composed letters, no controls, nothing invisible, plain blanks.

    Zero-width characters, soft hyphens and directional marks go because they split words for a reader of text but not
    for a person; the zero-width joiner stays, since emoji are made with it.
    """
    text = _LINE_BREAK.sub("\n", text).translate(_CLEANING)
    return unicodedata.normalize("NFC", text)


def clean_line(text: str) -> str:
    """The same for what stands on one line, such as a header's value: every run of white space becomes one blank."""
    return " ".join(clean(text).split())
