"""Stretches of a mail that could be the old or the new value of a correction: what looks like a name, an address, a number.

Each pattern is bounded, so that no text makes it slow. What a candidate is, and whether it is old or new, is not decided
here.
"""

# ruff: noqa: E501 -- a pattern is read best on one line

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mailbot.core.kinds import Field
from mailbot.nlp.letter import Letter

_SHORTEST: Final = 2
READ: Final = 12_000
"""Characters that are looked through for values: more than a person writes about a correction."""
MOST: Final = 60
"""More candidates than a person's mail holds; what comes after them is not looked at."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stretch of `Letter.source`, and what it looks like: a field, or `None` for quoted or capitalised words."""

    start: int
    end: int
    shape: str
    fields: tuple[Field, ...]


_C: Final = "A-ZÅÄÖÆØÉÈÜÁÓÍČŠŽĐĆŁÇÑ"
_NAME_WORD: Final = rf"(?<![\w-])[{_C}][\w'’]{{0,30}}(?:[-–][\w'’]{{1,30}}){{0,3}}(?!\w)"
_NAME: Final = rf"(?:(?:Mr|Ms|Mrs|Dr|Prof|Fru|Herr|Fam)\.?\s)?{_NAME_WORD}(?:[ ](?:von|af|de|van|der|den|el|al|bin|la|du|[{_C}]\.|{_NAME_WORD})){{0,4}}"
_ORG_END: Final = (
    r"(?:kommun|kommuns|pastorat|församling|region|landsting|folkhögskola|kommunalförbund|förvaltning\w*|stift|skola|"
    r"gymnasium|universitet|högskola|sjukhus|förbund|vattenförbund|bostäder|energi|fastigheter|stad|stads|bolag|"
    r"kommunförbund|friskola|kriminalvårdsanstalt|vårdcentral|hälsocentral|kontor\w*|avdelning\w*|räddningstjänst|"
    r"länsstyrelse|museum|teater|bibliotek|tingsrätt|hemtjänst|äldreboende|förskola|grundskola)"
)
_ORGANISATION: Final = (
    rf"(?:{_NAME_WORD}|(?<![\w-])[{_C}]\w{{0,30}}-)(?:[ ](?:och|&|i|of|and|for|{_NAME_WORD}|AB|HB|KB|Ltd|LLP|GmbH|Oy|AS|A/S|[Ii]nc|avd \d|N\.V\.)(?!\w)){{0,5}}"
    rf"(?:[ ](?:\w{{2,20}}[ ])?{_ORG_END}\b(?:[ ]i[ ]{_NAME_WORD})?)?(?:[ ]\d{{1,2}}\b)?"
)
_TITLE_END: Final = (
    r"(?:chef\w*|ansvarig\w*|handläggare|assistent\w*|samordnare|sekreterare|strateg\w*|specialist\w*|konsult\w*|"
    r"administratör\w*|controller|ombud\w*|jurist\w*|rektor\w*|lärare|pedagog\w*|ledare|partner|direktör\w*|ekonom\w*|"
    r"kamrer\w*|sköterska|biträde|ordförande|generalist\w*|utvecklare|koordinator\w*|rådgivare|föreståndare|"
    r"inspektör\w*|ingenjör\w*|tekniker|arkitekt\w*|analytiker|förhandlare|revisor\w*|förvaltare|expert\w*|råd|"
    r"sekreterare|redovisare|receptionist\w*|vaktmästare|kurator\w*|bibliotekarie|handledare|intendent\w*|"
    r"kanslist\w*|kommunikatör\w*|projektledare|adjunkt\w*|lektor\w*|docent\w*|professor\w*|doktor\w*|kandidat|"
    r"användare|sakkunnig|konstnär|präst|diakon|kyrkoherde|vd|vik|HR)"
)
_TITLE: Final = (
    rf"(?:(?:tf|vik|Vik|bitr|t\.f|stf|vice|biträdande|tillförordnad|vikarierande|första|senior|leg|juris|fil|vanlig)\.?[ ])?"
    rf"[\w-]{{0,24}}{_TITLE_END}(?:[ ](?:lön|HR|personal|ekonomi|IT))?"
)
_ENGLISH_TITLE: Final = (
    r"(?:[A-Z][\w.&/-]{0,24}[ ](?:of[ ]|–[ ]|and[ ]|&[ ])?){0,4}"
    r"(?:Manager|Director|Officer|Lead|Adviser|Advisor|Assistant|Counsel|Partner|Specialist|Analyst|Coordinator|Engineer|"
    r"Consultant|President|Administrator|Controller|Accountant|Clerk|Executive|Generalist|Secretary|Architect|Developer|"
    r"Supervisor|Representative|Professor|Lecturer|Head)"
    r"(?:(?:,|[ ]–|[ ]-|[ ]of|[ ]for)?[ ][A-Z][\w&/-]{0,24}(?:[ ](?:and[ ]|&[ ]|of[ ])?[A-Z][\w&/-]{0,24}){0,3})?"
)
_TOWN: Final = (
    rf"(?:(?:\d{{3}}[ ]?\d{{2}}|\d{{4,5}})(?:[ ]{_NAME_WORD}(?:[- ]{_NAME_WORD})?)?|{_NAME_WORD}(?:[- ]{_NAME_WORD})?)"
)
_STREET_END: Final = (
    r"(?:gatan|vägen|gata|väg|gränd|gränden|stigen|stig|backen|torget|torg|plan|plats|platsen|allén|allé|kajen|kade|gården|"
    r"esplanaden|promenaden|leden|slingan|haven|hamnplan|straße|strasse)"
)
_STREET: Final = (
    rf"(?:c/o[ ]{_NAME_WORD}(?:[ ]{_NAME_WORD})?,[ ])?"
    rf"(?:(?:{_NAME_WORD}[ ]){{1,2}}{_STREET_END}|(?<!\w)[{_C}][\w:-]{{0,30}}(?:{_STREET_END}|[vg])|Box|Postbox|PO Box|Boks|Postlåda|Lägenhet)\.?[ ]"
    r"\d{1,5}(?:[ ]?[A-Ha-h]\b)?(?:,?[ ](?:lgh|lägenhet|rum|vån|uppg)\.?[ ]?\d{1,4})?(?:,[ ]\d[ ]tr)?"
)
_ADDRESS: Final = rf"{_STREET}(?:,?[ ](?:i[ ])?{_TOWN})?"
_ENGLISH_ADDRESS: Final = (
    r"(?:(?:Flat|Apt|Unit|Suite)[ ]\w{1,5},?[ ])?\d{1,4}[A-Za-z]?[ ](?:[A-Z][\w'’]{0,24}[ ]){1,3}"
    r"(?:Street|Road|Lane|House|Yard|Wharf|Mill|Building|Avenue|Terrace|Close|Drive|Way|Court|Square|Place|Row|Gardens|Crescent|Hill|Quay|Park|Walk|St|Rd|Ave)\b"
    rf"(?:,[ ][A-Z][\w'’]{0, 24}(?:[ ][A-Z][\w'’]{0, 24})?){{0,2}}(?:,?[ ][A-Z]{{1,2}}\d\w?[ ]\d[A-Z]{{2}})?"
)
_POSTCODE: Final = rf"\d{{3}}[ ]\d{{2}}[ ]{_NAME_WORD}"
_MONTH: Final = r"(?:jan\w*|feb\w*|mars|march|apr\w*|maj|may|jun\w*|jul\w*|aug\w*|sep\w*|okt\w*|oct\w*|nov\w*|dec\w*)"

_SAID: Final = (
    r"(?:(?<=\btill )|(?<=\bto )|(?<=\bas )|(?<=\bsom )|(?<=\bär )|(?<=\bis )|(?<=\bvara )|(?<=\bbe )|(?<=\binte )|"
    r"(?<=\butan )|(?<=\bfrån )|(?<=\bfrom )|(?<=\bnot )|(?<=\bread )|(?<=\bsay )|(?<=\bstår )|(?<=\bbli )|(?<=\bblir )|"
    r"(?<=\bmot )|(?<=\btiteln )|(?<=\btitle )|(?<=\bhos )|(?<=\bpå )|(?<=\bblivit )|(?<=\bbut )|(?<=\bfor )|(?<=\bvarit )|"
    r"(?<=\ban )|(?<=\ba )|(?<=\bthe )|(?<=\bat )|(?<=\bheter ))"
    r"[\w&/-]{4,30}(?:[ ][\w&/-]{1,30}){0,2}?(?![\w&/-])"
    r"(?=[.,;:!?)(\n\"”]|[ ](?:och|and|i|in|inte|not|hos|at|på|on|men|but|som|as|för|for|sedan|since|utan|nu|now|så|so|istället|instead|till|to|från|from|är|is|ni|you|–|-)[ ]|$)"
)
_PATTERNS: Final = (
    ("email", (Field.EMAIL,), r"(?<![\w.+-])[\w.+-]{1,64}(?:@|[ ]?\(at\)[ ]?)[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"),
    ("personal_id", (Field.PERSONAL_ID,), r"(?<![\d-])(?:\d{2})?\d{6}[-+ ]?[\dXx]{4}(?![\d-])"),
    ("phone", (Field.PHONE,), r"(?<![\w@.-])(?!(?:\d{2})?\d{6}[-+]\d{4}(?!\d))(?:\+|\(?00?)[\d(][\d ()/–-]{4,18}\d(?![\w@])"),
    ("address", (Field.ADDRESS,), _ADDRESS),
    ("street", (Field.ADDRESS,), _STREET),
    ("address_en", (Field.ADDRESS,), _ENGLISH_ADDRESS),
    ("postcode", (Field.ADDRESS,), _POSTCODE),
    ("date", (Field.OTHER,), rf"\b\d{{4}}-\d\d-\d\d\b|\b\d{{1,2}}[ ]{_MONTH}(?:[ ]\d{{4}})?|\b\d{{1,2}}/\d{{1,2}}\b"),
    ("quoted", (Field.TITLE, Field.OTHER), r"(?:(?<=[\s(][\"”“»])|(?<=^[\"”“»]))[^\"”“»\n]{2,60}(?=[\"”“«»])"),
    ("title", (Field.TITLE,), rf"(?<![\w-]){_TITLE}(?!\w)"),
    ("form_of_address", (Field.TITLE,), r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|[Ff]ru|[Hh]err|[Ff]röken|Docent|[Dd]oktor)\b"),
    ("said", (Field.TITLE,), _SAID),
    ("title_en", (Field.TITLE,), rf"(?<![\w-]){_ENGLISH_TITLE}\b"),
    ("organisation", (Field.ORGANISATION,), rf"(?<![\w@.-]){_ORGANISATION}"),
    ("name", (Field.NAME,), rf"(?<![\w@.-]){_NAME}"),
)  # fmt: skip
_COMPILED: Final = tuple(
    (shape, fields, re.compile(pattern, re.IGNORECASE if shape == "date" else 0))
    for shape, fields, pattern in _PATTERNS
)
_FORM_LINE: Final = re.compile(r"^[\s*-]{0,6}([\w -]{2,30}):[ \t]{1,4}(\S[^\n]{1,80})$", re.MULTILINE)
_FORM_KEYS: Final = (
    (Field.TITLE, re.compile(r"titel|befattning|title|roll|role|position", re.IGNORECASE)),
    (Field.ORGANISATION, re.compile(r"arbetsgivare|organisation|företag|employer|company|bolag|förvaltning", re.IGNORECASE)),
    (Field.NAME, re.compile(r"namn|name", re.IGNORECASE)),
    (Field.ADDRESS, re.compile(r"adress|address", re.IGNORECASE)),
)  # fmt: skip


def candidates(letter: Letter) -> list[Candidate]:
    """Every stretch that could be a value, in the order in which they begin; the same stretch may come in several shapes."""
    found = {(c.start, c.end, c.shape): c for start, end in letter.own for c in _between(letter, start, min(end, READ))}
    return sorted(found.values(), key=lambda c: (c.start, c.end, c.shape))[:MOST]


def _between(letter: Letter, start: int, end: int) -> Iterator[Candidate]:
    for shape, fields, pattern in _COMPILED:
        for found in pattern.finditer(letter.source, start, end):
            yield from _trimmed(letter.source, found.start(), found.end(), shape, fields)
            if shape in {"name", "organisation"} and " " in found[0]:
                yield from _trimmed(letter.source, found.start() + found[0].index(" ") + 1, found.end(), shape, fields)
    for found in _FORM_LINE.finditer(letter.source, start, end):
        for field, key in _FORM_KEYS:
            if key.search(found[1]) and "@" not in found[2]:
                yield from _trimmed(letter.source, *found.span(2), "form", (field,))
                break


def _trimmed(source: str, start: int, end: int, shape: str, fields: tuple[Field, ...]) -> Iterator[Candidate]:
    while end > start and source[end - 1] in " .,;:!?-–)(":
        end -= 1
    if source.count("(", start, end) > source.count(")", start, end) and source[start] == "(":
        start += 1
    if end - start >= _SHORTEST:
        yield Candidate(start, end, shape, fields)
