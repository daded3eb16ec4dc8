"""The people around the demo: those who answer when they are asked to confirm, and the officer who decides a few cases.

They act through the doors that are there for everybody: people write mails over SMTP, the officer uses `flow.officer`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from hashlib import sha256

from sqlmodel import col, select

from mailbot.app import App
from mailbot.core.kinds import Kind
from mailbot.core.letters import Confirmation, NewAddressConfirmation
from mailbot.core.lifecycle import State
from mailbot.demo.samples import Sample
from mailbot.demo.stamps import stamped
from mailbot.demo.world import World
from mailbot.flow import officer
from mailbot.mail.parse import parse
from mailbot.store import outbox
from mailbot.store.engine import reading
from mailbot.store.tables import Case, Mail, Outgoing, Request

OFFICER = "eva"
ASKING = (Confirmation.template, NewAddressConfirmation.template)


@dataclass
class Cast:
    """Everybody who is no program. `answers` holds the SHA-256 of each mail that a sample's person wrote back."""

    app: App
    world: World
    samples: Sequence[Sample]
    answers: dict[str, list[str]] = field(default_factory=dict)
    _answered: set[str] = field(default_factory=set)
    _decided: set[int] = field(default_factory=set)

    def write(self) -> None:
        """All samples are sent."""
        for sample in self.samples:
            for _ in range(sample.times):
                self.world.send(sample.raw, sample.envelope, self.app.settings.address)

    def act(self) -> bool:
        """Everybody does what they can do now. Whether anybody did anything."""
        asked, waiting = self._asked(), list(self._waiting())
        for sample, letter in asked:
            self._answer(sample, letter)
        for sample, request in waiting:
            self._decide(sample, request)
        return bool(asked or waiting)

    def _asked(self) -> list[tuple[Sample, Outgoing]]:
        """Letters that ask for a confirmation, with the sample whose person has an answer to it."""
        with reading(self.app.engine) as session:
            query = select(Outgoing).where(col(Outgoing.template).in_(ASKING), Outgoing.state == outbox.SENT)
            letters = [letter for letter in session.exec(query) if letter.message_id not in self._answered]
        by_case = self.by_case()
        found = [(by_case.get(letter.case_id), letter) for letter in letters]
        return [(sample, letter) for sample, letter in found if sample is not None and sample.answers is not None]

    def _answer(self, sample: Sample, letter: Outgoing) -> None:
        self._answered.add(letter.message_id)
        raw = reply(
            _letter_in(self.world.mails(letter.recipient), letter.message_id),
            letter.recipient,
            sample.answers or "",
            self.app.now(),
            automatic=sample.answers_automatically,
        )
        self.world.send(raw, letter.recipient, self.app.settings.address)
        self.answers.setdefault(sample.name, []).append(fingerprint(raw, letter.recipient))

    def _waiting(self) -> Iterator[tuple[Sample, Request]]:
        """Rights that wait for the officer, with the sample that says what she decides."""
        with reading(self.app.engine) as session:
            query = select(Request).where(Request.state == State.QUEUED, Request.kind != Kind.OTHER)
            queued = list(session.exec(query))
        by_case = self.by_case()
        for request in queued:
            sample = by_case.get(request.case_id)
            if sample is not None and sample.officer is not None and request.id not in self._decided:
                yield sample, request

    def _decide(self, sample: Sample, request: Request) -> None:
        self._decided.add(request.id or 0)
        number, decision, parts = self._number(request), sample.officer or {}, self.app.parts
        if decision["act"] == "approve":
            officer.approve(parts, number, OFFICER, request.id)
        elif decision["act"] == "refuse":
            officer.refuse(parts, number, OFFICER, decision["ground"], decision["reasons"], request.id)
        else:
            raise ValueError(decision["act"])

    def _number(self, request: Request) -> str:
        with reading(self.app.engine) as session:
            return session.get_one(Case, request.case_id).number

    def by_case(self) -> dict[int | None, Sample]:
        """The sample that opened each case."""
        by_print = {fingerprint(sample.raw, sample.envelope): sample for sample in self.samples}
        with reading(self.app.engine) as session:
            query = select(Mail).where(col(Mail.case_id).is_not(None)).order_by(col(Mail.id).desc())
            return {mail.case_id: by_print[mail.sha256] for mail in session.exec(query) if mail.sha256 in by_print}


def fingerprint(raw: bytes, envelope: str) -> str:
    """By which the store knows a mail that was sent with an envelope."""
    return sha256(stamped(raw, envelope)).hexdigest()


def reply(letter: bytes, person: str, text: str, now: datetime, *, automatic: bool = False) -> bytes:
    """A person's answer to a letter of ours, quoting it as mail programs do."""
    original = parse(letter)
    answer = EmailMessage(policy=SMTP)
    answer["From"], answer["To"] = person, original.from_mailboxes[0].address
    answer["Subject"] = f"{'Autosvar' if automatic else 'SV'}: {original.subject}"
    answer["Date"], answer["Message-ID"] = format_datetime(now), make_msgid(domain=person.rpartition("@")[2])
    answer["In-Reply-To"] = answer["References"] = original.message_id or ""
    if automatic:
        answer["Auto-Submitted"] = "auto-replied"
    quoted = "\n".join(f"> {line}" for line in original.text.splitlines())
    answer.set_content(
        f"{text}\n\n{now:%Y-%m-%d %H:%M} skrev {original.from_mailboxes[0].address}:\n{quoted}\n", cte="8bit"
    )
    return answer.as_bytes()


def _letter_in(mails: Sequence[bytes], message_id: str) -> bytes:
    return next(raw for raw in mails if message_from_bytes(raw)["Message-ID"] == message_id)
