"""Kills the program in the middle of carrying something out, at every line that is asked for, and looks what is left.

Run as `python -m tests.support.killing TEMPLATE SCRATCH EVERY`: TEMPLATE is an installation's data folder in which an
approved request waits. It counts the lines of mailbot that carrying it out runs through; then, for every EVERYth line,
it copies the folder, lets a forked child run until that line and die by SIGKILL, lets another finish, and prints what
that one found as one JSON line. A process of its own, since only a process without threads can be forked safely.
"""

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlmodel import select

from mailbot.app import App
from mailbot.flow import act, deliver
from mailbot.flow.parts import Figures
from mailbot.mail.smtp import Parcel, Sent
from mailbot.registers.opening import open_embedded
from mailbot.settings import Settings
from mailbot.store import audit
from mailbot.store.engine import reading
from mailbot.store.tables import AuditEntry, Outgoing, Request

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
WATCHED = ("/mailbot/flow/", "/mailbot/registers/", "/mailbot/store/")


_app = App(Settings(address="dataskydd@winlas.se"))
PREPARED = {"reader": None, "data_map": _app.data_map, "replies": _app.replies}


class Server:
    """Takes every mail and writes its bytes' Message-ID down, where a kill cannot undo it."""

    def __init__(self, folder: Path) -> None:
        self.taken = folder / "taken"

    async def deliver(self, parcels: list[Parcel]) -> list[Sent]:
        with self.taken.open("a", encoding="utf-8") as file:
            for parcel in parcels:
                header = next(line for line in parcel.raw.splitlines() if line.lower().startswith(b"message-id:"))
                file.write(header.decode() + "\n")
        return [Sent("250") for _ in parcels]


def carry_out(folder: Path, moment: datetime) -> App:
    """One round of act, with what does not depend on the folder made beforehand."""
    app = App(Settings(address="dataskydd@winlas.se", data_dir=folder), now=lambda: moment)
    app.__dict__ |= PREPARED
    act.carry_out_due(app.parts, Figures())
    asyncio.run(deliver.deliver_due(app.parts, Server(folder), Figures()))
    return app


def until_line(last: int | None) -> Callable[[Any, str, Any], Any]:
    """A trace function that counts lines of mailbot, and ends the process at the last one."""
    count = 0

    def trace(frame: Any, event: str, _: Any) -> Any:
        nonlocal count
        if not any(part in frame.f_code.co_filename for part in WATCHED):
            return None
        if event == "line":
            count += 1
            trace.count = count
            if count == last:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    trace.count = 0
    return trace


def in_child(work: Callable[[], object]) -> str:
    """What work says, done in a forked child; '' if it was killed."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read_end)
        with os.fdopen(write_end, "w") as pipe:
            json.dump(work(), pipe)
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said


def counted(folder: Path) -> int:
    """How many lines carrying out runs through."""
    trace = until_line(None)
    sys.settrace(trace)
    carry_out(folder, NOW)
    sys.settrace(None)
    return trace.count


def killed(folder: Path, line: int) -> None:
    sys.settrace(until_line(line))
    carry_out(folder, NOW)


def finished(folder: Path) -> dict[str, Any]:
    """What is found when another process has gone on."""
    moment = NOW + timedelta(minutes=30)
    for _ in range(2):
        app = carry_out(folder, moment)
        moment += timedelta(minutes=30)
    with reading(app.parts.engine) as session:
        found = {
            "states": [request.state for request in session.exec(select(Request))],
            "done": len(session.exec(select(AuditEntry).where(AuditEntry.action == "carried_out")).all()),
            "letters": [letter.template for letter in session.exec(select(Outgoing).order_by(Outgoing.id))],
            "unsent": len(session.exec(select(Outgoing).where(Outgoing.state != "sent")).all()),
            "ids": [letter.message_id for letter in session.exec(select(Outgoing))],
            "broken": audit.verify(session, app.parts.derive("audit")).broken_at,
        }
    with open_embedded(folder).connect() as connection:
        found["contacts"] = connection.execute(text("SELECT count(*) FROM contacts")).scalar_one()
        found["events"] = [
            tuple(row) for row in connection.execute(text("SELECT name, dietary FROM event_registrations"))
        ]
    taken = (folder / "taken").read_text(encoding="utf-8").splitlines()
    found["taken"] = [line.partition(": ")[2].strip() for line in taken]
    return found


def main() -> None:
    template, scratch, every = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    whole = scratch / "whole"
    shutil.copytree(template, whole)
    lines = int(in_child(lambda: counted(whole)))
    sys.stdout.write(json.dumps({"lines": lines}) + "\n")
    sys.stdout.flush()
    for line in range(1, lines + 1, every):
        folder = scratch / str(line)
        shutil.copytree(template, folder)
        if in_child(lambda folder=folder, line=line: killed(folder, line)) == "":
            sys.stdout.write(in_child(lambda folder=folder: finished(folder)) + "\n")
            sys.stdout.flush()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
