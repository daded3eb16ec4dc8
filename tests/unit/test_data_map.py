"""A data map is refused with the line, the field and what is wrong, before anybody is answered from it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.datamap import LegalGround, Rectify, Role
from mailbot.core.keeping import EraseRule
from mailbot.core.kinds import Field, Language
from mailbot.core.mapcheck import article15_gaps
from mailbot.core.mapfile import DataMapError, parse_data_map
from mailbot.registers.opening import SHIPPED_MAP
from mailbot.registers.tables import TABLES
from tests.support.registers import shipped_map

SHIPPED = SHIPPED_MAP.read_text(encoding="utf-8")


def line_of(text, needle):
    return text[: text.index(needle)].count("\n") + 1


def refusal(text):
    with pytest.raises(DataMapError) as refused:
        parse_data_map(text, "map.yaml")
    return refused.value


@pytest.mark.parametrize(
    ("old", "new", "field", "what"),
    [
        ("  contacts:\n    source: register", "  contacts:\n    sourc: register", "datasets.contacts.sourc", "known"),
        ("type: embedded", "type: ldap", "sources.register", "type must be"),
        ("period: P2Y, remind", "period: two years, remind", "datasets.contacts.retention.0.period", "ISO 8601"),
        ("answers: phone", "answers: fax", "datasets.contacts.fields.phone.answers", "must be 'name'"),
        ("rectify: automatic", "rectify: maybe", "datasets.contacts.fields.name.rectify", "must be 'automatic'"),
        ("ground: contract", "ground: habit", "datasets.contacts.purposes.0.ground", "must be 'consent'"),
        ("key: [id]", "key: []", "datasets.contacts.key", "may not be empty"),
        ("12-31", "13-31", "financial_year_end", "last day of a financial year"),
        ("category: identity", "category: identiti", "datasets.contacts.fields.name.category", "no category"),
        ("ground: bookkeeping", "ground: booking", "datasets.event_registrations.erasure.0.ground", "no ground"),
        ("name: name, language", "name: nam, language", "datasets.contacts.match", "neither a field nor"),
        ("after: last_active_at", "after: last_seen", "datasets.contacts.retention.0", "neither a field nor"),
        ("withdrawn: withdrawn_at", "withdrawn: ended", "datasets.consents.consent", "neither a field nor"),
        ("since: since }", "since: when }", "datasets.suppressions.suppression", "neither a field nor"),
        ("dataset: organisations, by", "dataset: customers, by", "datasets.tickets.customer", "no data set"),
        ("by: name, contact", "by: title, contact", "datasets.tickets.customer", "no field 'title'"),
        (
            "answers: email, rectify: confirm",
            "answers: email, rectify: automatic",
            "datasets.contacts.fields.email.rectify",
            "confirmed",
        ),
        ("{ do: blank, blank: [requester_email] }", "{ do: delete }", "datasets.tickets.erasure.0", "customer's data"),
        (
            "{ do: blank, blank: [requester_email] }",
            "{ do: blank, blank: [body] }",
            "datasets.tickets.erasure.0.blank",
            "cannot be blanked",
        ),
        (
            "      - { do: keep, ground: suppression }",
            "      - { do: keep }",
            "datasets.suppressions.erasure.0",
            "ground",
        ),
        ("    customer: { column", "    x: { column", "datasets.tickets.x", "not a known key"),
        (
            "    restriction: restricted_at\n\n  consents",
            "\n  consents",
            "datasets.contacts.restriction",
            "stay in use",
        ),
    ],
)
def test_a_mistake_is_named_with_line_field_and_what_is_wrong(old, new, field, what):
    text = SHIPPED.replace(old, new, 1)
    assert text != SHIPPED
    refused = refusal(text)
    assert what in str(refused)
    line, named, _ = refused.problems[0]
    assert named == field
    assert str(refused).startswith(f"map.yaml:{line}: {field}: ")
    lines = text.splitlines()
    # The line is that of the field, or of the nearest thing around it that is there.
    assert any(str(part) in lines[line - 1] for part in field.split(".")) or new.strip() in lines[line - 1]
    assert "\n" not in str(refused)


def test_the_line_is_exact_where_the_field_is_there():
    text = SHIPPED.replace("answers: phone, rectify: automatic", "answers: fax, rectify: automatic", 1)
    assert refusal(text).problems[0].line == line_of(text, "answers: fax")


@pytest.mark.parametrize(
    ("article", "key"),
    [
        ("15(1)(a)", "text: { sv: Ge support, en: Giving support }"),
        ("15(1)(d)", "en: While you are active."),
        ("15(1)(f)", "name: { sv: Integritetsskyddsmyndigheten (IMY), en: the Swedish"),
        ("15(1)(g)", "en: From you, or from your employer,"),
        ("15(1)(h)", "en: We make no decisions about you"),
        ("15(2)", "en: The data is not transferred"),
    ],
)
def test_no_letter_of_article_15_may_be_empty(article, key):
    line = next(line for line in SHIPPED.splitlines() if key in line)
    text = SHIPPED.replace(line, re.sub(r"en: .*?( }|$)", r"en: ''\1", line), 1)
    assert f"Article {article}" in str(refusal(text))


def test_recipients_are_named_or_it_is_said_that_there_are_none():
    text = SHIPPED.replace("recipients_statement: *recipients", "recipients: []")
    assert "Article 15(1)(c)" in str(refusal(text))


def test_a_recipient_that_is_not_declared_is_refused():
    text = SHIPPED.replace("    recipients_statement: *recipients\n", "    recipients: [printer]\n", 1)
    assert "there is no recipient 'printer'" in str(refusal(text))


def test_a_key_that_stands_twice_is_refused_rather_than_the_first_one_forgotten():
    text = SHIPPED.replace("    role: controller\n", "    role: controller\n    role: processor\n", 1)
    refused = refusal(text)
    assert "stands twice" in str(refused)
    assert refused.problems[0].line == line_of(SHIPPED, "    role: controller") + 1


@pytest.mark.parametrize("text", ["", "- a", "a: [", "a: 1\n b: 2", "\t", "just words", "a: 2026-99-99", "\x00"])
def test_what_is_no_map_at_all_is_refused(text):
    assert re.match(r"map\.yaml:[12]: ", str(refusal(text)))


@given(st.text(max_size=80))
def test_whatever_stands_in_the_file_the_error_is_ours(text):
    with pytest.raises(DataMapError):
        parse_data_map(text, "map.yaml")


@given(st.integers(min_value=0, max_value=len(SHIPPED) - 1), st.characters(codec="utf-8"))
def test_one_wrong_letter_is_taken_or_refused_in_one_line(position, letter):
    text = SHIPPED[:position] + letter + SHIPPED[position + 1 :]
    try:
        parse_data_map(text, "map.yaml")
    except DataMapError as error:
        refused = error
    else:
        return
    assert refused.exit_code == 2
    assert len(str(refused).splitlines()) == 1


def test_a_way_to_a_data_set_that_leads_back_is_refused():
    text = SHIPPED.replace(
        "match: { addresses: [requester_email] }",
        "match: { through: { dataset: tickets, column: number, equals: number } }",
    )
    assert "leads back" in str(refusal(text))


class TestShippedMap:
    """The facts of WinLas's published privacy policy."""

    shipped = shipped_map()

    def test_it_speaks_of_every_column_of_the_embedded_register(self):
        assert list(self.shipped.datasets) == list(TABLES)
        for dataset in self.shipped.sets:
            assert {column.name for column in TABLES[dataset.id].columns} == dataset.columns

    def test_it_leaves_no_letter_of_article_15_empty(self):
        assert article15_gaps(self.shipped) == []

    def test_every_text_exists_in_both_languages_and_they_differ(self):
        for dataset in self.shipped.sets:
            labels = [dataset.label, *(field.label for field in dataset.fields.values())]
            assert all(label.sv and label.en for label in labels)
            assert dataset.storage.sv != dataset.storage.en
        assert self.shipped.field_label("contacts", "phone", Language.SWEDISH) == "Telefon"
        assert self.shipped.label("contacts", "en") == "User profiles and contact persons"

    def test_a_tickets_content_is_the_customers_and_its_requester_ours(self):
        tickets = self.shipped.dataset("tickets")
        assert tickets.fields_of(Role.PROCESSOR) == ("subject", "body")
        assert "requester_email" in tickets.own_fields

    def test_marketing_rests_on_consent_and_the_rest_on_the_agreement(self):
        assert self.shipped.dataset("consents").grounds == (LegalGround.CONSENT,)
        assert self.shipped.dataset("contacts").grounds == (LegalGround.CONTRACT,)
        assert LegalGround.CONSENT.article == "6(1)(a)"
        assert LegalGround.LEGITIMATE_INTEREST.article == "6(1)(f)"

    def test_dietary_needs_can_be_special_category_data_and_never_go_into_plain_mail(self):
        dietary = self.shipped.dataset("event_registrations").fields["dietary"]
        assert dietary.special_category
        assert dietary.sensitive
        assert self.shipped.dataset("event_registrations").fields["personal_id"].sensitive

    def test_no_address_is_corrected_without_being_confirmed(self):
        for dataset in self.shipped.sets:
            for field in dataset.fields.values():
                assert field.answers is not Field.EMAIL or field.rectify is Rectify.CONFIRM


def test_a_rule_that_empties_what_it_looks_at_is_refused():
    with pytest.raises(ValueError, match="looks at"):
        EraseRule(do="keep", ground="bookkeeping", where={"invoiced_at": "filled"}, blank=("invoiced_at",))
