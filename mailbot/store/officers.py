"""Officers' accounts: names, and passwords as argon2id hashes (RFC 9106)."""

from __future__ import annotations

import re
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlmodel import Session, col, func, select

from mailbot.errors import MailbotError, UsageError
from mailbot.store.tables import Officer

NAME = re.compile(r"[^\W_][\w.-]{0,62}", re.ASCII)
SHORTEST_PASSWORD = 12
_hasher = PasswordHasher()
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$9mc0pTew7MiMf49hLgFu+A$3+3vbj9LgIbEpQSo5MxlFopT3HcCjkHiDAQsfsC6uIg"
"""The hash of a password that nobody has: verified against where there is no account, so that both take as long."""


class NameTaken(MailbotError, ValueError):
    """There is an account of that name."""


def add(session: Session, name: str, password: str, now: datetime) -> Officer:
    """A new account.

    Raises:
        UsageError: the name or the password cannot be used.
        NameTaken: there is one of that name.
    """
    if not NAME.fullmatch(name):
        raise UsageError("an officer's name is of letters, digits, '.', '-' and '_', at most 63")
    if len(password) < SHORTEST_PASSWORD:
        raise UsageError(f"a password has at least {SHORTEST_PASSWORD} characters; four words make a good one")
    if by_name(session, name) is not None:
        raise NameTaken(f"{name}: there is an officer of that name")
    officer = Officer(name=name, password_hash=_hasher.hash(password), created_at=now)
    session.add(officer)
    session.flush()
    return officer


def by_name(session: Session, name: str) -> Officer | None:
    """The account of a name, whatever its case."""
    return session.exec(select(Officer).where(func.lower(col(Officer.name)) == name.lower())).first()


def log_in(session: Session, name: str, password: str) -> Officer | None:
    """The account, if name and password fit and it is not disabled. Takes as long when there is no such name."""
    officer = by_name(session, name)
    try:
        _hasher.verify(officer.password_hash if officer is not None else _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return None
    return officer if officer is not None and officer.disabled_at is None else None
