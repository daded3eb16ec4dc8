"""What each right comes to, for a person of the shipped map."""

from dataclasses import replace
from datetime import date

import pytest

from mailbot.core.erasing import Duty, duties, duty_step
from mailbot.core.identity import Level
from mailbot.core.kinds import RIGHTS, Kind
from mailbot.core.mapfile import parse_data_map
from mailbot.core.plan import Operation, Row, Told
from mailbot.core.planning import Obstacle, lifting_plan, make_plan, suppression_plan
from mailbot.registers.opening import SHIPPED_MAP
from tests.support.holdings import (
    CONSENT,
    CONTACT,
    ENQUIRY,
    EVERYTHING,
    INVOICED,
    MAP,
    PERSON,
    SUPPRESSED,
    TICKET,
    TODAY,
    held,
)
from tests.support.registers import ANNA, ANNA_AT_HOME, CUSTOMER, CUSTOMER_CONTACT


def plan(kind, holdings=None, *, data_map=MAP, person=PERSON, level=Level.PROVEN, **more):
    return make_plan(kind, data_map, holdings or held(**EVERYTHING), person, (), TODAY, level=level, **more)


def does(made):
    """A plan as what happens to which rows."""
    return {(step.dataset, step.operation): [row.key for row in step.before] for step in made.steps}


class TestAccess:
    def test_all_that_is_ours_is_shown_and_the_rest_referred(self):
        made = plan(Kind.ACCESS)
        shown = made.steps_of(Operation.SHOW)
        assert [step.dataset for step in shown] == list(EVERYTHING)
        assert made.steps_of(Operation.REFER)[0].before == (Row("1", {}),)
        tickets = next(step for step in shown if step.dataset == "tickets")
        assert not {"subject", "body"} & set(tickets.fields)

    def test_free_text_waits_for_an_officer(self):
        assert plan(Kind.ACCESS).obstacles == (Obstacle.REVIEW,)

    def test_empty_free_text_does_not(self):
        assert plan(Kind.ACCESS, held(enquiries=[ENQUIRY | {"message": ""}], contacts=[CONTACT])).obstacles == ()

    def test_nothing_held_is_a_plan_too(self):
        assert plan(Kind.ACCESS, held()).steps == ()


class TestPortability:
    def test_only_what_the_person_gave_on_consent_or_contract(self):
        made = plan(Kind.PORTABILITY)
        shown = {step.dataset: step.fields for step in made.steps_of(Operation.SHOW)}
        assert "suppressions" not in shown
        assert "last_active_at" not in shown["contacts"]
        assert "phone" in shown["contacts"]
        assert set(made.steps[0].before[0].values) == set(shown["contacts"])


class TestErasure:
    def test_what_invoicing_needs_is_kept_through_the_seventh_year(self):
        kept = next(step for step in plan(Kind.ERASURE).steps_of(Operation.KEEP) if step.dataset != "suppressions")
        assert (kept.ground, kept.until) == ("bookkeeping", date(2032, 12, 31))
        assert not {"mobile", "dietary", "personal_id", "title"} & set(kept.before[0].values)

    def test_each_row_has_its_own_fate(self):
        assert does(plan(Kind.ERASURE)) == {
            ("contacts", Operation.ERASE): ["1"],
            ("consents", Operation.ERASE): ["1", "2"],
            ("enquiries", Operation.ERASE): ["1"],
            ("tickets", Operation.BLANK): ["1"],
            ("event_registrations", Operation.BLANK): ["1"],
            ("event_registrations", Operation.KEEP): ["1"],
            ("event_registrations", Operation.ERASE): ["2"],
            ("suppressions", Operation.KEEP): ["1"],
            ("tickets", Operation.REFER): ["1"],
        }

    def test_what_is_kept_is_said_to_be(self):
        assert plan(Kind.ERASURE).obstacles == (Obstacle.KEPT_PARTLY,)
        assert plan(Kind.ERASURE, held(contacts=[CONTACT])).obstacles == ()

    def test_an_invoice_whose_time_is_over_is_no_reason_any_more(self):
        old = INVOICED | {"invoiced_at": "2018-12-31"}
        assert does(plan(Kind.ERASURE, held(event_registrations=[old]))) == {
            ("event_registrations", Operation.ERASE): ["1"]
        }

    def test_the_last_day_of_keeping_is_still_kept(self):
        last = INVOICED | {"invoiced_at": "2019-01-01"}
        made = make_plan(
            Kind.ERASURE, MAP, held(event_registrations=[last]), PERSON, (), date(2026, 12, 31), level=Level.PROVEN
        )
        assert made.steps_of(Operation.KEEP)[0].until == date(2026, 12, 31)

    def test_what_is_kept_becomes_a_dated_duty(self):
        made = plan(Kind.ERASURE)
        (duty,) = duties(made)
        assert duty == Duty("event_registrations", "1", date(2032, 12, 31), "bookkeeping")
        step = duty_step(MAP, duty)
        assert (step.operation, [row.key for row in step.before]) == (Operation.ERASE, ["1"])

    def test_a_broken_financial_year_counts_from_its_own_end(self):
        text = SHIPPED_MAP.read_text(encoding="utf-8").replace("financial_year_end: 12-31", "financial_year_end: 04-30")
        rows = held(event_registrations=[INVOICED])
        made = plan(Kind.ERASURE, rows, data_map=parse_data_map(text, "map.yaml"))
        assert made.steps_of(Operation.KEEP)[0].until == date(2033, 4, 30)


class TestRestriction:
    def test_every_row_that_can_be_is_marked_once(self):
        made = plan(Kind.RESTRICTION, held(contacts=[CONTACT], consents=[CONSENT | {"restricted_at": "2026-01-01"}]))
        assert does(made) == {("contacts", Operation.RESTRICT): ["1"]}
        assert made.steps[0].after == {"1": {"restricted_at": "2026-03-02"}}

    def test_nothing_to_restrict_is_said(self):
        assert plan(Kind.RESTRICTION, held(suppressions=[SUPPRESSED])).obstacles == (Obstacle.NOTHING_TO_RESTRICT,)

    def test_lifting_frees_what_was_restricted(self):
        rows = held(contacts=[CONTACT, CONTACT | {"restricted_at": "2026-01-01"}])
        (step,) = lifting_plan(MAP, rows, PERSON).steps
        assert (step.operation, step.after) == (Operation.LIFT, {"2": {"restricted_at": None}})


class TestObjection:
    def test_to_marketing_it_is_a_withdrawal(self):
        made = plan(Kind.OBJECTION, marketing=True)
        assert made == replace(plan(Kind.CONSENT_WITHDRAWAL), kind=Kind.OBJECTION)

    def test_without_a_legitimate_interest_an_officer_is_told_so(self):
        made = plan(Kind.OBJECTION, held(contacts=[CONTACT]))
        assert made.obstacles == (Obstacle.NO_OBJECTIONABLE_GROUND,)
        assert does(made) == {("contacts", Operation.RESTRICT): ["1"]}

    def test_only_what_rests_on_a_legitimate_interest_is_restricted(self):
        interest = "ground: legitimate_interest\n        interest: { sv: Support, en: Support }"
        text = SHIPPED_MAP.read_text(encoding="utf-8").replace("ground: contract", interest, 1)
        made = plan(Kind.OBJECTION, data_map=parse_data_map(text, "map.yaml"))
        assert [step.dataset for step in made.steps_of(Operation.RESTRICT)] == ["contacts"]
        assert made.obstacles == ()


class TestWithdrawal:
    def test_open_consents_end_today_and_new_addresses_are_suppressed(self):
        made = plan(Kind.CONSENT_WITHDRAWAL)
        withdrawn, suppressed = made.steps
        assert withdrawn.after == {"1": {"withdrawn_at": "2026-03-02"}}
        assert suppressed.after == {ANNA: {"email": ANNA, "since": "2026-03-02"}}
        assert made.obstacles == ()

    def test_without_any_consent_the_addresses_are_suppressed_all_the_same(self):
        (step,) = plan(Kind.CONSENT_WITHDRAWAL, held(contacts=[CONTACT])).steps
        assert list(step.after) == [ANNA, ANNA_AT_HOME]

    def test_an_unknown_address_is_suppressed(self):
        (step,) = suppression_plan(MAP, "stranger@else.example", TODAY).steps
        assert step.after == {"stranger@else.example": {"email": "stranger@else.example", "since": "2026-03-02"}}


class TestReferral:
    @pytest.mark.parametrize("kind", [Kind.ACCESS, Kind.ERASURE, Kind.RESTRICTION, Kind.PORTABILITY, Kind.OBJECTION])
    def test_the_customer_is_told(self, kind):
        (step,) = plan(kind).steps_of(Operation.REFER)
        assert step.notify == (Told(CUSTOMER, CUSTOMER_CONTACT),)

    @pytest.mark.parametrize(("level", "named"), [(Level.AUTHENTICATED, ()), (Level.PROVEN, (CUSTOMER,))])
    def test_the_customer_is_named_only_to_the_proven(self, level, named):
        (step,) = plan(Kind.RESTRICTION, level=level).steps_of(Operation.REFER)
        assert step.named == named

    @pytest.mark.parametrize(
        "rows", [held(customers={}, tickets=[TICKET]), held(tickets=[TICKET | {"organisation": ""}])]
    )
    def test_a_customer_that_cannot_be_told_is_an_officers_matter(self, rows):
        assert Obstacle.CUSTOMER_UNKNOWN in plan(Kind.ACCESS, rows).obstacles

    def test_a_withdrawal_tells_no_customer(self):
        assert plan(Kind.CONSENT_WITHDRAWAL).steps_of(Operation.REFER) == ()


class TestRecipients:
    text = SHIPPED_MAP.read_text(encoding="utf-8").replace(
        "datasets:\n",
        "recipients:\n  post: { name: Brevet AB, contact: gdpr@brevet.example, role: { sv: Utskick, en: Mailings },"
        " country: { sv: Sverige, en: Sweden } }\n\ndatasets:\n",
        1,
    )
    told = parse_data_map(
        text.replace("    recipients_statement", "    recipients: [post]\n    recipients_statement", 1), "m"
    )

    @pytest.mark.parametrize("kind", [Kind.ERASURE, Kind.RESTRICTION])
    def test_they_are_told_of_what_was_disclosed_to_them(self, kind):
        made = plan(kind, data_map=self.told)
        own = [step for step in made.steps if step.operation is not Operation.REFER]
        told = {step.dataset: step.notify for step in own if step.notify}
        assert told == {"contacts": (Told("Brevet AB", "gdpr@brevet.example"),)}

    def test_nobody_is_told_that_somebody_looked(self):
        assert all(not step.notify for step in plan(Kind.ACCESS, data_map=self.told).steps_of(Operation.SHOW))


class TestSeveralPeople:
    shared = replace(PERSON, ambiguous=True)

    @pytest.mark.parametrize("kind", [kind for kind in RIGHTS if kind is not Kind.CONSENT_WITHDRAWAL])
    def test_nothing_is_planned_for_an_address_that_several_share(self, kind):
        made = plan(kind, person=self.shared)
        assert (made.steps, made.obstacles) == ((), (Obstacle.SEVERAL_PEOPLE,))

    def test_mailings_to_it_can_be_stopped(self):
        made = plan(Kind.CONSENT_WITHDRAWAL, person=self.shared)
        assert made.steps
        assert made.obstacles == (Obstacle.SEVERAL_PEOPLE,)
