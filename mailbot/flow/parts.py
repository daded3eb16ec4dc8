"""What the flow works with, built once by app.py: the rooms below it, the policy, and the installation's identity."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, Self

from sqlalchemy import Engine

from mailbot.core.datamap import DataMap
from mailbot.core.policy import Policy
from mailbot.core.reading import Reading
from mailbot.registers.register import Register
from mailbot.render.copy import CopyMaker
from mailbot.render.replies import Replies


class Reads(Protocol):
    """What the flow needs of the reader in nlp."""

    @property
    def version(self) -> str:
        """The model's name and version."""
        ...

    def read(self, subject: str, text: str) -> Reading:
        """What one mail asks for."""
        ...


def derive_key(key: bytes, purpose: str) -> bytes:
    """A key for one purpose (HKDF's expand step with one block, RFC 5869)."""
    return hmac.new(key, purpose.encode() + b"\x01", hashlib.sha256).digest()


@dataclass(frozen=True, slots=True)
class Parts:
    """One installation, wired. `key` is its secret; everything keyed is derived from it by name."""

    address: str
    own_addresses: frozenset[str]
    key: bytes
    live: bool
    policy: Policy
    engine: Engine
    data_map: DataMap
    register: Register
    reader: Reads
    replies: Replies
    copies: CopyMaker
    now: Callable[[], datetime]
    trusted_authserv_ids: tuple[str, ...] = ()
    sub_addressing: bool = False
    officer_addresses: tuple[str, ...] = ()
    console_url: str = ""
    worker: str = "worker"
    """Names this process in leases."""

    def derive(self, purpose: str) -> bytes:
        """A key for one purpose, so that what one part shows tells nothing of another's."""
        return derive_key(self.key, purpose)

    @property
    def loop_token(self) -> str:
        """What our own loop header carries, so that nobody else's mail can pose as ours."""
        return self.derive("loop").hex()[:32]


@dataclass(slots=True)
class Figures:
    """What one run has done, as `run --json` prints it."""

    intake: int = 0
    dispositions: dict[str, int] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)
    executed: int = 0
    queued: int = 0
    sent: int = 0
    quarantined: int = 0

    def count(self, counter: dict[str, int], name: str) -> None:
        """One more of a name."""
        counter[name] = counter.get(name, 0) + 1

    def __iadd__(self, other: Self) -> Self:
        """Another run's figures on top."""
        for name in ("intake", "executed", "queued", "sent", "quarantined"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.dispositions = dict(Counter(self.dispositions) + Counter(other.dispositions))
        self.requests = dict(Counter(self.requests) + Counter(other.requests))
        return self

    def as_data(self) -> Mapping[str, object]:
        """The contract's JSON object."""
        return {
            "intake": self.intake,
            "dispositions": dict(sorted(self.dispositions.items())),
            "requests": dict(sorted(self.requests.items())),
            "executed": self.executed,
            "queued": self.queued,
            "sent": self.sent,
            "quarantined": self.quarantined,
        }

    def __bool__(self) -> bool:
        """Whether anything at all was done."""
        return bool(self.intake or self.dispositions or self.executed or self.sent)
