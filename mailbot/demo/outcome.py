"""What came of each sample mail, read from the store and the register, and held against what was expected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from typing import Any

from sqlmodel import Session, col, select

from mailbot.app import App
from mailbot.core.decide import Reason
from mailbot.core.kinds import Disposition
from mailbot.core.values import filled
from mailbot.demo.cast import Cast, fingerprint
from mailbot.demo.samples import Sample
from mailbot.store import cases
from mailbot.store.engine import reading
from mailbot.store.tables import Case, Mail, Outgoing

HANDED_OVER: Mapping[str, Any] = {"disposition": "to_officer", "requests": {"other": "queued"}}
"""What a mail comes to that the reader is unsure of."""
ANYTHING = "*"
"""In an expectation: the field is filled, with whatever."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one sample."""

    sample: Sample
    disposition: str
    kinds: tuple[str, ...]
    """What was read; empty where nothing was."""
    reasons: tuple[str, ...]
    level: str
    case: str
    person: str
    requests: tuple[tuple[str, str, tuple[str, ...]], ...]
    """Kind, state and reasons of each request that the mail led to."""
    letters: tuple[tuple[str, str], ...]
    """Template and recipient of each letter that it led to."""
    answers: tuple[str, ...]
    """Dispositions of what the person wrote back."""
    again: tuple[str, ...]
    """Dispositions of the same mail when it came again."""
    wrong: tuple[str, ...] = ()
    """In which ways it is not what was expected."""

    @property
    def unsure(self) -> bool:
        """Whether the reader was unsure and handed the mail over."""
        return self.disposition == Disposition.TO_OFFICER and Reason.UNSURE in self.reasons

    def as_data(self) -> dict[str, Any]:
        """The outcome as `demo --once --json` prints it."""
        return {
            "name": self.sample.name,
            "subject": self.sample.subject,
            "from": self.sample.sender,
            "disposition": self.disposition,
            "kinds": list(self.kinds),
            "level": self.level,
            "case": self.case,
            "requests": [{"kind": kind, "state": state} for kind, state, _ in self.requests],
            "letters": [template for template, _ in self.letters],
            "answers": list(self.answers),
            "expected": not self.wrong,
            "wrong": list(self.wrong),
        }


@dataclass(frozen=True, slots=True)
class Findings:
    """All outcomes, in the samples' order."""

    outcomes: tuple[Outcome, ...]

    @property
    def unexpected(self) -> tuple[Outcome, ...]:
        """Those that are not as expected."""
        return tuple(one for one in self.outcomes if one.wrong)


def findings(app: App, cast: Cast) -> Findings:
    """What came of every sample."""
    with reading(app.engine) as session:
        store = _Store(session, cast)
        found = [store.outcome(sample) for sample in cast.samples]
    cases_by_name = {one.sample.name: one.case for one in found}
    judged = (replace(one, wrong=tuple(_differences(app, one, cases_by_name))) for one in found)
    return Findings(tuple(judged))


@dataclass
class _Store:
    """One consistent look at the store."""

    session: Session
    cast: Cast
    mails: dict[str, list[Mail]] = field(default_factory=dict)
    letters: dict[str, list[Outgoing]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for mail in self.session.exec(select(Mail).order_by(col(Mail.id))):
            self.mails.setdefault(mail.sha256, []).append(mail)
        by_answered = {sample.message_id: sample.name for sample in self.cast.samples}
        by_case = self.cast.by_case()
        for letter in self.session.exec(select(Outgoing).order_by(col(Outgoing.id))):
            opener = by_case.get(letter.case_id)
            name = by_answered.get(_answered_by(letter)) or (opener.name if opener is not None else "")
            self.letters.setdefault(name, []).append(letter)

    def outcome(self, sample: Sample) -> Outcome:
        rows = self.mails.get(fingerprint(sample.raw, sample.envelope), [])
        if not rows:
            return Outcome(sample, "never_came", (), (), "", "", "", (), (), (), ())
        mail, *again = rows
        case = self.session.get(Case, mail.case_id) if mail.case_id is not None else None
        requests = cases.requests_of(self.session, mail.case_id) if mail.case_id is not None else []
        own = [request for request in requests if request.mail_id == mail.id]
        return Outcome(
            sample=sample,
            disposition=mail.disposition or "waiting",
            kinds=tuple(sorted((mail.reading or {}).get("kinds", ()))),
            reasons=tuple(mail.reasons),
            level=case.level if case is not None else "",
            case=case.number if case is not None else "",
            person=(case.name or case.address or "") if case is not None else sample.sender,
            requests=tuple((one.kind, one.state, tuple(one.reasons)) for one in own),
            letters=tuple((one.template, one.recipient) for one in self.letters.get(sample.name, ())),
            answers=tuple(self._dispositions(self.cast.answers.get(sample.name, ()))),
            again=tuple(one.disposition or "waiting" for one in again),
        )

    def _dispositions(self, prints: Iterable[str]) -> Iterator[str]:
        for one in prints:
            for mail in self.mails.get(one, ()):
                yield mail.disposition or "waiting"


def _answered_by(letter: Outgoing) -> str:
    return str(message_from_bytes(letter.raw or b"")["In-Reply-To"] or "")


def _differences(app: App, found: Outcome, cases_by_name: Mapping[str, str]) -> Iterator[str]:
    """In which ways an outcome is not what its expectation says. What the expectation leaves out is free."""
    expect = HANDED_OVER if found.sample.may_be_unsure and found.unsure else found.sample.expect
    for name, actual in _told(found).items():
        if name in expect and actual != (wanted := _wanted(name, expect[name])):
            yield f"{name} is {_brief(actual)}, not {_brief(wanted)}"
    allowed = expect["disposition"] if isinstance(expect["disposition"], list) else [expect["disposition"]]
    if found.disposition not in allowed:
        yield f"disposition is {found.disposition}, not {' or '.join(allowed)}"
    every_reason = {*found.reasons, *(code for *_, codes in found.requests for code in codes)}
    if missing := set(expect.get("reasons", ())) - every_reason:
        yield f"reasons are {', '.join(sorted(every_reason))}, without {', '.join(sorted(missing))}"
    if "joins" in expect and found.case != cases_by_name[expect["joins"]]:
        yield f"case is not that of {expect['joins']}"
    yield from _differences_held(app, expect, str(expect.get("person", found.sample.sender)))


def _told(found: Outcome) -> dict[str, Any]:
    return {
        "kinds": sorted(found.kinds),
        "level": found.level,
        "requests": sorted((kind, state) for kind, state, _ in found.requests),
        "letters": Counter(found.letters),
        "answers": list(found.answers),
        "again": list(found.again),
    }


def _wanted(name: str, value: Any) -> Any:  # noqa: ANN401 - JSON
    if name == "requests":
        return sorted(value.items())
    if name == "letters":
        return Counter((template, to) for template, to in value)
    return sorted(value) if name == "kinds" else value


def _differences_held(app: App, expect: Mapping[str, Any], address: str) -> Iterator[str]:
    """What the register holds on the person afterwards."""
    if "holds" not in expect and "fields" not in expect:
        return
    person = app.register.find(address)
    rows = app.register.holdings(person).rows if person is not None else {}
    counts = {dataset: len(found) for dataset, found in rows.items()}
    if counts != expect.get("holds", counts):
        yield f"the register holds {_brief(counts)}, not {_brief(expect['holds'])}"
    for place, wanted in expect.get("fields", {}).items():
        dataset, _, name = place.partition(".")
        values = [row.values.get(name) for row in rows.get(dataset, ())]
        if not values or not all(filled(value) if wanted == ANYTHING else value == wanted for value in values):
            yield f"{place} is not {wanted}"


def _brief(value: Any) -> str:  # noqa: ANN401 - whatever an expectation can hold
    if isinstance(value, Counter):
        return ", ".join(sorted(f"{template} to {to}" for template, to in value.elements())) or "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {one}" for key, one in value.items()) or "nothing"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(" ".join(one) if isinstance(one, tuple) else str(one) for one in value) or "none"
    return str(value) or "none"
