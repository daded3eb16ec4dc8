"""What the registers hold on one person, for tests of plans that need no database."""

from datetime import date

from mailbot.core.identity import Person
from mailbot.core.kinds import Language
from mailbot.core.plan import Holdings, Row
from tests.support.registers import ANNA, ANNA_AT_HOME, CUSTOMER, CUSTOMER_CONTACT, shipped_map

MAP = shipped_map()
TODAY = date(2026, 3, 2)
PERSON = Person("k", (ANNA, ANNA_AT_HOME), Language.SWEDISH, "Anna Ek")

CONTACT = {"name": "Anna Ek", "email": ANNA, "secondary_email": ANNA_AT_HOME, "phone": "070-174 06 05"}
CONSENT = {"email": ANNA, "purpose": "nyhetsbrev", "given_at": "2024-01-01"}
ENQUIRY = {"name": "Anna Ek", "email": ANNA, "message": "Bo sa att ni har en demo."}
TICKET = {"number": "T1", "requester_email": ANNA, "organisation": CUSTOMER}
INVOICED = {
    "name": "Anna Ek",
    "email": ANNA,
    "mobile": "0701740605",
    "dietary": "vego",
    "event": "Kunddag",
    "event_date": "2025-05-01",
    "invoiced_at": "2025-05-10",
}
REGISTERED = {"name": "Anna Ek", "email": ANNA, "dietary": "vego", "event": "Kurs", "event_date": "2026-09-01"}
SUPPRESSED = {"email": ANNA_AT_HOME, "since": "2021-01-01"}


def held(*, customers=None, **rows):
    """Holdings with these rows, their keys counted from 1."""
    numbered = {}
    for dataset, several in rows.items():
        fields = dict.fromkeys(MAP.dataset(dataset).own_fields)
        numbered[dataset] = tuple(Row(str(i), fields | values) for i, values in enumerate(several, 1))
    return Holdings("k", numbered, {CUSTOMER: CUSTOMER_CONTACT} if customers is None else customers)


EVERYTHING = {
    "contacts": [CONTACT],
    "consents": [CONSENT, CONSENT | {"withdrawn_at": "2024-06-01"}],
    "enquiries": [ENQUIRY],
    "tickets": [TICKET],
    "event_registrations": [INVOICED, REGISTERED],
    "suppressions": [SUPPRESSED],
}
