"""Swedish or English, told by the little words that every text of some length holds."""

from __future__ import annotations

import re
from typing import Final

from mailbot.core.kinds import Language

_WORD: Final = re.compile(r"[^\W\d_]+")

# ruff: noqa: SIM905 -- a list of words is read best as text

_SWEDISH: Final = frozenset(
    (
        "och att jag det som en ett på är av för med den till inte om men har ni er era mig min mina mitt vi "
        "vill kan ska från de så var vad hos eller nu bara när hej tack mvh hälsningar där alla inga ingen "
        "inget mer här efter fått får skulle mot än vid ta bort upp ut sig då han hon dig din ditt denna "
        "detta dessa finns hade blir varit mycket någon något sedan utan samt ej ang nya namn adress "
        "uppgifter uppgifterna snälla tacksam ju dock enligt blivit gör "
    ).split()
)
_ENGLISH: Final = frozenset(
    (
        "and the to of i is in it you that for on my me we your with this not are have be was as from please "
        "do at would our or an if can has but by all any will which what been no so us they their when hi "
        "hello dear regards thanks want need about don't i'm it's there who how out am were he she his her "
        "should could does did these those "
    ).split()
)
_BOTH: Final = _SWEDISH & _ENGLISH
_DIACRITICS: Final = re.compile(r"[åäö]", re.IGNORECASE)
_READ: Final = 4000


def language_of(subject: str, text: str, otherwise: Language = Language.SWEDISH) -> Language:
    """The language of a mail; `otherwise` where the words do not tell. The subject counts only for want of words."""
    score = _swedishness(text[:_READ]) or _swedishness(subject[:_READ])
    if score == 0:
        return otherwise
    return Language.SWEDISH if score > 0 else Language.ENGLISH


def _swedishness(text: str) -> float:
    words = [word for word in _WORD.findall(text.lower()) if word not in _BOTH]
    swedish = sum(word in _SWEDISH or word in _BARE for word in words)
    english = sum(word in _ENGLISH for word in words)
    return swedish - english + min(len(_DIACRITICS.findall(text)), 6) * 0.3


_BARE: Final = (
    frozenset(["pa", "ar", "for", "fran", "sa", "nar", "dar", "har", "ga", "nagon", "nagot", "halsningar", "ocksa"])
    - _ENGLISH
)
"""Swedish little words as they are written without å, ä and ö."""
