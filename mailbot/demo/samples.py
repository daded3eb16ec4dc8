"""The sample mails: NAME.eml, and NAME.json with what each is there to show and what it must lead to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from mailbot.demo.stamps import earlier
from mailbot.mail.parse import parse

FOLDER = Path(__file__).with_name("mails")


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample mail. `raw` is what its sender hands to the SMTP server."""

    name: str
    raw: bytes = field(repr=False)
    message_id: str
    sender: str
    """The address in From."""
    subject: str
    envelope: str
    """What it is sent with, which is what a bounce goes to."""
    times: int
    answers: str | None
    """What the person writes back when asked to confirm; None: nothing."""
    answers_automatically: bool
    officer: Mapping[str, str] | None
    """What an officer decides, without being asked twice."""
    may_be_unsure: bool
    """That the reader hands the mail over to a person is as good."""
    expect: Mapping[str, Any]


def load_samples(now: datetime) -> list[Sample]:
    """Every sample, dated, the one that came first on top."""
    described = [(json.loads(path.read_text(encoding="utf-8")), path) for path in FOLDER.glob("*.json")]
    described.sort(key=lambda one: (-one[0].get("days_ago", 0), one[1].name))
    return [_sample(about, path.with_suffix(".eml"), now) for about, path in described]


def _sample(about: Mapping[str, Any], path: Path, now: datetime) -> Sample:
    days, template = about.get("days_ago", 0), path.read_bytes()
    message = parse(template)
    sender = message.from_mailboxes[0].address
    message_id = f"<{path.stem}.{int(now.timestamp())}@{sender.rpartition('@')[2]}>"
    written = format_datetime(now - timedelta(days=days))
    raw = template.replace(b"@DATE@", written.encode()).replace(b"@ID@", message_id.encode())
    raw = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return Sample(
        name=path.stem,
        raw=earlier(raw, now, days) if days else raw,
        message_id=message_id,
        sender=sender,
        subject=message.subject,
        envelope=about.get("envelope", sender),
        times=about.get("times", 1),
        answers=about.get("answers"),
        answers_automatically=about.get("answers_automatically", False),
        officer=about.get("officer"),
        may_be_unsure=about.get("may_be_unsure", False),
        expect=about["expect"],
    )
