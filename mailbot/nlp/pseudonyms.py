"""Takes a person out of a text that is to be learnt from: names, addresses and numbers give way to invented ones.

It would rather replace a word too many than one too few: every capitalised word goes that is no known word of the language,
and so does whatever follows a greeting or 'heter'. What is left still teaches how people ask.
"""

# ruff: noqa: E501 -- a pattern is read best on one line

from __future__ import annotations

import re
from typing import Final

from mailbot.nlp.letter import fold

_ADDRESS: Final = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}\s?(?:@|\(at\)|\[at\])\s?[\w-]{1,63}(?:\.[\w-]{1,63}){0,5}")
_LINK: Final = re.compile(r"\b(?:https?://|www\.)\S{1,400}", re.IGNORECASE)
_PERSONAL_ID: Final = re.compile(r"(?<!\d)(?:\d{2})?\d{6}[-+ ]?[\dXx]{4}(?!\d)")
_NUMBER: Final = re.compile(r"(?<!\w)\+?\(?\d[\d ()/–-]{4,24}\d(?!\w)|\b\d{5,30}\b")
_STREET: Final = re.compile(
    r"\b[^\W\d_]{2,30}(?:gatan|vägen|gata|väg|gränd|stigen|backen|torget|plan|allén|street|road|lane|avenue)\s\d{1,4}\w?\b",
    re.IGNORECASE,
)
_POSTCODE: Final = re.compile(r"\b\d{3} ?\d{2} [^\W\d_]{2,30}")
_INTRODUCED: Final = re.compile(
    r"(?P<cue>\b(?:heter|hette|hälsningar|hälsn\.?|hälsar|mvh|vänligen|/|name is|named|called|regards|yours|sincerely|cheers|best|tack|thanks)\b[,:!]?\s{1,4}|(?:^|\s)/{1,2}\s?)"
    r"(?P<name>[^\W\d_][\w'’-]{1,30}(?:[ ][^\W\d_][\w'’-]{1,30}){0,2})(?=\s*(?:$|[,.\n]))",
    re.IGNORECASE | re.MULTILINE,
)
_CAPITAL: Final = re.compile(r"(?<![\w@.-])[A-ZÅÄÖÆØÉÜÁÓŠŽĐĆŁÇÑ][\w'’-]{1,40}")
_ACRONYM: Final = re.compile(r"[A-ZÅÄÖ]{2,6}")

_KNOWN: Final = frozenset(
    ["jag", "ni", "vi", "du", "han", "hon", "hen", "den", "det", "de", "mig", "mina", "mitt", "min", "er", "ert", "era", "vår", "vårt", "hej", "hejsan", "tja", "god", "goddag", "morgon", "kväll", "bästa", "kära", "mvh", "med", "vänlig", "vänliga", "hälsning", "hälsningar", "tack", "ta", "kan", "vill", "skulle", "ska", "jag", "behöver", "begär", "begäran", "härmed", "enligt", "artikel", "art", "gdpr", "dataskyddsförordningen", "radera", "radering", "rätta", "rättelse", "ändra", "uppdatera", "skicka", "kopia", "utdrag", "registerutdrag", "mina", "uppgifter", "personuppgifter", "avregistrera", "avsluta", "konto", "nyhetsbrev", "samtycke", "återkallar", "invänder", "motsätter", "begränsa", "begränsning", "flytta", "fil", "format", "csv", "json", "om", "och", "men", "så", "eller", "att", "som", "för", "från", "till", "på", "i", "av", "när", "var", "vad", "hur", "vem", "varför", "vilka", "inte", "ingen", "inget", "inga", "aldrig", "nu", "sedan", "efter", "innan", "under", "tills", "dock", "dessutom", "även", "också", "bara", "här", "där", "detta", "dessa", "denna", "allt", "alla", "min", "påminnelse", "ärende", "svar", "sv", "re", "vb", "fw", "fwd", "angående", "ang", "ämne", "subject", "hello", "hi", "dear", "sir", "madam", "thanks", "thank", "please", "kindly", "i", "we", "you", "he", "she", "they", "it", "the", "this", "that", "my", "our", "your", "and", "but", "or", "if", "when", "where", "what", "how", "who", "why", "which", "not", "no", "never", "now", "then", "after", "before", "until", "also", "only", "here", "there", "all", "any", "could", "would", "should", "can", "will", "want", "need", "request", "requesting", "under", "pursuant", "article", "data", "personal", "delete", "erase", "erasure", "remove", "correct", "correction", "rectify", "update", "change", "send", "copy", "access", "information", "account", "newsletter", "unsubscribe", "consent", "withdraw", "object", "objection", "restrict", "restriction", "portability", "transfer", "file", "regards", "best", "yours", "sincerely", "faithfully", "winlas", "imy", "las", "hr", "eu", "ab", "måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag", "januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january", "february", "march", "may", "june", "july", "august", "october", "swedish", "svenska", "sverige"]
)  # fmt: skip
_NAME: Final = "Kim"


def pseudonymise(text: str) -> str:
    """Return the text without names, addresses, links, streets and numbers of anybody."""
    for pattern, invented in (
        (_ADDRESS, "namn@exempel.example"),
        (_LINK, "https://exempel.example"),
        (_PERSONAL_ID, "19000101-0000"),
        (_STREET, "Exempelgatan 1"),
        (_POSTCODE, "100 00 Exempelstad"),
        (_NUMBER, "070-000 00 00"),
    ):
        text = pattern.sub(invented, text)
    text = _INTRODUCED.sub(lambda found: found["cue"] + (found["name"] if _all_known(found["name"]) else _NAME), text)
    return _CAPITAL.sub(lambda found: found[0] if _is_known(found[0]) else _NAME, text)


def _all_known(words: str) -> bool:
    return all(_is_known(word) for word in words.split())


def _is_known(word: str) -> bool:
    return (
        word.lower() in _KNOWN or fold(word) in _KNOWN or word.startswith("Exempel") or bool(_ACRONYM.fullmatch(word))
    )
