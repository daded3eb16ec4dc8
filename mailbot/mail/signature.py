"""What stands around a sender's own words: signature, device line, legal notice, privacy footer, gateway banner.

A company's footer about how it treats personal data reads much like somebody who asks about it, which is why it goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

MAX_LINE = 300
"""Characters of a line that can be a closing, a device line or a banner."""
MAX_SIGNATURE_LINES = 20
MAX_NOTICE = 4000
BANNER_LINES = 5
"""Banners of gateways stand within the first lines that say something."""

_CLOSING = re.compile(
    r"(?:(?:med\s{1,3})?(?:vänlig|vänliga|vänligaste|bästa|varm|varma|varmaste|hjärtlig|hjärtliga|glada|soliga|trevliga|många)"
    r"\s{1,3}hälsning(?:ar|en)?|hälsningar|hälsn|högaktningsfullt|mvh|m\.v\.h|vh|"
    r"(?:with\s)?(?:best|kind|kindest|warm|warmest)\s(?:regards|wishes)|regards|br|rgds|cheers|"
    r"yours\s(?:sincerely|faithfully|truly)|sincerely(?:\syours)?|respectfully|"
    r"(?:med\s)?venn?lig\shilsen|mvh|mit\sfreundlichen\sgrüßen|mfg|ystävällisin\sterveisin)(?!\w)",
    re.IGNORECASE,
)
_NAME_AFTER_CLOSING = re.compile(r"[\s,.!/*–-]{0,8}(?:[A-ZÅÄÖÉÜØÆ][\w’'.-]{0,30}[\s,.!]{0,4}){0,4}")
_POSTSCRIPT = re.compile(r"p\.?\s?s\.?(?:[\s:.,–-]|$)", re.IGNORECASE)
_DEVICE = re.compile(
    r"[-–—\s]{0,4}(?:"
    r"(?:skickat|skickades|sänt|sent|sendt|gesendet)\s(?:från|via|med|from|fra|using|with|mit|von)\s.{1,100}|"
    r"(?:hämta|get|skaff|hent)\s(?:outlook|yahoo|gmail)\s.{1,100}|von\smeinem\s.{1,60}\sgesendet\.?|"
    r"lähetetty\s.{1,60}(?:sta|stä|lla|llä)\.?)",
    re.IGNORECASE,
)
_BANNER = re.compile(
    r"\[?extern(?:al|t)?(?: (?:avsändare|mejl|e-?post|e-?mail|sender))?\]?|"
    r"[*!\[\s]{0,6}(?:caution|warning|varning|obs|external e-?mail|externt (?:mejl|e-?post))\b.{0,80}"
    r"(?:extern|external|outside|utanför|utifrån)\b.*|"
    r"du får (?:inte ofta|sällan) (?:e-?post|mejl|mail) från .*|you don['’]t often get email from .*|"
    r"some people who received this message don['’]t often get email from .*",
    re.IGNORECASE,
)
_NOTICE_OPENING = re.compile(
    r"[*_\s]{0,6}(?:detta|denna|det här|den här|this|these|the (?:information|content)|informationen|innehållet|"
    r"confidential|disclaimer|sekretess|important notice|viktigt|obs|om du (?:inte är|har fått|fått)|"
    r"if you (?:are not|have received)|tänk på|please consider|behöver du skriva ut)",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"konfidentiell|sekretessbelag|confidential|privileged|intended (?:solely|only|recipient)|endast avsed|"
    r"avsed(?:d|t|da) (?:endast|enbart|mottagare)|rätt(?:e|a) mottagare|av misstag|in error|innan du skriver ut|"
    r"before (?:you )?print|skriva ut det|miljön|the environment",
    re.IGNORECASE,
)
_PRIVACY_OPENING = re.compile(
    r"[*_\s]{0,6}(?:läs (?:mer )?om|läs mer|så (?:här )?(?:behandlar|hanterar)|här kan du läsa|"
    r"när du (?:kontaktar|mejlar|mailar|skickar|kommunicerar)|vi (?:\w{1,20}\s){0,4}(?:behandlar|hanterar|värnar)|"
    r"(?:för )?information om|[\w&]{1,40}(?: ab)? (?:behandlar|hanterar|värnar)|for (?:more )?information (?:on|about)|"
    r"read (?:more )?about|we (?:\w{1,20}\s){0,3}process|by (?:e-?mailing|contacting) us|when you (?:e-?mail|contact))",
    re.IGNORECASE,
)
_PRIVACY = re.compile(r"personuppgift|integritet|personal data|privacy|gdpr", re.IGNORECASE)
_POINTER = re.compile(
    r"https?://|www\.|läs mer|läsa mer|read more|integritetspolicy|privacy (?:policy|notice)", re.IGNORECASE
)
_FIRST_PERSON = re.compile(
    r"\b(?:jag|mig|min|mitt|mina|me|my|mine)\b|\bI (?:am|ask|do|have|hereby|object|request|want|wish|would)\b|\bI['’]",
)


def without_footers(lines: Sequence[str]) -> str:
    """The sender's words without what stands around them, as text.

    A mail that is nothing but a signature keeps it: somebody wrote 'Vänliga hälsningar, Anna' and nothing else.
    """
    unsent = [line for line in lines if not _is(_DEVICE, line)]
    body = _without_notices(_without_banners(unsent))
    return _as_text(_without_signature(body)) or _as_text(body)


def _as_text(lines: Iterable[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()


def _is(pattern: re.Pattern[str], line: str) -> bool:
    """Whether a line, blanks aside, is such a line as a whole."""
    words = line.strip()
    return 0 < len(words) <= MAX_LINE and pattern.fullmatch(words) is not None


def _without_banners(lines: list[str]) -> list[str]:
    said = 0
    kept: list[str] = []
    for line in lines:
        if said < BANNER_LINES and _is(_BANNER, line):
            continue
        said += bool(line.strip())
        kept.append(line)
    return kept


def _without_notices(lines: list[str]) -> list[str]:
    """Without the paragraphs, other than the first, that a company puts under all its mails."""
    kept: list[str] = []
    for says_something, group in groupby(lines, key=lambda line: bool(line.strip())):
        paragraph = list(group)
        if not (says_something and any(line.strip() for line in kept) and _is_notice(" ".join(paragraph)[:MAX_NOTICE])):
            kept += paragraph
    return kept


def _is_notice(paragraph: str) -> bool:
    if _FIRST_PERSON.search(paragraph):
        return False
    if _NOTICE_OPENING.match(paragraph) and _NOTICE.search(paragraph):
        return True
    is_about_privacy = _PRIVACY_OPENING.match(paragraph) and _PRIVACY.search(paragraph)
    return bool(is_about_privacy and _POINTER.search(paragraph))


def _without_signature(lines: list[str]) -> list[str]:
    """Without what follows '-- ' or a closing line, as far as it is short. A postscript is the sender's words again."""
    below = sum(1 for line in lines if line.strip())
    has_words_above = False
    for at, line in enumerate(lines):
        below -= bool(line.strip())
        if has_words_above and below <= MAX_SIGNATURE_LINES and (line.rstrip() == "--" or _is_closing(line)):
            return [*lines[:at], *_postscript(lines[at + 1 :])]
        has_words_above = has_words_above or bool(line.strip())
    return lines


def _is_closing(line: str) -> bool:
    words = line.strip()
    if len(words) > MAX_LINE:
        return False
    closing = _CLOSING.match(words)
    return closing is not None and _NAME_AFTER_CLOSING.fullmatch(words, closing.end()) is not None


def _postscript(lines: list[str]) -> list[str]:
    start = next((at for at, line in enumerate(lines) if _POSTSCRIPT.match(line.strip())), len(lines))
    return ["", *lines[start:]] if start < len(lines) else []
