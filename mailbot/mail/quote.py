"""What the sender wrote this time: quoted history, forwarded mail, signature and footers cut from a mail's text.

Line by line with bounded looks ahead, so that time grows with the length only: a few kilobytes of crafted 'Den ',
'Från:' or '>' lines keep the usual libraries busy for seconds. Answers written between quoted lines are the sender's
own. What is cut is cut for reading only: the officer sees all, and when the whole and the cut text read differently,
a person decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailbot.mail.signature import without_footers

MAX_HEADING = 300
"""Characters of a line that can introduce earlier mail; longer ones are somebody's text."""
MAX_ATTRIBUTION_LINES = 3
MAX_FIELD_LINES = 20
MAX_WRAPPED_LINES = 3
MIN_FIELDS = 3

_DIVIDER = re.compile(
    r"[-_=*\s]{0,60}+(?:"
    r"ursprungligt meddelande|originalmeddelande|vidarebefordrat (?:meddelande|brev|mejl|mail)|original message|"
    r"forwarded message(?: from .{1,80})?|forwarded by .{1,80}|ursprüngliche nachricht|original-nachricht|"
    r"weitergeleitete nachricht|opprinnelig melding|oprindelig meddelelse|videresendte? (?:melding|besked)|"
    r"alkuperäinen viesti|(?:välitetty|edelleenlähetetty) viesti)[-_=*\s]{0,60}:?|"
    r"begin forwarded message\s?:|(?:påbörja|start på) vidarebefordrat meddelande\s?:|start på videresendt besked\s?:|"
    r"anfang der weitergeleiteten nachricht\s?:|#{0,3}-? ?.{0,20}\b(?:above this line|ovanför denna rad)\b.{0,40}",
    re.IGNORECASE,
)
_RULE = re.compile(r"[-_=*~–—]{3,}")
_ATTRIBUTION_OPENING = re.compile(
    r"(?:den|på|on|am|le|\d{1,4}[. /-]|"
    r"(?:mån|tis|ons|tors?|fre|lör|sön|man|tir|lør|søn|ma|ti|ke|to|pe|la|su)[a-zåäöø]{0,6}[., ])",
    re.IGNORECASE,
)
_WROTE = re.compile(r"\b(?:skrev|skreiv|wrote|schrieb|kirjoitti|a écrit)\b", re.IGNORECASE)
_WE_WROTE = re.compile(r"\b(?:skrev (?:jag|vi|ni|du|man)|(?:jag|vi|ni|du|i|we|you) (?:skrev|wrote))\b", re.IGNORECASE)
_WHEN_OR_WHO = re.compile(r"\d{1,2}[:.]\d{2}|\d{4}-\d{2}-\d{2}|[^\s@<>]@[^\s@<>]")
_FIELD = re.compile(
    r"[*_\s]{0,8}(?:(?P<from>från|from|von|fra|lähettäjä|avsändare)|"
    r"(?P<date>skickat|datum|sent|date|gesendet|sendt|dato|lähetetty|päivämäärä|päiväys)|"
    r"(?P<to>till|to|an|til|vastaanottaja)|(?P<copy>kopia|cc|kopi|kopie|kopio)|(?P<subject>ämne|subject|betreff|emne|aihe)|"
    r"(?P<other>reply-to|svara till|svar till|prioritet|importance))[*_]{0,3}\s?:",
    re.IGNORECASE,
)
_LABEL_LENGTH = 30
_TIME = re.compile(r"\b\d{1,2}[:.]\d{2}\b")


def own_text(text: str) -> str:
    """What of a mail's text its sender wrote this time; '' when all of it is earlier mail.

    Args:
        text: the whole text, with LF line ends.
    """
    return without_footers(_without_history(text.split("\n")))


def _without_history(lines: list[str]) -> list[str]:
    stripped = [line.strip() for line in lines]
    labels = [_label(line) for line in stripped]
    kept: list[str] = []
    has_own_words = False
    at = 0
    while at < len(lines):
        line = stripped[at]
        if line.startswith(">"):
            at += 1
            continue
        after = _after_heading(stripped, labels, at, on_top=not has_own_words) if line else at
        if after == at:
            kept.append(lines[at])
            has_own_words = has_own_words or bool(line)
            at += 1
        else:
            kept = [*_without_rule_at_end(kept), ""]
            if not _is_quoted(stripped, after):
                break
            at = after
    return kept


def _after_heading(lines: Sequence[str], labels: Sequence[str], at: int, *, on_top: bool) -> int:
    """The line after the heading of earlier mail that starts at a line; `at` itself when none does."""
    line = lines[at]
    if len(line) > MAX_HEADING:
        return at
    if labels[at] == "from":
        return _after_fields(lines, labels, at, needs_time=on_top)
    if _DIVIDER.fullmatch(line):
        return at + 1
    return _after_attribution(lines, at)


def _after_attribution(lines: Sequence[str], at: int) -> int:
    """After 'Den tis 3 mars 2026 kl 10:00 skrev Anna Ek <anna@kund.example>:', which mailers break into lines."""
    for after in range(at + 1, min(at + MAX_ATTRIBUTION_LINES, len(lines)) + 1):
        line = lines[after - 1]
        # Gmail breaks the line before the bracket that ends the address.
        if not line or len(line) > MAX_HEADING or (line.startswith(">") and line != ">:"):
            return at
        if line.endswith(":"):
            opens = after == at + 1 or _ATTRIBUTION_OPENING.match(lines[at])
            is_one = opens and _is_attribution(" ".join(lines[at:after]), is_marked=_is_quoted(lines, after))
            return after if is_one else at
    return at


def _is_attribution(words: str, *, is_marked: bool) -> bool:
    """Whether words say who wrote what follows. A time or an address must stand in them where '>' does not mark it."""
    says_so = _WROTE.search(words) and not _WE_WROTE.search(words)
    return bool(says_so and (is_marked or _WHEN_OR_WHO.search(words)))


def _after_fields(lines: Sequence[str], labels: Sequence[str], at: int, *, needs_time: bool) -> int:
    """After the block of 'Från:', 'Skickat:', 'Till:' and 'Ämne:' that Outlook puts above what it quotes.

    At the top of a mail a time must stand in it, since formal letters begin with from, to and subject as well.
    """
    found, wrapped, after = {"from"}, 0, at + 1
    has_time = False
    for following in range(at + 1, min(at + MAX_FIELD_LINES, len(lines))):
        label = labels[following]
        if label == "from" or label in found - {"from"}:
            break
        if label:
            found.add(label)
            has_time = has_time or (label == "date" and _TIME.search(lines[following]) is not None)
            after = following + 1
        elif lines[following]:
            wrapped += 1
            if wrapped > MAX_WRAPPED_LINES or "subject" in found:
                break
    is_block = len(found) >= MIN_FIELDS and (has_time or not needs_time)
    return after if is_block else at


def _label(line: str) -> str:
    """Which field of a mail's header a line names; '' for none."""
    if ":" not in line[:_LABEL_LENGTH]:
        return ""
    field = _FIELD.match(line[:_LABEL_LENGTH])
    return field.lastgroup or "" if field else ""


def _is_quoted(lines: Sequence[str], at: int) -> bool:
    """Whether the next line that says something is marked as quoted, so that the end of the quotation can be told."""
    return next(filter(None, lines[at : at + MAX_FIELD_LINES]), "").startswith(">")


def _without_rule_at_end(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and (not lines[end - 1].strip() or _RULE.fullmatch(lines[end - 1].strip())):
        end -= 1
    return lines[:end]
