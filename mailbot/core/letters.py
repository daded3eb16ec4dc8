"""Everything mailbot can write to somebody, as data: one class a letter, one folder under templates/mail a class.

A letter holds codes and figures, never finished sentences, so that each language finds its own; the exception is what
an officer wrote. Common to all: `case` is the case number, `name` the person's name or ''.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
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
    """The one-time confirmation, to the registered address only (rule 9). Answering 'Ja' or 'Yes' proves the mailbox.

    `code` stands in the text, so that an answer finds its case also from a program that drops In-Reply-To.
    """

    template: ClassVar[str] = "confirmation"
    kinds: tuple[Kind, ...]
    code: str
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationReminder(Confirmation):
    """The confirmation asked once more, with a code of its own; `until` is as it was."""

    template: ClassVar[str] = "confirmation_reminder"


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
class Outcome(Letter):
    """What became of a request, data set by data set.

    Items with `Operation.KEEP` make it a partial refusal: reasons, the authority and the judicial remedy must stand in
    it (12(4), rule 15). Items with `Operation.REFER` lie with a customer; `customers` names those that may be named
    (rule 18).
    """

    kind: Kind
    items: tuple[Item, ...]
    customers: tuple[str, ...] = ()

    @property
    def kept(self) -> tuple[Item, ...]:
        """What was not done, or left out of a copy (15(4)), although it was asked for."""
        return tuple(item for item in self.items if item.operation is Operation.KEEP)

    @property
    def refers(self) -> bool:
        """Whether some of it is for a customer to decide (28)."""
        return bool(self.customers) or any(item.operation is Operation.REFER for item in self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done(Outcome):
    """A request carried out, for rectification, erasure, restriction, objection and withdrawal of consent."""

    template: ClassVar[str] = "done"
    recipients: tuple[str, ...] = ()
    """Who has been told of it (Article 19)."""

    @property
    def acted(self) -> bool:
        """Whether anything was done at all."""
        return any(item.operation not in {Operation.KEEP, Operation.REFER} for item in self.items)

    @property
    def restricted(self) -> bool:
        """Whether anything is only stored from now on: its lifting has to be announced (18(3))."""
        return any(item.operation is Operation.RESTRICT for item in self.items)

    @property
    def suppressed(self) -> bool:
        """Whether the address was put on the suppression list."""
        return any(item.operation is Operation.SUPPRESS for item in self.items)

    @property
    def withdrawn(self) -> int:
        """How many consents were ended."""
        return sum(item.rows for item in self.items if item.operation is Operation.WITHDRAW)

    @property
    def ends_marketing(self) -> bool:
        """Whether consent was withdrawn or marketing objected to, and nothing else (7(3), 21(2)-(3))."""
        marketing = {Operation.WITHDRAW, Operation.SUPPRESS}
        only_that = all(item.operation in marketing for item in self.items)
        return only_that and (self.kind is Kind.CONSENT_WITHDRAWAL or (self.kind is Kind.OBJECTION and self.acted))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pickup:
    """Where a copy waits to be fetched, up to and including which day, and how many times."""

    link: str
    until: date
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CopySent(Outcome):
    """The mail that carries the encrypted copy of the data (15(3), 20), or the link by which it is fetched."""

    template: ClassVar[str] = "copy_sent"
    pickup: Pickup | None = None
    """None: the copy is attached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyCode(Letter):
    """The code that opens the copy, in a mail of its own. `by_link`: the copy is fetched, not attached."""

    template: ClassVar[str] = "copy_code"
    code: str
    by_link: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingHeld(Letter):
    """A proven person about whom no data set holds anything: that, too, is an answer (rule 13)."""

    template: ClassVar[str] = "nothing_held"
    kind: Kind
    customers: tuple[str, ...] = ()


class RefusalGround(StrEnum):
    """Why an officer refuses a request: Article 12 and the limits of each right. The letters have words for each."""

    NOT_IDENTIFIED = "not_identified"
    """We cannot tell that it is the person (11(2), 12(2))."""
    NO_AUTHORITY = "no_authority"
    """Somebody writes for another without having shown that they may (EDPB 01/2022 §80-81)."""
    UNFOUNDED = "unfounded"
    """Manifestly unfounded (12(5))."""
    EXCESSIVE = "excessive"
    """Manifestly excessive, in particular repetitive (12(5))."""
    OTHERS_RIGHTS = "others_rights"
    """It would adversely affect the rights of others (15(4), 20(4))."""
    DATA_CORRECT = "data_correct"
    """The data is accurate as it stands (16)."""
    STILL_NEEDED = "still_needed"
    """Still necessary for the purpose it was collected for (17(1)(a))."""
    LEGAL_OBLIGATION = "legal_obligation"
    """A law obliges us to keep it (17(3)(b))."""
    LEGAL_CLAIMS = "legal_claims"
    """Needed to establish, exercise or defend legal claims (17(3)(e), 21(1))."""
    COMPELLING_GROUNDS = "compelling_grounds"
    """Compelling legitimate grounds override the objection (21(1))."""
    NOT_APPLICABLE = "not_applicable"
    """The right does not cover this processing, such as portability of what rests on a legal obligation (20(1))."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused(Letter):
    """An officer's refusal (12(4), rule 15). `ground` is a `RefusalGround`, `reasons` the officer's own words."""

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
class TakenBack(Letter):
    """The person has taken these requests back before anything was done."""

    template: ClassVar[str] = "taken_back"
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
class RestrictionEnding(Letter):
    """A restriction will be lifted on a day: the person is told before (18(3), rule 20).

    `reasons` are the officer's own words.
    """

    template: ClassVar[str] = "restriction_ending"
    reasons: str
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptErased(Letter):
    """What an erasure had to keep has now been erased, too (rule 17)."""

    template: ClassVar[str] = "kept_erased"
    items: tuple[Item, ...]


class AlarmEvent(StrEnum):
    """What can need an officer; `OfficerAlarm` has words for each."""

    WAITING = "waiting"
    """A request waits for a decision."""
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    DELIVERY_FAILED = "delivery_failed"
    """A letter could not be delivered."""
    LETTER_HELD = "letter_held"
    """A letter is held back by a limit."""
    CARRYING_OUT_FAILED = "carrying_out_failed"
    """An approved plan could not be carried out."""
    FOUND_AFTER_ERASURE = "found_after_erasure"
    """The search after an erasure still found the person (rule 26)."""
    CUSTOMER_WITHOUT_CONTACT = "customer_without_contact"
    """A customer that should be told has no privacy contact (rule 18)."""
    QUARANTINED = "quarantined"
    """A mail could not be handled."""
    MAILBOX_UNREACHABLE = "mailbox_unreachable"
    REGISTER_UNREACHABLE = "register_unreachable"
    LOG_BROKEN = "log_broken"
    """The tamper-evident log does not verify."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerAlarm(Letter):
    """To the mailbox's own officers: something needs them. Holds no personal data.

    `events` are codes of `AlarmEvent` with the case number each is about, '' for none.
    """

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
    Received, InHand, Confirmation, ConfirmationReminder, NewAddressConfirmation, UnknownSender, Suppressed,
    AuthorityAsked, Done, CopySent, CopyCode, NothingHeld, Refused, Extended, Question, Denied, TakenBack, Lapsed,
    CustomerNotice, RecipientNotice, RetentionReminder, RestrictionEnding, KeptErased, OfficerAlarm,
)  # fmt: skip
"""All of them, for `mailbot check` and the tests: each has templates in each language."""
