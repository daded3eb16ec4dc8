"""The data map: what data sets there are, what the law says of each, and how a person is found in them.

Everything else is derived from it: the access copy and the letter of Article 15, every plan, the retention run and the
Article 30 record. `core.mapfile` reads it from YAML.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from mailbot.core.keeping import EraseRule, RetentionRule
from mailbot.core.kinds import Field as Asked
from mailbot.core.kinds import Language
from mailbot.core.terms import YearEnd
from mailbot.core.wording import Id, Label, Name, Strict, Text


def _year_end(text: str) -> str:
    YearEnd.parse(text)
    return text


class Role(StrEnum):
    """Whose data it is (Article 4(7)-(8))."""

    CONTROLLER = "controller"
    PROCESSOR = "processor"
    """Our customer's: nothing is shown or changed on the person's word (Article 28, rule 18)."""


class LegalGround(StrEnum):
    """Why processing is lawful (Article 6(1))."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    VITAL_INTERESTS = "vital_interests"
    PUBLIC_TASK = "public_task"
    LEGITIMATE_INTEREST = "legitimate_interest"

    @property
    def article(self) -> str:
        """Its letter, such as `6(1)(a)`."""
        return f"6(1)({'abcdef'[list(LegalGround).index(self)]})"

    @property
    def portable(self) -> bool:
        """Whether Article 20(1)(a) gives a right to data portability."""
        return self in {LegalGround.CONSENT, LegalGround.CONTRACT}

    @property
    def objectionable(self) -> bool:
        """Whether Article 21(1) gives a right to object."""
        return self in {LegalGround.PUBLIC_TASK, LegalGround.LEGITIMATE_INTEREST}


class Rectify(StrEnum):
    """Who corrects a field."""

    AUTOMATIC = "automatic"
    """The program, if the new value is valid and the row certain."""
    CONFIRM = "confirm"
    """The program, after the new value has been confirmed as well: e-mail addresses."""
    OFFICER = "officer"
    NEVER = "never"
    """It is a fact about what happened or a key, not something that can be wrong about the person."""


class Controller(Strict):
    """The company that answers (Article 13(1)(a), 30(1)(a))."""

    name: Name
    organisation_number: str = ""
    address: Name
    email: Name
    phone: str = ""


class Authority(Strict):
    """The supervisory authority that complaints go to (Article 15(1)(f))."""

    name: Text = Text()
    address: str = ""
    email: str = ""
    phone: str = ""
    web: str = ""


class EmbeddedSource(Strict):
    """The register in the data folder that mailbot creates itself."""

    type: Literal["embedded"]


class SqlSource(Strict):
    """A database that SQLAlchemy reaches. `${NAME}` in the URL stands for an environment variable."""

    type: Literal["sql"]
    url: Name
    db_schema: str | None = Field(None, alias="schema")


class HttpSource(Strict):
    """A system that speaks docs/register-openapi.yaml. `${NAME}` in URL and token is an environment variable."""

    type: Literal["http"]
    url: Name
    token: str = ""
    timeout_seconds: float = Field(10, gt=0, le=120)


Source = Annotated[EmbeddedSource | SqlSource | HttpSource, Field(discriminator="type")]


class Recipient(Strict):
    """Somebody that data is disclosed to, by name (Article 15(1)(c); C-154/21)."""

    name: Name
    role: Label
    """What for: 'Skickar våra nyhetsbrev'."""
    country: Label
    contact: str | None = None
    """Where to tell of rectification, erasure and restriction (Article 19); None where that is impossible."""


class KeepGround(Strict):
    """A ground on which data is kept although erasure was asked for (Article 17(3))."""

    text: Label
    law: Name


class Purpose(Strict):
    """One purpose of a data set and what makes it lawful."""

    text: Text = Text()
    ground: LegalGround
    interest: Text = Text()
    """The legitimate interest itself (Article 13(1)(d)), where that is the ground."""
    marketing: bool = False


class Through(Strict):
    """Rows are the person's when a column equals one of another data set's rows that are the person's."""

    dataset: Id
    column: Name
    equals: Name
    """The column here."""


class Match(Strict):
    """How a person's rows are found: by columns that hold an address, or through another data set."""

    addresses: tuple[str, ...] = ()
    """The first is the person's main address."""
    name: str | None = None
    language: str | None = None
    identifies: bool = False
    """Rows here tell people apart: two of them with different main addresses or names are two people."""
    through: Through | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if bool(self.addresses) == (self.through is not None):
            raise ValueError("give either `addresses` or `through`")
        return self


class FieldSpec(Strict):
    """One field of a data set, as people read of it and as plans treat it."""

    label: Label
    category: Id
    role: Role | None = None
    """Where it differs from the data set's."""
    answers: Asked | None = None
    """Which correction it answers to."""
    rectify: Rectify = Rectify.OFFICER
    personal: bool = False
    """Identifies the person."""
    provided_by_person: bool = False
    """Given by the person: goes into the portability file (Article 20(1))."""
    special_category: bool = False
    """Can reveal what Article 9 protects."""
    sensitive: bool = False
    """Never in a plain mail."""
    review: bool = False
    """Free text that can hold others' data: an officer looks before it is shown (Article 15(4))."""


class ConsentColumns(Strict):
    """Where a consent's life is written (Article 7)."""

    purpose: Name
    given: Name
    withdrawn: Name


class SuppressionColumns(Strict):
    """Where an address that is never mailed marketing again is written (rule 21)."""

    address: Name
    since: Name


class CustomerLink(Strict):
    """Whose data a processor's record is: the customer named in `column`, with its privacy contact (rule 18)."""

    column: Name
    dataset: Id
    by: Name
    """The column there that equals `column` here."""
    contact: Name
    """The column there that holds the privacy contact's address."""


class DataSet(Strict):
    """One data set: a table, or a collection that an HTTP source knows by its name."""

    id: Id
    source: Id
    table: Name
    key: Annotated[tuple[str, ...], Field(min_length=1)]
    label: Label
    role: Role
    subjects: Text = Text()
    """Whose data it is (Article 30(1)(c))."""
    purposes: tuple[Purpose, ...] = ()
    recipients: tuple[str, ...] = ()
    recipients_statement: Text = Text()
    """What is to be said of recipients beside, or in place of, the names."""
    transfers: Text = Text()
    origin: Text = Text()
    storage: Text = Text()
    match: Match
    fields: Annotated[dict[str, FieldSpec], Field(min_length=1)]
    ignore: tuple[str, ...] = ()
    """Columns that hold nothing about a person; every other column has to be a field."""
    retention: tuple[RetentionRule, ...] = ()
    erasure: tuple[EraseRule, ...] = ()
    restriction: str | None = None
    """The column that says since when a row is only stored (Article 18)."""
    unrestricted: Text = Text()
    """Why rows here stay in use when processing is restricted, in place of `restriction`."""
    consent: ConsentColumns | None = None
    suppression: SuppressionColumns | None = None
    customer: CustomerLink | None = None

    def role_of(self, field: str) -> Role:
        """Whose a field is."""
        return self.fields[field].role or self.role

    def fields_of(self, role: Role) -> tuple[str, ...]:
        """The fields that are ours, or our customers'."""
        return tuple(name for name in self.fields if self.role_of(name) is role)

    @property
    def own_fields(self) -> tuple[str, ...]:
        """The fields that we are controller of."""
        return self.fields_of(Role.CONTROLLER)

    @property
    def has_customer_data(self) -> bool:
        """Whether any field is a customer's."""
        return bool(self.fields_of(Role.PROCESSOR))

    @property
    def grounds(self) -> tuple[LegalGround, ...]:
        """The legal grounds of its purposes, each once."""
        return tuple(dict.fromkeys(purpose.ground for purpose in self.purposes))

    def categories_of(self, role: Role) -> tuple[str, ...]:
        """The categories of our own fields, or of our customers', each once (Article 15(1)(b))."""
        return tuple(dict.fromkeys(self.fields[name].category for name in self.fields_of(role)))

    @property
    def columns(self) -> frozenset[str]:
        """Every column that the map speaks of."""
        leading = [self.match.through.equals] if self.match.through else []
        return frozenset((*self.key, *self.fields, *leading))


class DataMap(Strict):
    """The whole map."""

    controller: Controller
    authority: Authority = Authority()
    automated_decisions: Text = Text()
    security: Text = Text()
    """The measures of Article 30(1)(g)."""
    financial_year_end: Annotated[str, AfterValidator(_year_end)] = "12-31"
    sources: Annotated[dict[Id, Source], Field(min_length=1)]
    categories: dict[Id, Label]
    recipients: dict[Id, Recipient] = Field(default_factory=dict)
    grounds: dict[Id, KeepGround] = Field(default_factory=dict)
    datasets: Annotated[dict[Id, DataSet], Field(min_length=1)]

    @property
    def sets(self) -> tuple[DataSet, ...]:
        """The data sets in the map's order, which is the order that people are shown them in."""
        return tuple(self.datasets.values())

    def dataset(self, name: str) -> DataSet:
        """One data set.

        Raises:
            KeyError: there is none of that name.
        """
        return self.datasets[name]

    @property
    def year_end(self) -> YearEnd:
        """The last day of the company's financial year."""
        return YearEnd.parse(self.financial_year_end)

    def label(self, dataset: str, language: Language | str) -> str:
        """What a data set is called."""
        return self.datasets[dataset].label.in_(language)

    def field_label(self, dataset: str, field: str, language: Language | str) -> str:
        """What a field is called."""
        return self.datasets[dataset].fields[field].label.in_(language)

    def recipients_of(self, dataset: str) -> tuple[Recipient, ...]:
        """Those that a data set is disclosed to."""
        return tuple(self.recipients[name] for name in self.datasets[dataset].recipients)

    @property
    def suppressions(self) -> DataSet | None:
        """The data set that holds the suppression list."""
        return next((dataset for dataset in self.sets if dataset.suppression), None)
