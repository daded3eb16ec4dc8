"""Whether a machine wrote a mail, as a table of rules whose hits and misses are kept."""

from __future__ import annotations

from dataclasses import dataclass

from mailbot.core.kinds import Disposition


@dataclass(frozen=True, slots=True)
class Screening:
    """What the rule table says of one mail."""

    disposition: Disposition | None
    """OWN, BOUNCE or AUTOMATIC; None when a person seems to have written the mail."""
    answerable: bool
    """Whether anything may ever be sent back to this mail."""
    certain: bool = False
    """No person can have written it (our own mail, a delivery report): not even read for rights."""
    hits: tuple[str, ...] = ()
    """Names of the rules that held, in table order."""
    misses: tuple[str, ...] = ()
