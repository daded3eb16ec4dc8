"""What a letter must hold before it may leave: case number, code, and for a refusal what Article 12(4) demands.

A company writes its own templates; this is what it cannot leave out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from mailbot.core.datamap import DataMap
from mailbot.core.kinds import Language
from mailbot.core.letters import (
    Confirmation,
    CopyCode,
    CopySent,
    Extended,
    Lapsed,
    Letter,
    NewAddressConfirmation,
    NothingHeld,
    Outcome,
    Question,
    Refused,
    Rendered,
    RestrictionEnding,
)
from mailbot.errors import MailbotError
from mailbot.render.prose import one_line, squeezed, visible_text
from mailbot.render.words import TemplateError, Words

COURT = {Language.SWEDISH: "domstol", Language.ENGLISH: "court"}


class IncompleteLetter(MailbotError, ValueError):
    """A letter lacks something that it may not be sent without; the message names the template and what it lacks."""


class IncompleteRefusal(IncompleteLetter):
    """A refusal, whole or partial, lacks reasons, the authority or the judicial remedy (Article 12(4), rule 15)."""


class Demand(NamedTuple):
    """Words that have to stand in a letter, and what they are."""

    what: str
    words: str


def demands(letter: Letter, words: Words, data_map: DataMap, remedy: Callable[[], str]) -> Iterator[Demand]:
    """What has to stand in the text and the HTML of a letter.

    Args:
        letter: what is written.
        words: of the letter's language.
        data_map: has the authority.
        remedy: renders the block on the judicial remedy as plain text.

    Raises:
        IncompleteRefusal: the letter itself, the data map or the block cannot fulfil Article 12(4).
    """
    if letter.case:
        yield Demand("the case number", letter.case)
    match letter:
        case Confirmation() | NewAddressConfirmation() | CopyCode():
            yield Demand("the code", letter.code)
        case Question():
            yield Demand("the question", letter.question)
        case Refused():
            yield from _reasons(letter.template, letter.reasons)
            yield Demand("the ground", words.refusal(letter.ground))
        case Extended() | RestrictionEnding():
            yield from _reasons(letter.template, letter.reasons)
        case Outcome():
            yield from _outcome(letter, words)
    if is_refusal(letter) or isinstance(letter, Extended | Lapsed | NothingHeld):
        yield from _complaint(letter, data_map)
        yield from _remedy(letter, remedy())


def is_refusal(letter: Letter) -> bool:
    """Whether Article 12(4) applies: something that was asked has not been done."""
    return isinstance(letter, Refused) or (isinstance(letter, Outcome) and bool(letter.kept))


def hold_to(demanded: Iterator[Demand], letter: Letter, rendered: Rendered) -> None:
    """Make sure that everything demanded stands in the letter's text and in its HTML.

    Raises:
        IncompleteRefusal: a refusal lacks something.
        IncompleteLetter: another letter does.
    """
    bodies = {"body.txt": rendered.text, "body.html": visible_text(rendered.html)}
    squeezed_bodies = {name: squeezed(body).casefold() for name, body in bodies.items()}
    for demand in demanded:
        for name, body in squeezed_bodies.items():
            if squeezed(demand.words).casefold() not in body:
                kind = IncompleteRefusal if is_refusal(letter) else IncompleteLetter
                raise kind(f"mail/{letter.template}/{letter.language}/{name}: lacks {demand.what}")
    if letter.case and letter.case not in rendered.subject:
        raise IncompleteLetter(f"mail/{letter.template}/{letter.language}/subject.txt: lacks the case number")


def _outcome(letter: Outcome, words: Words) -> Iterator[Demand]:
    for item in letter.kept:
        yield from _reasons(letter.template, words.why(item))
        if item.until is not None:
            yield Demand("until when something is kept", words.date(item.until))
    if isinstance(letter, CopySent) and letter.pickup is not None:
        yield Demand("the link to the copy", letter.pickup.link)
        yield Demand("until when the copy can be fetched", words.date(letter.pickup.until))


def _reasons(template: str, reasons: str) -> Iterator[Demand]:
    if not one_line(reasons):
        raise IncompleteRefusal(f"{template}: cannot be written without a reason (Article 12(4))")
    yield Demand("the reasons", reasons)


def _complaint(letter: Letter, data_map: DataMap) -> Iterator[Demand]:
    authority = data_map.authority
    name, contact = authority.name.in_(letter.language), authority.email or authority.web or authority.phone
    if not name or not contact:
        raise IncompleteRefusal("the data map lacks the authority's name or how to reach it (Article 12(4))")
    yield Demand("the authority to complain to", name)
    yield Demand("how to reach the authority", contact)


def _remedy(letter: Letter, block: str) -> Iterator[Demand]:
    if COURT[letter.language] not in block.casefold():
        where = f"mail/parts/{letter.language}/remedy.txt"
        raise TemplateError(f"{where}:1: must tell of the right to a judicial remedy (word: {COURT[letter.language]})")
    yield Demand("the judicial remedy", block)
