"""Which case a mail belongs to, and whether it answers a one-time confirmation (docs/mail.md, who wrote it)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailbot.core.message import Message

CODE = re.compile(r"\b[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}\b")
"""A one-time code as our confirmations print it: 80 random bits in base 32."""

_YES = frozenset(
    {
        "ja",
        "japp",
        "jajamensan",
        "jo",
        "jadå",
        "yes",
        "yep",
        "yeah",
        "bekräftar",
        "bekräftas",
        "confirm",
        "confirmed",
    }
)
_YES_OPENINGS = (
    "ja det",
    "ja jag",
    "jag bekräftar",
    "yes i",
    "yes it",
    "i confirm",
    "ja tack",
    "yes please",
    "ja stämmer",
)
_NO = frozenset({"nej", "nix", "nepp", "no", "nope", "inte"})
_FILLERS = frozenset(
    {"mvh", "vh", "hälsningar", "hälsning", "vänliga", "vänlig", "med", "tack", "tackar", "snälla", "absolut"}
    | {"det", "detta", "stämmer", "riktigt", "jag", "mig", "min", "är", "var", "bekräftar", "begäran", "do"}
    | {"best", "regards", "kind", "thanks", "thank", "you", "please", "correct", "confirm", "request"}
    | {"it", "is", "was", "me", "i", "my", "this", "that", "that's", "thats"}
)
_GREETINGS = frozenset({"hej", "hejsan", "hallå", "hi", "hello", "dear"})
_THANKS = frozenset({"tack", "tackar", "thanks", "thank"})
_COURTESY = frozenset(
    {"för", "så", "mycket", "hjälpen", "svaret", "snabba", "snabbt", "svar", "informationen", "beskedet", "bra", "fint"}
    | {
        "for",
        "so",
        "much",
        "help",
        "the",
        "your",
        "quick",
        "reply",
        "answer",
        "information",
        "great",
        "all",
        "a",
        "lot",
    }
    | {"trevlig", "helg", "dag", "ha", "en", "have", "nice", "day", "ok", "okej", "perfekt", "perfect", "super", "och"}
    | {"and", "er", "ni", "allt", "toppen", "hej", "då", "bye"}
)
_DOUBT = frozenset(
    {
        "inte",
        "ej",
        "not",
        "don't",
        "dont",
        "men",
        "but",
        "bara",
        "only",
        "fast",
        "utom",
        "except",
        "vänta",
        "wait",
    }
)
_SENT_FROM = re.compile(r"(?i)^\s*(skickat från|sent from|hämta outlook|get outlook)\b.*$", re.MULTILINE)
_WORDS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
MAX_WORDS_OF_A_YES = 25
MAX_NAME_WORDS = 6


class Answer(StrEnum):
    """How a reply to a confirmation reads."""

    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"
    """Neither alone: a person reads it."""


@dataclass(frozen=True, slots=True)
class Handles:
    """What a mail offers to be joined by: Message-IDs it answers, nearest first, and one-time codes in what is new."""

    message_ids: tuple[str, ...]
    codes: tuple[str, ...]


def handles_of(message: Message) -> Handles:
    """The unguessable handles a mail carries. A case number is none of them: anybody can write one."""
    ids = dict.fromkeys((*message.in_reply_to, *reversed(message.references)))
    codes = dict.fromkeys(CODE.findall(f"{message.subject}\n{message.own_text}".upper()))
    return Handles(tuple(ids), tuple(codes))


def is_courtesy(own_text: str, sender_name: str = "") -> bool:
    """Whether a mail says nothing but thanks, so that nobody has to look at it: 'Tack för hjälpen! /Anna'."""
    text = _SENT_FROM.sub("", own_text)
    words = _WORDS.findall(text)
    if not 0 < len(words) <= MAX_WORDS_OF_A_YES or "?" in text or not _THANKS.intersection(map(str.lower, words)):
        return False
    known = _COURTESY | _THANKS | _FILLERS | _GREETINGS | set(_WORDS.findall(sender_name.lower()))
    others = [word for word in words if word.lower() not in known]
    # Whatever is no courtesy has to look like a name, and a name does not open a mail.
    return len(others) <= MAX_NAME_WORDS and all(map(str.istitle, others)) and words[0] not in others


def read_answer(own_text: str, sender_name: str = "") -> Answer:
    """Whether somebody says yes or no to a confirmation, in so few words that nothing else can be meant.

    'Ja' and 'Yes, that was me. /Anna Ek' are a yes; 'Ja, men radera inte telefonnumret' is unclear, since a request
    that is changed while it is confirmed is not the request that was asked about.
    """
    text = CODE.sub(" ", _SENT_FROM.sub("", own_text.replace("\u2019", "'")))
    written = _WORDS.findall(text)
    names = set(_WORDS.findall(sender_name.lower()))
    words = [word.lower() for word in written if word.lower() not in _GREETINGS | names]
    if not words or len(written) > MAX_WORDS_OF_A_YES or "?" in text:
        return Answer.UNCLEAR
    if words[0] in _NO and not _YES.intersection(words):
        return Answer.NO
    if _DOUBT.intersection(words) or not (words[0] in _YES or " ".join(words).startswith(_YES_OPENINGS)):
        return Answer.UNCLEAR
    # What else stands there must be courtesy or a name: 'Ja. Anna Ek' – but not 'Ja. Skicka till min nya adress'.
    known = _YES | _FILLERS | _GREETINGS | names
    others = [word for word in written if word.lower() not in known]
    return Answer.YES if all(word[0].isupper() for word in others) and len(others) <= MAX_NAME_WORDS else Answer.UNCLEAR
