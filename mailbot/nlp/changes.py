"""Which field a mail wants corrected, from what to what – as written, and only where the words say so; never guessed.

Each stretch that looks like a value (`candidates`) is judged by the words around it: 'the right one is', 'not', 'from … to'.
A name, a title or an organisation counts only where such words stand right beside it, since capitals are everywhere.
"""

# ruff: noqa: E501 -- a pattern is read best on one line

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from mailbot.core.kinds import Field
from mailbot.core.reading import Change
from mailbot.nlp.candidates import Candidate, candidates
from mailbot.nlp.letter import Letter

_BEFORE: Final = 48
_AFTER: Final = 36
_ALIKE: Final = 0.55
_NUMBERS: Final = frozenset({Field.EMAIL, Field.PHONE, Field.PERSONAL_ID, Field.ADDRESS})

_NEW_BEFORE: Final = re.compile(
    r"(?:\b(?:ska(?:ll)? (?:det )?(?:vara|bli|sta|heta)|ska bytas till|bytas? (?:ut )?(?:mot|till)|byt (?:ut )?(?:den )?(?:mot|till)|"
    r"andras? (?:den |det |dem )?till|andra till|rattas? (?:den |det )?till|uppdateras? till|korrigeras? till|"
    r"inte\W+[^.\n]{1,40}\W+utan|heter (?:jag )?(?:numera|nu|alltsa|egentligen)?|stavas(?: det)?|ratt(?: ar| namn ar| stavning ar)?|"
    r"ratta (?:namnet|numret|adressen|titeln|uppgiften) ar|korrekt(?:a)?(?: namn| titel| ar| stavning)*|det (?:nya|ratta|riktiga)(?: numret| namnet)? (?:ar)?|"
    r"(?:min|mitt|hans|hennes|var|vart|my|mine|his|hers?)(?: nya| ratta| riktiga| egen| eget| right| own| new)?(?: [\w-]{2,16})? (?:ar|lyder|is)(?: nu| numera| now)?(?: i stallet| instead)?|sa att det star|(?:ska|maste|skulle) (?:\w+ ){0,6}bli|(?:lagg|fora?|skriv|satt|fyll|kor) (?:\w+ ){0,6}(?:in|dit|upp|med)|lagga dit|mitt eget|\bin|nya(?: ar| blir)?|"
    r"nya? (?:numret|nummer|adress(?:en)?|titel|namn(?:et)?|mejl\w*|mail\w*|mobil\w*|efternamn|e-post\w*|arbetsgivare)?(?: ar| blir)?|nytt(?: \w{3,14})?(?: ar| blir)?|numera(?: ar| ar jag| heter| pa| hos)?|"
    r"hadanefter|framover|i stallet(?: ar)?|istallet(?: ar)?|alltsa|till|blir|blivit|nu(?: ar det| ar| mera)?|mot|namligen|jag ar(?: nu| numera)?|ratteligen|ta|anvand|skriv|"
    r"should (?:be|read|say)|ought to (?:be|read)|must (?:be|read)|(?:is|am|are)(?: now| actually| really)?|it'?s(?: now)?|changed? (?:it |this |that |them )?to|"
    r"correct(?:ed)? (?:it |this )?to|update[d]? (?:it |this )?to|amend(?:ed)? (?:it |this )?to|to read|to|but|spel(?:t|led)|name is|the (?:right|correct|new|proper)(?: one| number| address| name| spelling| title| email)?(?: is| being)?|"
    r"new (?:one(?:'s)?|number|address|name|title|email|mobile)(?: is)?|new|instead|now|became|become|with|i'm|now at|under|use|reach me (?:on|at)|correct is|into))\W{0,4}$"
)
_OLD_BEFORE: Final = re.compile(
    r"(?:\b(?:fran|(?:gar|gick|gatt|skickar|skickas|skicka|skickat|skriver|skrev|mejlar|mejla|ringer|ringde|kommer|kom|sent|send|sends|goes|go|going|posted|wrote|writing)\b[^.\n]{0,40} (?:till|to|pa|at)|\bvar|hittills|\but|\bout|ni har(?: mig)?(?: pa)?|enligt er(?: ar jag)?|presenteras som|(?:has|have) me (?:down )?as|blev jag|with you is|(?:ni|you) (?:har |have )?kall\w* mig|no more|det gamla (?:var?|ar)|uppgett av er|inte(?: langre)?(?: pa| hos)?|ej|icke|gaml[ae](?: numret| adressen| mejlen| titeln| namnet)?(?: ar| var)?|gammalt|gammal|tidigare|forut|ersatter|i stallet for|istallet for|"
    r"star (?:det |jag |fortfarande |nu |ju |dock |kvar )*(?:som |med |for )?|ni har (?:skrivit|kvar|fortfarande|tydligen|mig som|namnet|numret|registrerat)?|har ni|ni (?:skriver|skrev|anger|kallar mig|uppger)|"
    r"registrerad(?: som| pa| under)?|felaktigt(?: som)?|felaktiga|blivit|stod (?:det |jag )*(?:som )?|skickas? till|nu star|angiven som|upptagen (?:som|under)|kallas|byt(?:a)?(?: ut)?|andra|ratta|rattas?|titeln|namnet|numret|adressen|"
    r"from|not|no longer|old(?: one| number| address| name| title| email)?(?: is| was)?|instead of|rather than|formerly|previously|was|used to be|down as|listed as|listed under|registered (?:as|under|with)|"
    r"recorded as|appears? as|shown as|you (?:have|write|hold|list|spell|call me)(?: me)?(?: as| at| down as| under)?|addressed to|made out to|reads?|says?|showing|replace|change|correct|have me as|have me at|still(?: at| as| under)?|ever|"
    r"misspelt(?: as)?|spelled as|entered as|it'?s not|isn'?t|never|wrongly))\W{0,4}$"
)  # fmt: skip
_NEW_AFTER: Final = re.compile(
    r"^\W{0,3}(?:(?:ar|ska det vara|ska det sta|ska det|som (?:galler|ar ratt)|galler|i stallet|istallet|och inte|inte|, inte|ar (?:det )?ratt\w*|ar korrekt|heter (?:jag|det|han|hon)|"
    r"numera|nu(?: mera)?|ar (?:mitt|min|det nya|den nya|jag)|hadanefter|stavas det|fran och med|is (?:right|correct|the (?:right|correct|new))|instead|and not|not|rather than|from now|in (?:its )?place|please|alltsa|\(tidigare|\(och inte|\(inte|\(gamla|\(not|ska in|lever|in\b)\b)"
)
_OLD_AFTER: Final = re.compile(
    r"^\W{0,3}(?:(?:(?:ar|is) (?:\w+ )?(?:en|ett|stangd\w*|another|a|an|ute ur)\b|gar te\b|ar (?:fel\w*|gammal\w*|inaktuell\w*|inte\w*|en annan|bort\w*|dod\w*|min mans|ett namn|nedlagd|upphor|ur bruk)|ska (?:bort|bytas|bli|andras|ersattas|rattas|i stallet)|stammer inte|finns inte|galler inte|har (?:jag inte|upphort|slutat|ni)|ni har|"
    r"upphor\w*|till(?=\s)|blir|byts|fungerar inte|dor|forsvinner|tillhor|gar till|och (?:det )?(?:ska|borde)|men|har ni|star det|mot(?=\s)|ska numera|som (?:star|det star|ni)|utan|ar inte|"
    r"is (?:wrong|incorrect|old|out|dead|not|my old|no longer|obsolete|another|someone)|has (?:closed|been|changed|gone)|to(?=\s)|should (?:be|read)|no longer|doesn'?t|does not|isn'?t|but|which|became|into|out\b|with(?=\s)|was\b|→|->|=>)\b|→|->|=>)"
)  # fmt: skip
_SENT_TO: Final = re.compile(
    r"\b(?:gar|gick|gatt|skickar|skickas|skickat|skriver|skrev|mejlar|ringer|ringde|kommer|kom|hamnade|stalls|inte|delas|sent|sends|goes|going|posted|wrote)\b[^.\n]{0,40} (?:till|to|pa|at)\W{0,3}$"
)
_ABOUT: Final = {
    Field.PHONE: re.compile(r"telefon|mobil|numm|\bnr\b|number|phone|\blur\b|\btel\b|\bcell|linje"),
    Field.EMAIL: re.compile(r"mejl|mail|e-post|epost|adress|inlogg"),
    Field.PERSONAL_ID: re.compile(r"person|fodel|number|nummer"),
    Field.ADDRESS: re.compile(r"adress|flytt|address|moved|\bbor\b|live"),
}
_TO_REACH: Final = re.compile(
    r"\b(?:nas|na mig|nar mig|ring(?: mig)?|svara|hor av er|kontakta mig|reach|call me|reply|write to|contact me|answer)\b[^.\n]{0,30}$"
)
_ARROW: Final = re.compile(
    r"^\s{0,3}(?:→|->|=>|-->|>|till|to|blir|ska bli|ska vara|ska andras till|ska bytas mot|should be|becomes|became)\s{1,3}$"
)
_FIELD_WORDS: Final = {
    Field.NAME: re.compile(r"namn|heter|hette|stava|spel[lt]|\bname|\bcalled|bokst|\bmed [a-z]{1,2}\b|with [a-z]{1,2}\b|dop|gift|marri|skatteverket|intyg|certificate|badge|namnskylt|diplom|\bjag ar\b|\bi am\b|\bi'm\b"),
    Field.TITLE: re.compile(r"titel|title|befattning|\broll|\brole|tjanst|position|jobba|arbetar|anstalld som|yrke|star som|stod|as\b|som\b|\bar\b|chef|assistent|manager"),
    Field.ORGANISATION: re.compile(r"arbetsgiv|organisation|foretag|bolag|kommun|employer|company|jobbar|arbetar|work|hos\b|forvaltning|byt|heter|tillhor|hor till|under\b|firm|gatt over|enhet|\bpa\b|merge|region|convert"),
}  # fmt: skip
_NEVER: Final = frozenset(
    [
        "hej",
        "hello",
        "hi",
        "dear",
        "mvh",
        "tack",
        "thanks",
        "regards",
        "med",
        "vi",
        "jag",
        "ni",
        "det",
        "den",
        "har",
        "kan",
        "vill",
        "men",
        "och",
        "om",
        "the",
        "this",
        "that",
        "my",
        "your",
        "i",
        "in",
        "on",
        "at",
        "winlas",
        "gdpr",
        "art",
        "artikel",
        "article",
        "imy",
        "eu",
        "hr",
        "las",
        "sms",
        "pdf",
        "csv",
        "excel",
        "ab",
        "re",
        "sv",
        "vb",
        "fw",
        "ps",
    ]
)


_TURNED: Final = re.compile(
    r"^\W{0,4}(?:och |och alltsa |alltsa |and |alltsa )?(?:inte|ej|icke|not|i stallet for|istallet for|instead of|rather than|tidigare|formerly|gamla?|fore detta|was|was:)\s(?:langre )?(?:pa |hos |som |at |as |the )?\W{0,3}$"
)
_OWN_SHAPES: Final = frozenset({"title", "title_en", "form_of_address", "form"})
_TITLE_LIKE: Final = 1.0
_NEVER_FITS: Final = -9.0
_SAME_PERSON: Final = 0.75
_SIGNATURE: Final = 60
"""Characters at the end of a mail where the sender's own name stands, which is spelt rightly there."""
_TITLE_NAMED: Final = re.compile(r"titel|title|befattning|\bposition|\brole\b|yrke|tilltal")
_TITLE_WORD: Final = re.compile(
    r"(?:chef|ansvarig|handlaggare|assistent|samordnare|sekreterare|strateg|specialist|konsult|administrator|controller|ombud|jurist|rektor|larare|pedagog|"
    r"ledare|partner|direktor|ekonom|generalist|manager|director|officer|lead|advis[eo]r|assistant|counsel|analyst|coordinator|engineer|consultant|president|"
    r"accountant|secretary|head of|hr)\w{0,3}\b"
)


@dataclass(frozen=True, slots=True)
class _Value:
    start: int
    end: int
    text: str
    new: float
    old: float
    fits: float
    """How well the words around, and its own look, fit the field."""


@dataclass(frozen=True, slots=True)
class _Found:
    score: float
    change: Change
    spans: tuple[tuple[int, int], ...]


def changes(letter: Letter) -> tuple[Change, ...]:
    """The corrections asked for, in the order of `Field`; old or new is None where the mail does not give it."""
    stretches = candidates(letter)
    found = [one for field in Field for one in (_best(letter, field, stretches),) if one is not None]
    kept: list[_Found] = []
    for one in sorted(found, key=lambda each: -each.score):
        if not any(a < d and c < b for other in kept for a, b in other.spans for c, d in one.spans):
            kept.append(one)
    order = list(Field)
    return tuple(one.change for one in sorted(kept, key=lambda each: order.index(each.change.field)))


def _best(letter: Letter, field: Field, stretches: Sequence[Candidate]) -> _Found | None:
    """The likeliest correction of one field, if the words are strong enough."""
    values = _outermost(_value(letter, field, c) for c in stretches if field in c.fields)
    options = [_pair(letter, field, old, new) for old in values for new in values if _distinct(old, new)]
    options += [_alone(letter, field, value, values) for value in values]
    strong = [option for option in options if option.score >= _NEEDED[field]]
    return max(strong, key=lambda option: option.score, default=None)


def _value(letter: Letter, field: Field, candidate: Candidate) -> _Value:
    start, end = candidate.start, candidate.end
    before = letter.folded[max(0, start - _BEFORE) : start].rstrip("\"'( ") + " "
    after = letter.folded[end : end + _AFTER].lstrip("\"') ")
    new = 2.0 * bool(_NEW_BEFORE.search(before)) + 1.5 * bool(_NEW_AFTER.search(after))
    old = 2.0 * bool(_OLD_BEFORE.search(before)) + 1.5 * bool(_OLD_AFTER.search(after))
    if field in _NUMBERS and _SENT_TO.search(before):
        new, old = max(new - 2.0, 0.0), old + 1.0
    return _Value(start, end, letter.source[start:end], new, old, _fit(letter, field, candidate))


def _fit(letter: Letter, field: Field, candidate: Candidate) -> float:
    if field in _NUMBERS or field is Field.OTHER:
        return 0.0
    if letter.source[candidate.start : candidate.end].lower() in _NEVER:
        return _NEVER_FITS
    around = (
        letter.folded[max(0, candidate.start - 70) : candidate.start]
        + " | "
        + letter.folded[candidate.end : candidate.end + 40]
    )
    fits = 1.0 if _FIELD_WORDS[field].search(around) else -1.0
    fits += _TITLE_LIKE if candidate.shape in _OWN_SHAPES else 0.0
    if field is Field.ORGANISATION and not _ORGANISATION_END.search(letter.folded[candidate.start : candidate.end]):
        fits -= 0.5
    if field is Field.ORGANISATION and _ORGANISATION_END.search(letter.folded[candidate.start : candidate.end]):
        fits += 1.0
    if field is not Field.ORGANISATION and _ORGANISATION_END.search(letter.folded[candidate.start : candidate.end]):
        fits -= 2.0
    if candidate.shape == "said" and not _TITLE_NAMED.search(around):
        return _NEVER_FITS
    if field is Field.NAME and _TITLE_WORD.search(letter.folded[candidate.start : candidate.end]):
        fits -= 3.0
    return fits


def _pair(letter: Letter, field: Field, old: _Value, new: _Value) -> _Found:
    """How likely it is that one value is to become the other."""
    score = old.old - old.new + new.new - new.old + min(old.fits, new.fits)
    first, last = (old, new) if old.start < new.start else (new, old)
    between = letter.folded[first.end : last.start]
    if first is old and _ARROW.match(between):
        score += 3.0
    if first is new and _TURNED.match(between):
        score += 3.0
    score += 1.0 if "." not in between and "\n" not in between else 0.0
    score += 1.0 if first is old else 0.0
    score -= min(len(between) / 150, 2.0)
    likeness = SequenceMatcher(None, old.text.lower(), new.text.lower(), autojunk=False).ratio()
    if field in _NUMBERS and first is old:
        score += 1.0
    if likeness >= _ALIKE and field in _LIKENESS_TELLS:
        score += (3.0 if field is Field.NAME and likeness >= _SAME_PERSON else 2.0) * likeness
    if field is Field.NAME and (new.text in letter.source[-_SIGNATURE:]) != (old.text in letter.source[-_SIGNATURE:]):
        score += 1.5 if new.text in letter.source[-_SIGNATURE:] else -1.5
    if field is Field.NAME and " " not in old.text and likeness < _ALIKE:
        score -= 1.5
    return _Found(score, Change(field, old.text, new.text), ((old.start, old.end), (new.start, new.end)))


def _alone(letter: Letter, field: Field, value: _Value, values: Sequence[_Value]) -> _Found:
    """How likely it is that a value is to be entered, without the old one being told."""
    rivals = sum(other.text != value.text for other in values)
    score = value.new - value.old + value.fits - 0.5 * min(rivals, 3)
    if field in _NUMBERS:
        score += 1.0 if _in_a_sentence(letter, value) else -1.0
        before = letter.folded[max(0, value.start - 80) : value.start]
        if rivals == 0 and _ABOUT[field].search(before) and not _TO_REACH.search(before):
            score += 1.0
    return _Found(score, Change(field, None, value.text), ((value.start, value.end),))


def _in_a_sentence(letter: Letter, value: _Value) -> bool:
    """Whether words stand before or after the value on its line: a signature's numbers stand alone."""
    line_end = letter.folded.find("\n", value.end)
    before = letter.folded[letter.folded.rfind("\n", 0, value.start) + 1 : value.start]
    after = letter.folded[value.end : line_end if line_end >= 0 else len(letter.folded)]
    return len(before.split()) > 1 or len(after.split()) > 1


def _distinct(old: _Value, new: _Value) -> bool:
    return old.text != new.text and (old.end <= new.start or new.end <= old.start)


def _outermost(values: Iterable[_Value]) -> list[_Value]:
    """Without values that lie inside another whose cues are at least as strong."""
    every = list(values)
    return [
        value
        for value in every
        if not any(
            other.start <= value.start
            and other.end >= value.end
            and other.end - other.start > value.end - value.start
            and other.new + other.old + other.fits >= value.new + value.old + value.fits
            for other in every
        )
    ]


_ORGANISATION_END: Final = re.compile(
    r"\b(?:ab|hb|kb|ltd|llp|gmbh|oy|as|inc|kommun\w*|pastorat|forsamling|region\w*|landsting|forbund\w*|\w*forvaltning\w*|stift|\w*skola|"
    r"sjukhus|bolag\w*|\w*kontoret|\w*centrum|homes|partners|group|care|council|university|bank|energi|logistik|transport|bygg)$|^region "
)
_LIKENESS_TELLS: Final = frozenset(
    {Field.NAME, Field.EMAIL, Field.PHONE, Field.PERSONAL_ID, Field.ADDRESS, Field.OTHER}
)
_NEEDED: Final = {
    Field.NAME: 4.0,
    Field.EMAIL: 2.0,
    Field.PHONE: 2.0,
    Field.TITLE: 4.5,
    Field.ORGANISATION: 4.5,
    Field.ADDRESS: 2.5,
    Field.PERSONAL_ID: 2.0,
    Field.OTHER: 6.0,
}
"""The least score that is taken for a wish; set on the corpus so that what is extracted is mostly right."""
