"""What else a mail tells about a request: written for somebody else, about data at a customer, against marketing."""

# ruff: noqa: E501 -- a pattern is read best on one line

from __future__ import annotations

import re
from typing import Final

from mailbot.nlp.letter import Letter

_RELATIVE: Final = (
    r"(?:mamma|mor|moder|pappa|far|fader|dotter|son|man|fru|hustru|make|maka|sambo|syster|bror|farmor|farfar|mormor|morfar|barn|klient|huvudman|kollega|"
    r"medlem|anstalld\w*|medarbetare|mother|father|mum|mom|dad|daughter|son|wife|husband|partner|sister|brother|client|colleague|member|employee|grandmother|"
    r"grandfather|principal)"
)
_REPRESENTATIVE: Final = tuple(
    re.compile(pattern)
    for pattern in (
        (r"\b(?:pa uppdrag av|for (?:min|var|vart|mitt) (?:klient|huvudman|medlem)\w*|(?:min|var) (?:klient|huvudman)\w*|our client\w*|my client\w*|on behalf of|acting for|"
        r"we (?:act|are instructed)|i act for|instructed by|power of attorney|fullmakt\w*|ombud for|som ombud|sasom ombud|god man|vardnadshavare|gode mannen|foretrader|foretrada|"
        r"i egenskap av|for .{2,40} rakning|a .{2,40} vagnar|biträder|bitrader|dodsbo\w*|estate of|mandate (?:from|for|attached)|authori[sz]ed (?:by|to act)|works council member)"),
        rf"\b(?:min|mitt|vara|var|my|our|his|her) {_RELATIVE}\b.{{0,80}}\b(?:vill|onskar|begar|ber|kraver|bad|har bett|wants?|wishes|asks?|asked|would like|requests?|invokes|begart|undrar)\b",
        rf"\b(?:skriver|hor av mig|mejlar|writing|write|skickar|vidarebefordrar|forwarding|passing on)\b.{{0,40}}\b(?:at|for|on behalf of|fran|at min)\b.{{0,20}}\b(?:min|var|my|our|en) {_RELATIVE}\b",
        r"\b(?:han|hon|hen|she|he) (?:vill|onskar|begar|kraver|ber|har begart|har bett|wants|wishes|requests|asks|has asked|would like|is asking|invokes)\b",
        r"\b(?:skickar|sander|vidarebefordrar) (?:jag |vi )?(?:vidare )?(?:nedan|en begaran|begaran|nedanstaende)|\bforward(?:ing)? (?:the )?(?:below|a request|her|his)\b",
    )
)  # fmt: skip
_PROCESSOR: Final = tuple(
    re.compile(pattern)
    for pattern in (
        (r"\b(?:las-?dag\w*|lasdag\w*|turordning\w*|foretradesratt\w*|anstallningstid\w*|anstallningsdatum\w*|anstallningsdag\w*|anstallningsform\w*|sjukfranvaro\w*|vikariat\w*|ava\b|sava\b|konverter\w*|employment (?:days|time|start|period|date)|"
        r"start date|seniority|order of (?:priority|selection)|redundanc\w*|re-?employment)"),
        r"\b(?:min|mitt|var|vart|my|our|the) (?:gamla |forra |tidigare |old |former |previous )?(?:arbetsgivare|chef|kommun|jobb|employer|boss|manager|municipality|hr)\b.{0,80}\b(?:winlas|systemet|system|program\w*|register|registrer\w*|anvander|uses?|lagt in|skrivit|entered)\b",
        r"\b(?:i|in) (?:er[at]? |your )?(?:winlas|systemet|programmet|the system)\b.{0,60}\b(?:hos|vid|pa|at|for)\b",
        r"\b(?:kommunen|regionen|arbetsgivaren|chefen|rektorn|hr|the employer|the municipality)\b.{0,40}\b(?:sager|hanvisa\w*|skyller|svarar|says?|refers?|told)\b",
    )
)  # fmt: skip
_MARKETING: Final = re.compile(
    r"\b(?:direkt ?marknadsfor\w*|marknadsfor\w*|direct marketing|marketing|reklam\w*|nyhetsbrev\w*|newsletter\w*|utskick\w*|kampanj\w*|campaign\w*|erbjudand\w*|saljsamtal\w*|saljmejl\w*|"
    r"salj(?:are|arna)\b|sales (?:calls?|team|people|mail\w*)|telefonforsalj\w*|promotion\w*|uppring\w*|cold call\w*|mailing\w*|inbjud\w*)"
)
_NEAR: Final = 160


def is_representative(letter: Letter) -> bool:
    """Whether the sender writes for somebody else (EDPB Guidelines 01/2022, § 80-81)."""
    return _any(_REPRESENTATIVE, letter)


def is_processor_matter(letter: Letter) -> bool:
    """Whether it is about data in a customer's system, where the customer is controller (Article 28)."""
    return _any(_PROCESSOR, letter)


def is_about_marketing(letter: Letter, start: int, end: int) -> bool:
    """Whether an objection whose words stand between two offsets is one to direct marketing (Article 21(2)-(3))."""
    return _MARKETING.search(letter.folded, max(0, start - _NEAR), min(len(letter.folded), end + _NEAR)) is not None


def _any(patterns: tuple[re.Pattern[str], ...], letter: Letter) -> bool:
    return any(pattern.search(letter.folded, start, end) for pattern in patterns for start, end in letter.sentences)
