"""Sample letters and copies, of every sort and in both languages, to look at and to check templates with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from mailbot.core.copy import AccessCopy, make_copy
from mailbot.core.datamap import DataMap
from mailbot.core.kinds import RIGHTS, Kind, Language
from mailbot.core.letters import (
    AlarmEvent,
    AuthorityAsked,
    Confirmation,
    ConfirmationReminder,
    CopyCode,
    CopySent,
    CustomerNotice,
    Denied,
    Done,
    Extended,
    InHand,
    Item,
    KeptErased,
    Lapsed,
    Letter,
    NewAddressConfirmation,
    NothingHeld,
    OfficerAlarm,
    Pickup,
    Question,
    Received,
    RecipientNotice,
    RefusalGround,
    Refused,
    RestrictionEnding,
    RetentionReminder,
    Suppressed,
    TakenBack,
    UnknownSender,
)
from mailbot.core.plan import Operation, Plan, Row, Step, Value

CASE = "DS-2026-00042"
NAME = "Åsa Öberg"
CODE = "MFRG-G3DF-NQ2H-XO5T"
COPY_CODE = "K7PM-3XWD-QH9T-RB4N"
LINK_END = "q0Zr7mJx3Vt1c8WnKd5uYb2HsLg9EfPa4oQiTzR6wXe"
PERSON = "asa.oberg@norrskog.example"
CUSTOMERS = ("Norrskog Förvaltning AB",)
UNTIL = date(2026, 12, 24)
YEARS_AHEAD = date(2033, 12, 31)
OWN_WORDS = {
    Language.SWEDISH: "Fakturan för kursen den 3 mars är inte betald.\nDärför behöver vi veta vem som anmälde sig.",
    Language.ENGLISH: "The invoice for the course on 3 March has not been paid.\nSo we need to know who signed up.",
}
MUCH_TO_DO = {
    Language.SWEDISH: "Din begäran gäller många register, och vi behöver gå igenom flera års fritext för hand.",
    Language.ENGLISH: "Your request concerns many registers, and we need to go through several years of notes by hand.",
}
SETTLED = {
    Language.SWEDISH: "Vi har kontrollerat uppgifterna som du ifrågasatte, och de stämmer.",
    Language.ENGLISH: "We have checked the data that you contested, and it is correct.",
}
QUESTION = {
    Language.SWEDISH: "Vilket av dina två telefonnummer är det nya?",
    Language.ENGLISH: "Which of your two telephone numbers is the new one?",
}


SAMPLE_VALUES: tuple[Value, ...] = (
    NAME,
    PERSON,
    "2026-03-05",
    None,
    True,
    42,
    "*a* #b <c> $d$ @e\n\n= f\n- g",
    "2026-03-05T10:30:00Z",
)
"""Of every sort that registers hold, and one that would be markup."""


def sample_letters(data_map: DataMap, language: Language) -> Iterator[Letter]:
    """Every letter at least once, those that differ by what was done several times, about the map's own data sets."""
    yield from _first_answers(language)
    yield from _outcomes(data_map, language)
    yield from _endings(language)
    yield from _to_others(data_map, language)


def _first_answers(language: Language) -> Iterator[Letter]:
    kinds = (Kind.ACCESS, Kind.ERASURE)
    yield Received(language=language, case=CASE, due=UNTIL)
    yield InHand(language=language, case=CASE, name=NAME, kinds=kinds, due=UNTIL)
    yield Confirmation(language=language, case=CASE, name=NAME, kinds=kinds, code=CODE, until=UNTIL)
    yield ConfirmationReminder(language=language, case=CASE, name=NAME, kinds=kinds, code=CODE, until=UNTIL)
    yield NewAddressConfirmation(language=language, case=CASE, code=CODE, until=UNTIL)
    yield UnknownSender(language=language, case=CASE, kinds=kinds, due=UNTIL)
    yield Suppressed(language=language, case=CASE)
    yield AuthorityAsked(language=language, case=CASE, due=UNTIL)
    yield Question(language=language, case=CASE, name=NAME, question=QUESTION[language])


def _outcomes(data_map: DataMap, language: Language) -> Iterator[Letter]:
    for kind, operation in (
        (Kind.RECTIFICATION, Operation.CHANGE),
        (Kind.ERASURE, Operation.ERASE),
        (Kind.RESTRICTION, Operation.RESTRICT),
        (Kind.OBJECTION, Operation.SUPPRESS),
        (Kind.CONSENT_WITHDRAWAL, Operation.WITHDRAW),
    ):
        items = _items(data_map, operation)[:1]
        yield Done(language=language, case=CASE, name=NAME, kind=kind, items=items)
    partly = (*_items(data_map, Operation.ERASE, Operation.BLANK, Operation.KEEP), *_items(data_map, Operation.REFER))
    told = ("Utskick & Tryck AB",)
    yield Done(
        language=language, case=CASE, name=NAME, kind=Kind.ERASURE, items=partly, customers=CUSTOMERS, recipients=told
    )
    for kind in (Kind.ACCESS, Kind.PORTABILITY):
        shown = _items(data_map, Operation.SHOW, Operation.SHOW)
        yield CopySent(language=language, case=CASE, name=NAME, kind=kind, items=shown, customers=CUSTOMERS)
        yield CopySent(
            language=language,
            case=CASE,
            name=NAME,
            kind=kind,
            items=shown,
            customers=CUSTOMERS,
            pickup=_pickup(language),
        )
    for by_link in (False, True):
        yield CopyCode(language=language, case=CASE, name=NAME, code=COPY_CODE, by_link=by_link)
    yield NothingHeld(language=language, case=CASE, name=NAME, kind=Kind.ACCESS)


def _pickup(language: Language) -> Pickup:
    return Pickup(link=f"https://mailbot.example/copy/{language}/{LINK_END}", until=UNTIL, times=3)


def _endings(language: Language) -> Iterator[Letter]:
    yield Refused(
        language=language,
        case=CASE,
        name=NAME,
        kind=Kind.ERASURE,
        ground=RefusalGround.LEGAL_CLAIMS,
        reasons=OWN_WORDS[language],
    )
    yield Extended(language=language, case=CASE, name=NAME, kind=Kind.ACCESS, reasons=MUCH_TO_DO[language], due=UNTIL)
    yield Denied(language=language, case=CASE, name=NAME, kinds=RIGHTS)
    yield TakenBack(language=language, case=CASE, name=NAME, kinds=(Kind.ERASURE,))
    yield Lapsed(language=language, case=CASE, name=NAME, kinds=(Kind.ACCESS,))


def _to_others(data_map: DataMap, language: Language) -> Iterator[Letter]:
    erased = _items(data_map, Operation.ERASE)
    yield CustomerNotice(
        language=language, case=CASE, kind=Kind.ERASURE, person=PERSON, references=("WL-10482", "WL-10977")
    )
    yield RecipientNotice(language=language, case=CASE, kind=Kind.ERASURE, person=PERSON, items=erased)
    yield RetentionReminder(language=language, case="", name=NAME, dataset=erased[0].dataset, day=UNTIL)
    yield RestrictionEnding(language=language, case=CASE, name=NAME, reasons=SETTLED[language], day=UNTIL)
    yield KeptErased(language=language, case=CASE, name=NAME, items=erased)
    events = ((AlarmEvent.DUE_SOON, CASE), (AlarmEvent.QUARANTINED, ""))
    yield OfficerAlarm(language=language, case="", events=events, link="https://mailbot.example/queue")


def _items(data_map: DataMap, *operations: Operation) -> tuple[Item, ...]:
    """One item an operation, each about a data set of the map, as far as there are several."""
    names = list(data_map.datasets)
    return tuple(_item(data_map, names[index % len(names)], operation) for index, operation in enumerate(operations))


def _item(data_map: DataMap, dataset: str, operation: Operation) -> Item:
    some = operation in {Operation.CHANGE, Operation.BLANK, Operation.KEEP}
    ground = next(iter(data_map.grounds), RefusalGround.LEGAL_CLAIMS) if operation is Operation.KEEP else ""
    return Item(
        dataset=dataset,
        operation=operation,
        rows=2,
        fields=tuple(data_map.datasets[dataset].fields)[:2] if some else (),
        ground=ground,
        until=YEARS_AHEAD if operation is Operation.KEEP else None,
    )


def sample_copy(data_map: DataMap, language: Language, kind: Kind) -> AccessCopy:
    """A copy for access or portability, with a few rows in every data set of the map.

    Raises:
        IncompleteMap: a letter of Article 15 is empty in the map.
    """
    shown = [
        Step(dataset.id, Operation.SHOW, _rows(dataset.own_fields), dataset.own_fields) for dataset in data_map.sets
    ]
    referred = Step(data_map.sets[0].id, Operation.REFER, named=CUSTOMERS)
    plan = Plan(kind, "", (*(step for step in shown if step.fields), referred))
    return make_copy(plan, data_map, language=language, case=CASE, name=NAME, addresses=(PERSON,), day=UNTIL)


def _rows(fields: tuple[str, ...]) -> tuple[Row, ...]:
    return tuple(
        Row(str(number), {name: SAMPLE_VALUES[(at + number) % len(SAMPLE_VALUES)] for at, name in enumerate(fields)})
        for number in range(2)
    )
