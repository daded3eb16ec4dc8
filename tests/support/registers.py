"""A register with a few people in it, on whichever database a test wants."""

from dataclasses import dataclass
from functools import cache

from sqlalchemy import Engine, select

from mailbot.core.datamap import DataMap
from mailbot.core.mapfile import parse_data_map
from mailbot.registers.engine import open_engine, writing
from mailbot.registers.journal import TABLE as JOURNAL
from mailbot.registers.journal import Journal
from mailbot.registers.opening import SHIPPED_MAP
from mailbot.registers.register import Registers
from mailbot.registers.sql import SqlRegister
from mailbot.registers.tables import TABLES, Embedded

SECRET = b"of this installation"

ANNA = "anna.ek@kund.example"
ANNA_AT_HOME = "anna@hem.example"
BO = "bo_ek@kund.example"
CUSTOMER, CUSTOMER_CONTACT = "Kund AB", "dpo@kund.example"

ROWS = {
    "contacts": [
        {
            "name": "Anna Ek",
            "email": ANNA,
            "secondary_email": ANNA_AT_HOME,
            "organisation": CUSTOMER,
            "title": "HR-chef",
            "phone": "070-174 06 05",
            "language": "sv",
            "registered_at": "2020-01-01",
            "last_active_at": "2026-01-01",
        },
        {"name": "Bo Ek", "email": BO, "organisation": CUSTOMER, "language": "en", "last_active_at": "2023-05-01"},
        {"name": "Cia Alm", "email": "cia@kund.example", "secondary_email": "info@kund.example"},
        {"name": "Dan Berg", "email": "dan@kund.example", "secondary_email": "info@kund.example"},
    ],
    "consents": [
        {"email": ANNA, "purpose": "nyhetsbrev", "given_at": "2024-01-01", "withdrawn_at": None},
        {"email": ANNA, "purpose": "inbjudningar", "given_at": "2022-01-01", "withdrawn_at": "2023-01-01"},
        {"email": BO, "purpose": "nyhetsbrev", "given_at": "2024-01-01", "withdrawn_at": None},
    ],
    "tickets": [
        {
            "number": "T1",
            "requester_email": ANNA_AT_HOME,
            "organisation": CUSTOMER,
            "subject": "Lön för Olle",
            "body": "Olle saknar två dagar.",
            "created_at": "2025-01-01",
        },
        {"number": "T2", "requester_email": BO, "organisation": "kund ab", "created_at": "2025-01-02T10:00:00"},
    ],
    "event_registrations": [
        {
            "name": "Ek, Anna",
            "email": "Anna.Ek+kurs@kund.example",
            "title": "HR-chef",
            "organisation": CUSTOMER,
            "mobile": "0701740605",
            "dietary": "glutenfritt",
            "personal_id": "19811228-9874",
            "event": "Kunddag",
            "event_date": "2025-05-01",
            "invoiced_at": "2025-05-10",
        },
        {"name": "Anna Ek", "email": ANNA, "dietary": "vego", "event": "Kurs", "event_date": "2026-09-01"},
    ],
    "organisations": [{"name": CUSTOMER, "privacy_contact": CUSTOMER_CONTACT}],
    "suppressions": [{"email": ANNA_AT_HOME, "since": "2021-01-01"}],
}
"""What stands in the register, by data set."""


@dataclass(frozen=True)
class Filled:
    """A register, and the database beneath it to look into."""

    registers: Registers
    engine: Engine

    def stored(self, dataset):
        """Every row of a data set as it stands in the database, by id."""
        table = TABLES[dataset]
        with self.engine.connect() as connection:
            return {row["id"]: dict(row) for row in connection.execute(select(table).order_by(table.c.id)).mappings()}

    def everything(self):
        """The whole register, to see that nothing changed."""
        return {dataset: self.stored(dataset) for dataset in TABLES}


@cache
def sql_map(url):
    """The shipped map, its tables in a database of one's own."""
    text = SHIPPED_MAP.read_text(encoding="utf-8")
    return parse_data_map(text.replace("{ type: embedded }", f"{{ type: sql, url: '{url}' }}"), "map.yaml")


@cache
def shipped_map() -> DataMap:
    """The map of the embedded register."""
    return parse_data_map(SHIPPED_MAP.read_text(encoding="utf-8"), SHIPPED_MAP.name)


def filled_database(url, *, journal=True):
    """An engine on a database with the embedded tables and `ROWS`."""
    engine = open_engine(url, "test")
    with writing(engine, "test") as connection:
        Embedded.metadata.create_all(connection)
        if journal:
            Journal.create(connection)
        _fill(connection)
    return engine


def refill(engine):
    """Put a PostgreSQL database back to `ROWS`, which is quicker than a fresh one."""
    tables = ", ".join([*TABLES, JOURNAL])
    with engine.begin() as connection:
        connection.exec_driver_sql(f"TRUNCATE {tables} RESTART IDENTITY")
        _fill(connection)


def _fill(connection):
    for dataset, rows in ROWS.items():
        names = [column.name for column in TABLES[dataset].columns if column.name != "id"]
        connection.execute(TABLES[dataset].insert(), [{name: row.get(name) for name in names} for row in rows])


def filled_register(url, *, journal=True):
    """The register of `ROWS` on a database."""
    return register_on(filled_database(url, journal=journal))


def register_on(engine):
    """The register on a database that is filled already."""
    source = SqlRegister(engine, "sources.register")
    return Filled(Registers(shipped_map(), {"register": source}, SECRET), engine)
