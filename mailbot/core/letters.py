"""Everything mailbot can write to somebody, as data: one class a letter, one folder under templates/mail a class.

A letter holds codes and figures, never finished sentences, so that each language finds its own; the exception is what an
officer wrote. Common to all: `case` is the case number, `name` the person's name or ''.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from mailbot.core.kinds import Kind, Language
from mailbot.core.plan import Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What every letter knows. `template` names its folder."""

    template: ClassVar[str]
    language: Language
    case: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received(Letter):
    """The neutral acknowledgement: a person will read the mail. Says nothing of what a register holds."""

    template: ClassVar[str] = "received"
    due: date


@dataclass(frozen=True, slots=True, kw_only=True)
class InHand(Letter):
    """To the registered address: these requests lie with the officer (a known, sufficiently identified person)."""

    template: ClassVar[str] = "in_hand"
    kinds: tuple[Kind, ...]
    due: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation(Letter):
    """The one-time confirmation, to the registered address only (rule 9). Answering 'Ja' or 'Yes' proves the mailbox."""

    template: ClassVar[str] = "confirmation"
    kinds: tuple[Kind, ...]
    code: str
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAddressConfirmation(Letter):
    """To the address that shall replace a registered one: is it yours? (policy on rectification)."""

    template: ClassVar[str] = "new_address_confirmation"
    code: str
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownSender(Letter):
    """To somebody no register knows; the same whatever is held about others (rule 10)."""

    template: ClassVar[str] = "unknown_sender"
    kinds: tuple[Kind, ...]
    due: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed(Letter):
    """An unknown address was put on the suppression list; says nothing of what is held."""

    template: ClassVar[str] = "suppressed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityAsked(Letter):
    """To a representative: authority must be shown before anything is said (rule 12). Says nothing of what is held."""

    template: ClassVar[str] = "authority_asked"
    due: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What was done to one data set, for the person to read. `until` belongs to what is kept."""

    dataset: str
    operation: Operation
    rows: int
    fields: tuple[str, ...] = ()
    ground: str = ""
    until: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done(Letter):
    """A request carried out, for rectification, erasure, restriction, objection and withdrawal of consent.

    Items with `Operation.KEEP` make it a partial refusal: reasons, IMY and the judicial remedy must stand in it (rule 15).
    Items with `Operation.REFER` lie with a customer: `customers` names them (only after proof, rule 18).
    """

    template: ClassVar[str] = "done"
    kind: Kind
    items: tuple[Item, ...]
    customers: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    """Who has been told of it (Article 19)."""

    @property
    def kept(self) -> tuple[Item, ...]:
        """What was not erased although that was asked."""
        return tuple(item for item in self.items if item.operation is Operation.KEEP)


@dataclass(frozen=True, slots=True, kw_only=True)
class CopySent(Letter):
    """The mail that carries the encrypted copy of the data (15(3), 20)."""

    template: ClassVar[str] = "copy_sent"
    kind: Kind
    items: tuple[Item, ...]
    customers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyCode(Letter):
    """The code that opens the copy, in a mail of its own."""

    template: ClassVar[str] = "copy_code"
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingHeld(Letter):
    """A proven person about whom no data set holds anything: that, too, is an answer (rule 13)."""

    template: ClassVar[str] = "nothing_held"
    kind: Kind
    customers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused(Letter):
    """An officer's refusal (12(4), rule 15). `ground` is a code of `RefusalGround`, `reasons` the officer's own words."""

    template: ClassVar[str] = "refused"
    kind: Kind
    ground: str
    reasons: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended(Letter):
    """The notice of an extension, inside the first month (12(3), rule 5). `reasons` are the officer's own words."""

    template: ClassVar[str] = "extended"
    kind: Kind
    reasons: str
    due: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Letter):
    """An officer asks the person something."""

    template: ClassVar[str] = "question"
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied(Letter):
    """The owner of the registered address says that the request was not theirs: nothing has been done."""

    template: ClassVar[str] = "denied"
    kinds: tuple[Kind, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapsed(Letter):
    """Nobody answered the confirmation or the question in time: the case is closed, nothing has been done."""

    template: ClassVar[str] = "lapsed"
    kinds: tuple[Kind, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerNotice(Letter):
    """To a customer's privacy contact: a person has asked for something that the customer decides on (28, rule 18)."""

    template: ClassVar[str] = "customer_notice"
    kind: Kind
    person: str
    """The address of the person, who has proven it."""
    references: tuple[str, ...]
    """What it is about, such as ticket numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientNotice(Letter):
    """To a recipient of the data: it has been corrected, erased or restricted (19, rule 19)."""

    template: ClassVar[str] = "recipient_notice"
    kind: Kind
    person: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionReminder(Letter):
    """A profile will be purged on a day unless it is used before (policy)."""

    template: ClassVar[str] = "retention_reminder"
    dataset: str
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptErased(Letter):
    """What an erasure had to keep has now been erased, too (rule 17)."""

    template: ClassVar[str] = "kept_erased"
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerAlarm(Letter):
    """To the mailbox's own officers: something needs them. Holds no personal data; `events` are codes with case numbers."""

    template: ClassVar[str] = "officer_alarm"
    events: tuple[tuple[str, str], ...]
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A letter in words."""

    subject: str
    text: str
    html: str


LETTERS: tuple[type[Letter], ...] = (
    Received, InHand, Confirmation, NewAddressConfirmation, UnknownSender, Suppressed, AuthorityAsked, Done, CopySent,
    CopyCode, NothingHeld, Refused, Extended, Question, Denied, Lapsed, CustomerNotice, RecipientNotice, RetentionReminder,
    KeptErased, OfficerAlarm,
)  # fmt: skip
"""All of them, for `mailbot check` and the tests: each has templates in each language."""
