"""Every right by everybody who can ask for it: the mails that leave, what becomes of the register, what the log says.

One installation a row: seven people write to it, one for each right. A twin reads the mails, since this is about
conduct; what the model makes of real wording is tested in test_conversations.py.
"""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from sqlmodel import select

from mailbot.core.kinds import RIGHTS, Kind
from mailbot.core.lifecycle import Event
from mailbot.store import audit
from mailbot.store.engine import reading
from mailbot.store.tables import AuditEntry, Case, Outgoing, Request
from tests.support.installation import Installation, texts
from tests.support.twins import ReaderTwin

PHONE, NEW_PHONE = "070-174 06 10", "+46701740699"
WORDS = {kind: str(kind) for kind in RIGHTS} | {Kind.RECTIFICATION: f"rectification phone:{NEW_PHONE}"}
OFFICERS = frozenset({Kind.ERASURE, Kind.RESTRICTION, Kind.OBJECTION})
"""Rights that an officer decides on by the default policy."""
COPIES = frozenset({Kind.ACCESS, Kind.PORTABILITY})
OTHERS = tuple(kind for kind in RIGHTS if kind is not Kind.CONSENT_WITHDRAWAL)
"""Rights that need more than a mail with a registered address in From."""


class Row:
    """One installation and seven people, each of whom asks for one right."""

    def __init__(self, mailbot: Installation) -> None:
        self.mailbot = mailbot
        mailbot.app.__dict__["reader"] = ReaderTwin()
        self.people = {kind: mailbot.person(kind.replace("_", "-")) for kind in RIGHTS}

    def ask(self, words: str = "", **headers: str) -> None:
        """Each writes a mail, from their own address."""
        for kind, person in self.people.items():
            self.mailbot.write(person, "", f"{WORDS[kind]} {words}", **headers)
        self.mailbot.run()

    def reply(self, words: str, kinds: Iterable[Kind] = OTHERS) -> None:
        """Each answers the newest letter they got."""
        for kind in kinds:
            newest = self.mailbot.inbox(self.people[kind], 1)[-1]
            self.mailbot.reply(self.people[kind], newest, words)
        self.mailbot.run()

    def approve(self, kinds: Iterable[Kind]) -> None:
        for kind in kinds:
            self.mailbot.approve(self.case(kind).number)
        self.mailbot.run()

    def case(self, kind: Kind) -> Case:
        """The case that this right was asked for in."""
        query = select(Case).join(Request).where(Request.kind == kind)
        with reading(self.mailbot.app.engine) as session:
            return session.exec(query).one()

    def states(self) -> dict[str, str]:
        return dict(self.mailbot.requests())

    def reasons(self) -> list[list[str]]:
        with reading(self.mailbot.app.engine) as session:
            return [request.reasons for request in session.exec(select(Request).where(Request.kind != Kind.OTHER))]

    def letters(self, person: str) -> list[str]:
        """What a person was sent, by template; every one of them lies in their mailbox."""
        query = select(Outgoing.template).where(Outgoing.recipient == person).order_by(Outgoing.id)
        with reading(self.mailbot.app.engine) as session:
            sent = list(session.exec(query))
        assert len(self.mailbot.inbox(person, len(sent))) == len(sent)
        return sent

    def log(self, kind: Kind) -> list[str]:
        """The transitions of the case: who, and what."""
        query = select(AuditEntry).where(AuditEntry.case_number == self.case(kind).number).order_by(AuditEntry.seq)
        with reading(self.mailbot.app.engine) as session:
            assert audit.verify(session, self.mailbot.app.parts.derive("audit")).broken_at is None
            return [f"{one.actor} {one.action}" for one in session.exec(query) if one.action in tuple(Event)]

    def register(self) -> dict[str, Any]:
        return {dataset: self.mailbot.held(dataset) for dataset in ("contacts", "consents", "tickets", "suppressions")}

    def contact(self, kind: Kind) -> dict[str, Any] | None:
        rows = [row for row in self.mailbot.held("contacts") if row["email"] == self.people[kind]]
        return rows[0] if rows else None


@pytest.fixture
def row(mailbot: Installation) -> Row:
    return Row(mailbot)


@pytest.fixture
def registered(row: Row) -> Row:
    """All seven are registered."""
    contacts = [
        {"name": "Anna Ek", "email": person, "phone": PHONE, "language": "sv", "last_active_at": "2026-10-01"}
        for person in row.people.values()
    ]
    row.mailbot.hold("contacts", *contacts)
    consents = [{"email": person, "purpose": "newsletter", "given_at": "2025-01-10"} for person in row.people.values()]
    row.mailbot.hold("consents", *consents)
    return row


def by_kind(of: Callable[[Kind], Any], kinds: Iterable[Kind] = RIGHTS) -> dict[Kind, Any]:
    return {kind: of(kind) for kind in kinds}


def test_somebody_registered_confirms_and_gets_what_they_asked_for(registered: Row) -> None:
    row = registered
    row.ask()
    assert row.states() == dict.fromkeys(OTHERS, "awaiting_proof") | {Kind.CONSENT_WITHDRAWAL: "done"}

    row.reply("Ja")
    assert row.states() == {kind: "queued" if kind in OFFICERS else "done" for kind in RIGHTS}

    row.approve(OFFICERS)
    assert set(row.states().values()) == {"done"}
    letters = by_kind(lambda kind: row.letters(row.people[kind]))
    assert letters == {
        kind: ["done"]
        if kind is Kind.CONSENT_WITHDRAWAL
        else ["confirmation", *(["in_hand"] if kind in OFFICERS else []), *_answer(kind)]
        for kind in RIGHTS
    }
    assert by_kind(row.log) == {kind: _log_of(kind) for kind in RIGHTS}
    assert row.contact(Kind.ERASURE) is None
    assert row.contact(Kind.RECTIFICATION)["phone"].endswith("699")
    untouched = by_kind(row.contact, (*COPIES, Kind.CONSENT_WITHDRAWAL))
    assert {(found["phone"], found["restricted_at"]) for found in untouched.values()} == {(PHONE, None)}
    assert all(row.contact(kind)["restricted_at"] for kind in (Kind.RESTRICTION, Kind.OBJECTION))
    assert [consent["email"] for consent in row.mailbot.held("consents") if consent["withdrawn_at"]] == [
        row.people[Kind.CONSENT_WITHDRAWAL]
    ]


def _answer(kind: Kind) -> list[str]:
    return ["copy_sent", "copy_code"] if kind in COPIES else ["done"]


def _log_of(kind: Kind) -> list[str]:
    decided = ["mailbot queue", "officer:eva approve"] if kind in OFFICERS else ["mailbot approve"]
    asked = [] if kind is Kind.CONSENT_WITHDRAWAL else ["mailbot ask_proof", "person prove"]
    return [*asked, *decided, "mailbot carry_out"]


def test_somebody_unknown_is_asked_who_they_are_whatever_they_want(row: Row) -> None:
    row.mailbot.hold("contacts", {"name": "Anna Ek", "email": "anna@kund.example", "phone": PHONE})
    before = row.register()
    row.ask()
    assert row.states() == dict.fromkeys(OTHERS, "awaiting_person") | {Kind.CONSENT_WITHDRAWAL: "done"}

    row.reply("Jag heter Anna Ek")
    assert row.states() == dict.fromkeys(OTHERS, "queued") | {Kind.CONSENT_WITHDRAWAL: "done"}

    assert by_kind(lambda kind: row.letters(row.people[kind])) == {
        kind: ["suppressed" if kind is Kind.CONSENT_WITHDRAWAL else "unknown_sender"] for kind in RIGHTS
    }
    assert PHONE not in texts([mail for person in row.people.values() for mail in row.mailbot.inbox(person)])
    assert by_kind(row.log, OTHERS) == {kind: ["mailbot ask", "person answer"] for kind in OTHERS}
    suppressed = row.mailbot.held("suppressions")
    assert [one["email"] for one in suppressed] == [row.people[Kind.CONSENT_WITHDRAWAL]]
    assert row.register() == before | {"suppressions": suppressed}


def test_a_forged_sender_gets_nothing_and_the_owner_says_no(registered: Row) -> None:
    row, mallory = registered, registered.mailbot.person("mallory", "privat.example")
    before = row.register()
    for kind, person in row.people.items():
        row.mailbot.write(mallory, "", WORDS[kind], From=person, Reply_To=mallory)
    row.mailbot.run()
    assert row.states() == dict.fromkeys(OTHERS, "awaiting_proof") | {Kind.CONSENT_WITHDRAWAL: "done"}

    row.reply("Nej")
    assert row.states() == dict.fromkeys(OTHERS, "withdrawn") | {Kind.CONSENT_WITHDRAWAL: "done"}

    assert row.mailbot.nothing_for(mallory)
    assert row.letters(mallory) == []
    assert by_kind(lambda kind: row.letters(row.people[kind])) == {
        kind: ["done"] if kind is Kind.CONSENT_WITHDRAWAL else ["confirmation", "denied"] for kind in RIGHTS
    }
    assert by_kind(row.log, OTHERS) == {kind: ["mailbot ask_proof", "person take_back"] for kind in OTHERS}
    after = row.register()
    assert after["contacts"] == before["contacts"]
    assert [one["email"] for one in after["suppressions"]] == [row.people[Kind.CONSENT_WITHDRAWAL]]


def test_a_representative_is_asked_for_authority_and_told_nothing(registered: Row) -> None:
    row = registered
    owners, row.people = row.people, {kind: row.mailbot.person(f"ombud-{kind.value[:4]}") for kind in RIGHTS}
    before = row.register()
    for kind, agent in row.people.items():
        row.mailbot.write(agent, "", f"{WORDS[kind]} representative {owners[kind]}")
    row.mailbot.run()
    row.reply("Ja", RIGHTS)

    assert row.states() == dict.fromkeys(RIGHTS, "queued") | {Kind.OTHER: "queued"}
    assert row.reasons() == [["representative"]] * len(RIGHTS)
    assert by_kind(lambda kind: row.letters(row.people[kind])) == {kind: ["authority_asked"] for kind in RIGHTS}
    assert [owner for owner in owners.values() if row.letters(owner)] == []
    assert "Anna" not in texts([mail for agent in row.people.values() for mail in row.mailbot.inbox(agent)])
    assert by_kind(row.log) == {kind: ["mailbot queue", "mailbot queue"] for kind in RIGHTS}
    assert row.register() == before


def test_what_is_a_customers_is_referred_to_the_customer_and_only_ours_is_touched(row: Row) -> None:
    customer = row.mailbot.person("dpo")
    row.mailbot.hold("organisations", {"name": "Norrtälje kommun", "privacy_contact": customer})
    ticket = {"organisation": "Norrtälje kommun", "subject": "Lön", "created_at": "2026-01-10"}
    tickets = [
        ticket | {"number": f"T{number}", "requester_email": person}
        for number, person in enumerate(row.people.values())
    ]
    row.mailbot.hold("tickets", *tickets)
    before = row.register()

    row.ask()
    row.reply("Ja")
    row.approve([kind for kind, state in row.states().items() if state == "queued"])

    assert set(row.states().values()) == {"done"}
    assert row.letters(customer) == ["customer_notice"] * len(OTHERS)
    assert all("Norrtälje kommun" in texts(row.mailbot.inbox(row.people[kind])) for kind in OTHERS)
    assert "Lön" not in texts([mail for person in row.people.values() for mail in row.mailbot.inbox(person)])
    assert by_kind(lambda kind: row.letters(row.people[kind])[-1]) == {
        kind: "copy_code" if kind in COPIES else "done" for kind in RIGHTS
    }
    assert by_kind(lambda kind: row.log(kind)[-1]) == dict.fromkeys(RIGHTS, "mailbot carry_out")
    after = {ticket["number"]: ticket for ticket in row.mailbot.held("tickets")}
    theirs = [(ticket["number"], ticket["subject"], ticket["body"]) for ticket in before["tickets"]]
    assert [(ticket["number"], ticket["subject"], ticket["body"]) for ticket in after.values()] == theirs
    ours = dict(zip(RIGHTS, after.values(), strict=True))
    assert [kind for kind in RIGHTS if not ours[kind]["requester_email"]] == [Kind.ERASURE]
    assert [kind for kind in RIGHTS if ours[kind]["restricted_at"]] == [Kind.RESTRICTION, Kind.OBJECTION]
