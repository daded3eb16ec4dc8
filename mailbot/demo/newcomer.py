"""Who a newcomer can write as, what they write, and what they see of it: the doing behind the demo inbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import SMTP, default
from email.utils import format_datetime, formataddr, make_msgid
from functools import cached_property
from hashlib import sha256

from sqlmodel import col, select

from mailbot.app import App
from mailbot.demo.cast import reply
from mailbot.demo.filling import customers
from mailbot.demo.samples import load_samples
from mailbot.demo.stamps import stamped
from mailbot.demo.world import World
from mailbot.mail.parse import parse
from mailbot.store import cases
from mailbot.store.engine import reading
from mailbot.store.tables import Case, Mail, Outgoing, Proof, Request

STRANGER = {"name": "Kim Ek", "email": "kim.ek@brevet.example", "organisation": ""}
"""Somebody whom no register knows."""
STARTERS = (
    "access-sv", "withdrawal-sv", "rectification-phone", "erasure-sloppy", "two-rights", "negation",
    "objection-analysis", "portability", "restriction", "hypothetical", "product-support", "access-en", "erasure-en",
)  # fmt: skip
"""Samples whose words the newcomer can start from."""


@dataclass(frozen=True, slots=True)
class Received:
    """A letter of ours in a person's mailbox. `number` is its place there, from 0."""

    number: int
    subject: str
    text: str
    files: tuple[str, ...]
    asks: bool
    """It waits for a yes or no."""


@dataclass(frozen=True, slots=True)
class Handled:
    """One mail of the person's, and what mailbot made of it; `mail` is None while it has not been taken in."""

    subject: str
    mail: Mail | None
    case: Case | None
    requests: tuple[Request, ...]


@dataclass
class Newcomer:
    """Somebody who tries mailbot out. `written` holds subject and SHA-256 of the mails sent here, by writer."""

    app: App
    world: World
    written: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    @cached_property
    def people(self) -> Mapping[str, Mapping[str, str]]:
        """Everybody there is to write as, by address, those of one organisation together."""
        known = sorted(customers(), key=lambda one: (one["organisation"], one["name"]))
        return {one["email"]: one for one in (*known, STRANGER)}

    @cached_property
    def starters(self) -> Mapping[str, tuple[str, str]]:
        """Subject and text to start from, by the sample's name."""
        found = {sample.name: parse(sample.raw) for sample in load_samples(self.app.now())}
        return {name: (found[name].subject, found[name].own_text) for name in STARTERS}

    def send(self, address: str, subject: str, text: str) -> None:
        """Write to mailbot."""
        message = EmailMessage(policy=SMTP)
        message["From"] = formataddr((self.people[address]["name"], address))
        message["To"], message["Subject"] = self.app.settings.address, " ".join(subject.split())
        message["Date"] = format_datetime(self.app.now())
        message["Message-ID"] = make_msgid(domain=address.rpartition("@")[2])
        message.set_content(text)
        self._hand_in(address, message.as_bytes())

    def answer(self, address: str, number: int, text: str) -> None:
        """Answer a letter.

        Raises:
            IndexError: there is no such letter.
        """
        self._hand_in(address, reply(self.world.mails(address)[number], address, text, self.app.now()))

    def letters(self, address: str) -> list[Received]:
        """What mailbot has sent to a person, newest first."""
        asking = self._asking(address)
        found = [message_from_bytes(raw, policy=default) for raw in self.world.mails(address)]
        return [_received(number, message, asking) for number, message in enumerate(found)][::-1]

    def file(self, address: str, number: int, place: int) -> tuple[str, bytes]:
        """An attachment of a letter: its name and what is in it.

        Raises:
            IndexError: there is no such letter or attachment.
        """
        found = _files(message_from_bytes(self.world.mails(address)[number], policy=default))[place]
        return found.get_filename() or "", bytes(found.get_payload(decode=True))

    def handled(self, address: str) -> list[Handled]:
        """What became of the mails that were written here, newest first."""
        with reading(self.app.engine) as session:
            found = []
            for subject, sha in self.written.get(address, ()):
                mail = session.exec(select(Mail).where(Mail.sha256 == sha)).first()
                case = session.get(Case, mail.case_id) if mail is not None and mail.case_id is not None else None
                requests = cases.requests_of(session, case.id or 0) if case is not None else []
                found.append(Handled(subject, mail, case, tuple(requests)))
        return found[::-1]

    def _hand_in(self, address: str, raw: bytes) -> None:
        self.world.send(raw, address, self.app.settings.address)
        self.written.setdefault(address, []).append((parse(raw).subject, sha256(stamped(raw, address)).hexdigest()))

    def _asking(self, address: str) -> frozenset[str]:
        """Message-IDs of the confirmations that a person has not answered yet."""
        query = (
            select(Outgoing.message_id)
            .join(Proof, col(Proof.outgoing_id) == Outgoing.id)
            .where(Outgoing.recipient == address, col(Proof.answered_at).is_(None))
        )
        with reading(self.app.engine) as session:
            return frozenset(session.exec(query))


def _received(number: int, message: Message, asking: frozenset[str]) -> Received:
    body = message.get_body(("plain",)) if isinstance(message, EmailMessage) else None
    return Received(
        number,
        str(message["Subject"]),
        body.get_content() if body is not None else "",
        tuple(part.get_filename() or "" for part in _files(message)),
        asks=str(message["Message-ID"]) in asking,
    )


def _files(message: Message) -> Sequence[Message]:
    return list(message.iter_attachments()) if isinstance(message, EmailMessage) else []
