"""How sure we are who a person is, and what a register knows to recognise them by (docs/rights.md, identity)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from mailbot.core.kinds import Language
from mailbot.core.message import Authentication, Verdict


class Level(IntEnum):
    """Rising certainty about who somebody is."""

    UNKNOWN = 0
    """No registered address matches."""
    CLAIMED = 1
    """From matches a registered address."""
    AUTHENTICATED = 2
    """... and DMARC or DKIM is aligned, judged from a trusted server."""
    PROVEN = 3
    """Answered a one-time confirmation sent to the registered address."""
    VOUCHED = 4
    """An officer says how they know."""

    @property
    def code(self) -> str:
        """The name used in JSON and in the store: `unknown` to `vouched`."""
        return self.name.lower()

    @classmethod
    def from_code(cls, code: str) -> Level:
        """Read back what `code` gave.

        Raises:
            KeyError: if there is no such level.
        """
        return cls[code.upper()]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the registers know. One person is the set of registered addresses that their own rows tie together."""

    key: str
    """Stable name of the person in the case log: a keyed hash of the main address, so that the log holds no address."""
    addresses: tuple[str, ...]
    """Every registered address, canonical (lower case), the main one first. Answers go only to these."""
    language: Language
    name: str = ""
    ambiguous: bool = False
    """Several different people are registered with the address: an officer has to say which."""


def level_of(person: Person | None, authentication: Authentication) -> Level:
    """The level that a mail alone gives its sender. Proof and vouching come later, never from a mail alone."""
    if person is None:
        return Level.UNKNOWN
    if authentication.verdict is Verdict.ALIGNED:
        return Level.AUTHENTICATED
    return Level.CLAIMED
