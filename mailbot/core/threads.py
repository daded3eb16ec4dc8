"""Which case a mail belongs to, and whether it answers a one-time confirmation (docs/mail.md, who wrote it)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from unicodedata import category

from mailbot.core.kinds import Kind

if TYPE_CHECKING:
    from mailbot.core.message import Message

CODE = re.compile(r"\b[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}\b", re.IGNORECASE)
"""A one-time code as our confirmations print it: 80 random bits in base 32."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_YES = _words("ja japp jajamensan jo jadå yes yep yeah bekräftar bekräftas confirm confirmed")
_YES_OPENINGS = (
    "jag bekräftar", "härmed bekräftar jag", "det stämmer", "det var jag", "det är jag",
    "i confirm", "i hereby confirm", "that is correct", "that's correct", "it was me", "that was me", "this was me",
)  # fmt: skip
_NO = _words("nej nix nepp no nope")
_NOT = _words("inte ej not didn't wasn't haven't isn't don't didnt wasnt havent isnt dont")
_DENIAL_OPENINGS = _NO | _words("inte not det detta jag it this that i")
_GREETINGS = _words("hej hejsan hallå hi hello dear")
_THANKS = _words("tack tackar thanks thank")
_COURTESIES = _THANKS | _words("snälla you please med många many kind best")
_FILLERS = _COURTESIES | _words(
    """
    absolut det detta stämmer riktigt jag mig min är var begäran kod koden härmed
    correct request it it's is was me i my this that that's do hereby code
    """
)
_COURTESY = (
    _FILLERS
    | _GREETINGS
    | _words(
        """
        för så mycket hjälpen svaret snabba snabbt svar informationen beskedet bra fint trevlig helg dag ha en ok okej
        perfekt super och er ni allt toppen då
        for so much help the your quick reply answer information great all a lot have nice day perfect and bye
        """
    )
)
_DENIAL = _FILLERS | _words(
    """
    har begärt begärde bett bad om skrivit skrev skickat skickade mejlat mejlade gjort gjorde som denna den där här
    mejl mejlet mail mailet något någonting alls
    did have asked for requested send sent written wrote made who a mail any
    """
)
_DOUBT = _words(
    """
    aldrig ingen inget inga ingenting men dock bara endast fast utom förutom ifall kanske vänta avvakta först innan
    tills senare istället ångrar ångrat avbryt avbryta stopp stoppa ignorera glöm fel falskt skojar återta
    never none nothing nobody but however only except unless if maybe perhaps wait before until later instead
    cancel stop ignore forget wrong false undo revoke withdraw joking can't cannot won't doesn't cant wont doesnt
    """
)
_RETREAT = re.compile(
    r"""\b(?:
        (?:jag\ )?(?:har\ )?(?:nu\ )?(?:ångrar|ångrat|ändrat)\ mig
        | glöm\ (?:det|min\ begäran|mitt\ (?:mejl|mail))
        | (?:bortse\ från|ignorera|avbryt)\ (?:min\ (?:tidigare\ )?begäran|mitt\ (?:förra\ |tidigare\ )?(?:mejl|mail))
        | (?:jag\ )?(?:vill\ )?(?:härmed\ )?(?:tar?|drar?)\ tillbaka\ min\ begäran
        | (?:jag\ )?(?:vill\ )?(?:härmed\ )?(?:återtar?|återkallar?)\ min\ begäran
        | (?:i\ (?:have\ )?|i've\ )changed\ my\ mind
        | forget\ (?:it|my\ request|my\ email)
        | (?:i\ )?(?:hereby\ )?(?:want\ to\ |would\ like\ to\ )?
          (?:ignore|disregard|cancel|withdraw|take\ back)\ my\ (?:earlier\ |previous\ )?(?:request|email)
    )(?!\S)""",
    re.VERBOSE,
)
"""What takes back everything that was asked for."""
_KEEP = re.compile(
    r"""\b(?:
        (?:ta\ inte\ bort|radera\ inte)\ (?:mig|mina\ (?:person)?uppgifter)
        | (?:do\ not|don't)\ (?:delete|erase|remove)\ (?:me|my\ (?:personal\ )?(?:data|information))
    )(?!\S)""",
    re.VERBOSE,
)
"""What takes back an erasure, and nothing else."""
_AROUND_RETREAT = _THANKS | _GREETINGS | _words("snälla please nej men nu ändå förlåt ursäkta no but sorry now so")
_SIGN_OFFS = _words("mvh vh vänliga vänlig hälsningar hälsning vänligen regards cheers sincerely")
_GLAD = frozenset("👍🙂😊😀🙏✅♥❤☺")
_SENT_FROM = re.compile(
    r"^\s*(?i:skicka(?:t|des) (?:från|med|via)|sent (?:from|via)|hämta|get)"
    r"(?: (?:min|mitt|my|för|for|mobil|mobilen|phone|iPhone|iPad|iOS|[A-ZÅÄÖ][\w-]*)){1,6}(?:<https?://\S*>)?\.?\s*$",
    re.MULTILINE,
)
_WORDS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_SLASHED_NAME = re.compile(r"(?:^|\s)//?\s*(?=[^\W\d_])")
MAX_WORDS = 25
MAX_SIGNED_WORDS = 6
MAX_GREETED_WORDS = 3


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


def read_answer(own_text: str, names: str = "") -> Answer:
    """Whether somebody says yes or no to a confirmation, in so few words that nothing else can be meant.

    'Ja' and 'Yes, that was me. /Anna Ek' are a yes; 'Ja, men radera inte telefonnumret' is unclear, since a request
    that is changed while it is confirmed is not the request that was asked about. Whatever is not known word by word
    is unclear, too: a person who reads one answer too many is a lesser evil than data erased on a misread one.

    Args:
        own_text: what the sender wrote this time.
        names: what the sender is called, in From and in the register; these words say nothing.
    """
    text = CODE.sub(" ", own_text.replace("\u2019", "'"))
    said, signed = _split_at_sign_off(_SLASHED_NAME.sub(" mvh ", _SENT_FROM.sub("", text)))
    called = {word.lower() for word in _WORDS.findall(names)}
    meant = _YES | _NO | _NOT | _DOUBT
    words = [word for word in _without_greeting(_WORDS.findall(said)) if word not in called - meant]
    if not words or words[0] in called or not _plain(text, said) or not _is_name(signed, called):
        return Answer.UNCLEAR
    everything = {word.lower() for word in _WORDS.findall(text)}
    if everything & _DOUBT:
        return Answer.UNCLEAR
    return _denial(words, everything) if everything & (_NO | _NOT) else _assent(words)


def is_courtesy(own_text: str, names: str = "") -> bool:
    """Whether a mail says nothing but thanks, so that nobody has to look at it: 'Tack för hjälpen! /Anna'.

    Args:
        own_text: what the sender wrote this time.
        names: as for `read_answer`.
    """
    said, signed = _split_at_sign_off(_SLASHED_NAME.sub(" mvh ", _SENT_FROM.sub("", own_text)))
    called = {word.lower() for word in _WORDS.findall(names)}
    words = {word.lower() for word in _WORDS.findall(said)}
    thanks = bool(words & _THANKS) and words <= _COURTESY | (called - _DOUBT - _NO - _NOT)
    return thanks and _plain(own_text, said) and _is_name(signed, called)


def takes_back(own_text: str, kinds: frozenset[Kind], names: str = "") -> bool:
    """Whether somebody takes back all that they have asked for, in so few words that nothing else can be meant.

    'Jag ångrar mig' and 'Please ignore my request' do. 'Ta inte bort mina uppgifter' does where an erasure is all
    that was asked for. 'Jag ångrar mig, rätta dem i stället' is for a person to read, and so is whatever is not known
    word by word.

    Args:
        own_text: what the sender wrote this time.
        kinds: the rights that they have asked for and not been answered.
        names: as for `read_answer`.
    """
    text = CODE.sub(" ", own_text.replace("\u2019", "'"))
    said, signed = _split_at_sign_off(_SLASHED_NAME.sub(" mvh ", _SENT_FROM.sub("", text)))
    spoken = " ".join(word.lower() for word in _WORDS.findall(said)).replace("thank you", "thanks")
    rest, found = _RETREAT.subn(" ", spoken)
    if kinds == {Kind.ERASURE}:
        rest, kept = _KEEP.subn(" ", rest)
        found += kept
    called = {word.lower() for word in _WORDS.findall(names)} - _NO - _NOT - _YES
    return (
        bool(found)
        and set(rest.split()) <= _AROUND_RETREAT | called
        and _plain(text, said)
        and _is_name(signed, called)
    )


def _assent(words: list[str]) -> Answer:
    opens = words[0] in _YES or " ".join(words).startswith(_YES_OPENINGS)
    return Answer.YES if opens and set(words) <= _YES | _FILLERS else Answer.UNCLEAR


def _denial(words: list[str], everything: set[str]) -> Answer:
    """'Nej tack' and 'I did not ask for this' – but not 'Nej, det var jag', 'No problem' or 'Ja, det var inte jag'."""
    known = words[0] in _DENIAL_OPENINGS and set(words) <= _NO | _NOT | _DENIAL and not everything & _YES
    denies = set(words) <= _NO | _COURTESIES or bool(_NOT & set(words))
    return Answer.NO if known and denies else Answer.UNCLEAR


def _plain(text: str, said: str) -> bool:
    """Few words, no question, no number – a new one perhaps –, no picture that could turn the meaning around."""
    pictures = {character for character in text if category(character) == "So"}
    numbers = any(character.isdigit() for character in said)
    return len(_WORDS.findall(text)) <= MAX_WORDS and "?" not in text and not numbers and pictures <= _GLAD


def _without_greeting(written: list[str]) -> list[str]:
    """The words in lower case, without the 'Hej' or 'Dear WinLas' that they begin with."""
    words = [word.lower() for word in written]
    if not words or words[0] not in _GREETINGS:
        return words
    after = next((place for place, word in enumerate(words) if word in _YES | _DENIAL_OPENINGS), len(words))
    greeted = all(word[0].isupper() for word in written[1:after]) and after <= MAX_GREETED_WORDS
    return words[after:] if greeted else words[1:]


def _split_at_sign_off(text: str) -> tuple[str, list[str]]:
    """What is said, and the words below 'Med vänlig hälsning'."""
    for found in _WORDS.finditer(text):
        if found[0].lower() in _SIGN_OFFS:
            below = _WORDS.findall(text[found.start() :])
            return text[: found.start()], [word for word in below if word.lower() not in _SIGN_OFFS | _COURTESIES]
    return text, []


def _is_name(signed: list[str], called: set[str]) -> bool:
    """Whether below the sign-off stands nothing but a name, capitalised as names are."""
    others = [word for word in signed if word.lower() not in called]
    capitalised = all(word[0].isupper() and not word[1:].isupper() for word in others)
    return len(signed) <= MAX_SIGNED_WORDS and capitalised
