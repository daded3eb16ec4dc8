"""A whole installation on real servers: people write to it through Postfix, it answers into their mailboxes."""

import csv
import email
import smtplib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from email.utils import make_msgid
from pathlib import Path
from typing import Any

from sqlalchemy import select, text

from mailbot.app import App
from mailbot.daemon import run_once
from mailbot.flow import officer
from mailbot.flow.parts import Figures
from mailbot.registers.csv_import import import_csv
from mailbot.registers.opening import open_embedded
from mailbot.settings import Settings
from mailbot.store.engine import reading
from mailbot.store.tables import Case, Mail, Request
from tests.support.dovecot import Dovecot
from tests.support.postfix import Mailworld

ARRIVAL_SECONDS = 20
COLUMNS = {
    "contacts": "name email secondary_email organisation title phone language registered_at last_active_at",
    "consents": "email purpose given_at withdrawn_at",
    "enquiries": "name email organisation message created_at last_activity_at",
    "tickets": "number requester_email organisation subject body created_at",
    "event_registrations": "name email title organisation mobile dietary personal_id event event_date invoiced_at",
    "organisations": "name privacy_contact",
    "suppressions": "email since",
}


class Clock:
    """A clock that tests can move; it stands still in between."""

    def __init__(self) -> None:
        self.moment = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.moment

    def pass_by(self, **time_gone: float) -> None:
        self.moment += timedelta(**time_gone)

    def catch_up(self) -> None:
        """What is delivered now must not lie in the future."""
        self.moment = max(self.moment, datetime.now(UTC))


@dataclass
class Installation:
    """mailbot for one mailbox of its own, and the people around it."""

    mailworld: Mailworld
    dovecot: Dovecot
    folder: Path
    overrides: Mapping[str, Any] = field(default_factory=dict)
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.address = self.dovecot.new_user("dataskydd")
        server = {"host": self.dovecot.host, "security": "none"}
        values: dict[str, Any] = {
            "address": self.address,
            "data_dir": self.folder,
            "imap": server | {"port": self.dovecot.imap_port, "user": self.address, "password": self.dovecot.password},
            "smtp": server | {"port": self.mailworld.smtp_port},
            "policy": {"undo_seconds": 0},
        }
        self.settings = Settings(**(values | dict(self.overrides)))
        self.app = App(self.settings, now=self.clock)
        self.register_engine = open_embedded(self.folder)

    def close(self) -> None:
        self.register_engine.dispose()
        self.app.close()

    def person(self, name: str = "anna", domain: str = "kund.example") -> str:
        """Somebody with a mailbox of their own."""
        return self.dovecot.new_user(name, domain)

    def hold(self, dataset: str, *rows: Mapping[str, str]) -> None:
        """Put rows into the register, by the import that its owner uses."""
        path = self.folder / f"{dataset}.csv"
        columns = COLUMNS[dataset].split()
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)
        import_csv(self.register_engine, dataset, path)

    def held(self, dataset: str) -> list[dict[str, Any]]:
        """What the register's own table holds."""
        with self.register_engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(f"SELECT * FROM {dataset}")).mappings()]  # noqa: S608

    def write(self, sender: str, subject: str, body: str, **headers: str) -> EmailMessage:
        """Somebody writes to mailbot; returns when the mail lies in its mailbox."""
        message = EmailMessage()
        message["From"] = headers.pop("From", sender)
        message["To"] = self.address
        message["Subject"] = subject
        message["Message-ID"] = make_msgid(domain="kund.example")
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content(body)
        self.send(sender, message.as_bytes())
        return message

    def send(self, sender: str, raw: bytes) -> None:
        """Put raw bytes into the mailbox, through Postfix."""
        before = len(self.dovecot.messages(self.address))
        with smtplib.SMTP(self.mailworld.host, self.mailworld.smtp_port) as smtp:
            smtp.sendmail(sender, [self.address], raw)
        self._arrived(self.address, before + 1)
        self.clock.catch_up()

    def reply(self, sender: str, to: EmailMessage, body: str, **headers: str) -> EmailMessage:
        """Somebody answers a mail of ours."""
        return self.write(
            sender,
            f"Re: {to['Subject']}",
            f"{body}\n\nDen 3 mars 2026 skrev {to['From']}:\n{quoted(to)}",
            In_Reply_To=str(to["Message-ID"]),
            References=str(to["Message-ID"]),
            **headers,
        )

    def run(self) -> Figures:
        """`mailbot run --once`, and everything it sent has arrived."""
        return run_once(self.app)

    def inbox(self, person: str, count: int | None = None) -> list[EmailMessage]:
        """What lies in a person's mailbox, oldest first; with `count` it waits until that many are there."""
        if count is not None:
            self._arrived(person, count)
        found = [email.message_from_bytes(raw, policy=default) for raw in self.dovecot.messages(person)]
        return sorted(found, key=lambda message: message["Date"].datetime)

    def nothing_for(self, person: str) -> bool:
        """Whether a person has been sent nothing at all; a mail on its way would be there within this time."""
        time.sleep(0.5)
        return not self.dovecot.messages(person)

    def requests(self) -> list[tuple[str, str]]:
        """Every request's kind and state, in the order they came."""
        with reading(self.app.engine) as session:
            return [(r.kind, r.state) for r in session.execute(select(Request).order_by(Request.id)).scalars()]

    def dispositions(self) -> list[str | None]:
        """What became of each mail, in the order they came."""
        with reading(self.app.engine) as session:
            return [mail.disposition for mail in session.execute(select(Mail).order_by(Mail.id)).scalars()]

    def requests_by_case(self) -> list[tuple[int, str]]:
        """Every request's case and kind."""
        with reading(self.app.engine) as session:
            return [(r.case_id, r.kind) for r in session.execute(select(Request).order_by(Request.id)).scalars()]

    def run_until(self, *, dispositions: int) -> None:
        """Run until so many mails have been decided on, such as a bounce that is on its way."""
        deadline = time.monotonic() + ARRIVAL_SECONDS
        while len(self.dispositions()) < dispositions:
            if time.monotonic() > deadline:
                raise AssertionError(f"only {len(self.dispositions())} mails came")
            time.sleep(0.1)
            self.clock.catch_up()
            self.run()

    def case(self) -> Case:
        """The newest case."""
        with reading(self.app.engine) as session:
            return session.execute(select(Case).order_by(Case.id.desc())).scalars().first()

    def approve(self, number: str | None = None, request: int | None = None) -> None:
        """The officer approves."""
        officer.approve(self.app.parts, number or self.case().number, "eva", request)

    def _arrived(self, address: str, count: int) -> None:
        deadline = time.monotonic() + ARRIVAL_SECONDS
        while len(self.dovecot.messages(address)) < count:
            if time.monotonic() > deadline:
                raise AssertionError(f"{address} never got mail number {count}")
            time.sleep(0.05)


def quoted(message: EmailMessage) -> str:
    """A mail's text as mail programs put it below an answer."""
    return "\n".join(f"> {line}" for line in body_of(message).splitlines())


def body_of(message: EmailMessage) -> str:
    """The plain text of a mail."""
    return message.get_body(("plain",)).get_content()


def texts(messages: Sequence[EmailMessage]) -> str:
    """All that some mails say, subjects, texts and HTML."""
    parts = [str(message["Subject"]) for message in messages]
    for message in messages:
        parts += [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
    return "\n".join(parts)
