"""Words that forbid acting on a wish for erasure without a person: negated, asked hypothetically, taken back.

What is erased in error cannot be mended. So here a rule outweighs every reader: it never adds a kind, it only makes the
mail a person's. That costs a few sure readings of mails that say both 'erase this' and 'do not erase that'.
"""

# ruff: noqa: E501 -- a pattern is read best on one line

from __future__ import annotations

import re
from typing import Final

from mailbot.core.kinds import Kind
from mailbot.nlp.letter import Letter

_ERASE: Final = (
    r"(?:rader\w*|raddera\w*|delet\w*|eras\w*|gallra\w*|rensa\w*|sudda\w*|utplan\w*|makuler\w*|forstor\w*|destroy\w*|purg\w*|"
    r"wip(?:e|ed|ing)\b|remov\w*|avlagsna\w*|(?:ta|tas|tar|plocka|plockas|plockar|slang\w*|kasta\w*|stryk\w*)\s(?:\w+\s){0,2}bort|bortta\w*|"
    r"get(?:ting)? rid of|glom(?:d|ma|mas)?\b|forget|forgotten)"
)
_NOT: Final = r"(?:inte|ej|icke|aldrig|inget|inga|ingen|ingenting|not|n't|dont|never|no|nothing|nor|varken|neither|without|utan att|i stallet for att|istallet for att|instead of|rather than|absolut inte)"
_PATTERNS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{_NOT}\s(?:\w+\s){{0,4}}{_ERASE}",
        rf"{_ERASE}\s(?:\w+\s){{0,3}}(?:inte|ej|aldrig|inget|ingenting|inga|not|nothing)\b",
        r"\b(?:ta|tar|tas|plocka|plockar|kasta|slang|stryk)\s(?:\w+\s){0,2}(?:inte|ej|aldrig)\s(?:\w+\s){0,3}bort\b",
        (rf"\b(?:vad hander|what happens|what would happen|hur gar det till|hur gor (?:man|ni|jag|vi)|how (?:do|does|can|would) (?:i|we|you|one)|kan man|gar det att|"
        rf"is it possible|om jag (?:skulle|vill|ville|ber)|if i (?:were|ask\w*|want\w*|decid\w*)|ifall jag|maste (?:ni|vi)|do (?:you|we) have to|would you|"
        rf"funderar pa|overvager|considering|thinking (?:of|about)|hypotet\w*|anta att|suppose)\b[^.!\n]{{0,120}}{_ERASE}"),
        rf"\b(?:bortse|disregard|ignore|glom det|ta tillbaka|drar? tillbaka|aterkallar?|withdraw|angrat|changed my mind|cancel|strunta i)\b[^.!\n]{{0,100}}(?:{_ERASE}|begaran|request|mejl|mail|arende)",
        r"\b(?:spara|behall|bevara|keep|retain|preserve)\b[^.!\n]{0,60}\b(?:i stallet|istallet|instead)\b",
    )
)  # fmt: skip


def guarded(letter: Letter) -> tuple[Kind, ...]:
    """The kinds that may not be accepted in this mail, whatever the readers say."""
    said = re.sub(r"['’]", "'", " ".join(letter.folded[start:end] for start, end in letter.own))
    words = re.sub(r"[^\w'.!\n]+", " ", said).replace("n't", " not")
    return (Kind.ERASURE,) if any(pattern.search(words) for pattern in _PATTERNS) else ()
