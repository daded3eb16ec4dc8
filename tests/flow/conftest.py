"""A whole flow on SQLite and twins of the servers, with a clock that stands still until it is moved."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import select

from mailbot.app import App
from mailbot.flow import act, deliver, intake, process, watch
from mailbot.flow.parts import Figures, Parts
from mailbot.registers.csv_import import import_csv
from mailbot.registers.opening import open_embedded
from mailbot.settings import Settings
from mailbot.store.engine import reading
from mailbot.store.tables import AuditEntry, Case, Mail, Outgoing, Request
from tests.support.twins import FolderTwin, ReaderTwin, ServerTwin, mail

ANNA = "anna@kund.example"
CONTACTS = """\
name,email,secondary_email,organisation,title,phone,language,registered_at,last_active_at
Anna Ek,anna@kund.example,anna.privat@privat.example,Norrtälje kommun,HR-chef,070-174 06 10,sv,2024-02-01,2026-02-20
"""
CONSENTS = "email,purpose,given_at,withdrawn_at\nanna@kund.example,newsletter,2025-01-10,\n"


class World:
    """One installation and what lies around it."""

    def __init__(self, folder: Path, **overrides: Any) -> None:
        self.moment = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
        policy = {"undo_seconds": 0} | overrides.pop("policy", {})
        settings = Settings(address="dataskydd@winlas.se", data_dir=folder, policy=policy, **overrides)
        self.app = App(settings, now=lambda: self.moment)
        self.app.__dict__["reader"] = ReaderTwin()
        self.inbox, self.server, self.figures = FolderTwin(), ServerTwin(), Figures()
        self.register_engine = open_embedded(folder)
        for name, rows in (("contacts", CONTACTS), ("consents", CONSENTS)):
            path = folder / f"{name}.csv"
            path.write_text(rows, encoding="utf-8")
            import_csv(self.register_engine, name, path)

    @property
    def parts(self) -> Parts:
        return self.app.parts

    def close(self) -> None:
        self.register_engine.dispose()
        self.app.close()

    def pass_by(self, **gone: float) -> None:
        self.moment += timedelta(**gone)

    def receive(self, sender: str, words: str, **headers: str) -> None:
        """A mail reaches the mailbox and is handled with all that follows from it."""
        self.inbox.put(mail(sender, words, **headers), self.moment)
        self.run()

    def run(self) -> None:
        """One round of everything."""
        intake.take_in(self.parts, self.inbox, self.figures)
        process.process_waiting(self.parts, self.figures)
        act.carry_out_due(self.parts, self.figures)
        self.deliver()
        deliver.file_handled(self.parts, self.inbox)
        watch.watch(self.parts)
        self.deliver()

    def deliver(self) -> None:
        asyncio.run(deliver.deliver_due(self.parts, self.server, self.figures))

    def answer(self, sender: str, words: str, **headers: str) -> None:
        """A reply to the newest letter."""
        self.receive(sender, words, In_Reply_To=self.letters()[-1].message_id, **headers)

    def rows(self, table: type) -> list[Any]:
        with reading(self.parts.engine) as session:
            key = next(iter(table.__table__.primary_key))
            return list(session.exec(select(table).order_by(key)))

    def letters(self) -> list[Outgoing]:
        return self.rows(Outgoing)

    def written(self) -> list[tuple[str, str]]:
        """Every letter's template and recipient."""
        return [(letter.template, letter.recipient) for letter in self.letters()]

    def requests(self) -> list[tuple[str, str]]:
        return [(request.kind, request.state) for request in self.rows(Request)]

    def reasons(self) -> list[list[str]]:
        return [request.reasons for request in self.rows(Request)]

    def dispositions(self) -> list[str | None]:
        return [found.disposition for found in self.rows(Mail)]

    def case(self) -> Case:
        return self.rows(Case)[-1]

    def logged(self) -> list[str]:
        return [entry.action for entry in self.rows(AuditEntry)]

    def held(self, dataset: str) -> list[dict[str, Any]]:
        with self.register_engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(f"SELECT * FROM {dataset}")).mappings()]  # noqa: S608


@pytest.fixture
def new_world(tmp_path: Path) -> Iterator[Any]:
    made: list[World] = []

    def make(**overrides: Any) -> World:
        folder = tmp_path / f"world{len(made)}"
        folder.mkdir()
        made.append(World(folder, **overrides))
        return made[-1]

    yield make
    for world in made:
        world.close()


@pytest.fixture
def world(new_world: Any) -> World:
    return new_world()
