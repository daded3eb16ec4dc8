"""A correction goes to the right cells, and only a certain one goes there by itself."""

import pytest

from mailbot.core.identity import Level
from mailbot.core.kinds import Field, Kind
from mailbot.core.plan import Operation
from mailbot.core.planning import make_plan
from mailbot.core.reading import Change
from mailbot.core.rectify import Doubt
from tests.support.holdings import CONTACT, ENQUIRY, INVOICED, MAP, PERSON, REGISTERED, SUPPRESSED, TICKET, TODAY, held
from tests.support.registers import ANNA, ANNA_AT_HOME

OTHER_PHONE = {"phone": "08-123 456 78"}


def corrected(*changes, rows=None):
    holdings = rows or held(contacts=[CONTACT], enquiries=[ENQUIRY], event_registrations=[INVOICED])
    return make_plan(Kind.RECTIFICATION, MAP, holdings, PERSON, changes, TODAY, level=Level.PROVEN)


def written(plan):
    return {step.dataset: dict(step.after) for step in plan.steps_of(Operation.CHANGE)}


def test_a_phone_number_is_corrected_wherever_the_same_stands():
    plan = corrected(Change(Field.PHONE, None, "070 111 22 33"))
    new = "+46701112233"
    assert written(plan) == {"contacts": {"1": {"phone": new}}, "event_registrations": {"1": {"mobile": new}}}
    assert plan.obstacles == ()


def test_an_old_value_says_which_one_is_meant_however_it_is_written():
    rows = held(contacts=[CONTACT | OTHER_PHONE], event_registrations=[INVOICED])
    plan = corrected(Change(Field.PHONE, "+46 70 174 06 05", "070-111 22 33"), rows=rows)
    assert list(written(plan)) == ["event_registrations"]
    assert plan.obstacles == ()


def test_without_an_old_value_the_profile_is_meant():
    rows = held(contacts=[CONTACT | OTHER_PHONE], event_registrations=[INVOICED])
    assert list(written(corrected(Change(Field.PHONE, None, "070-111 22 33"), rows=rows))) == ["contacts"]


def test_an_empty_field_of_the_profile_is_filled_in():
    rows = held(contacts=[CONTACT | {"phone": None}])
    plan = corrected(Change(Field.PHONE, None, "070-111 22 33"), rows=rows)
    assert written(plan) == {"contacts": {"1": {"phone": "+46701112233"}}}


def test_what_was_blanked_after_an_event_is_not_filled_in_again():
    rows = held(contacts=[CONTACT], event_registrations=[INVOICED | {"mobile": None}])
    assert list(written(corrected(Change(Field.PHONE, None, "070-111 22 33"), rows=rows))) == ["contacts"]


def test_a_change_of_name_reaches_every_row():
    plan = corrected(Change(Field.NAME, "Anna Ek", "Anna Lind"))
    assert written(plan) == {
        dataset: {"1": {"name": "Anna Lind"}} for dataset in ("contacts", "enquiries", "event_registrations")
    }
    assert plan.obstacles == ()


def test_a_new_surname_alone_is_shown_to_an_officer_as_a_whole_name():
    plan = corrected(Change(Field.NAME, "Ek", "Lind"))
    assert written(plan)["contacts"] == {"1": {"name": "Anna Lind"}}
    assert plan.obstacles == (Doubt.PART_OF_VALUE,)


def test_a_new_address_replaces_the_old_everywhere_and_has_to_be_confirmed():
    rows = held(contacts=[CONTACT], tickets=[TICKET], suppressions=[SUPPRESSED | {"email": ANNA}])
    plan = corrected(Change(Field.EMAIL, None, "Anna.Lind@Kund.example"), rows=rows)
    assert plan.confirm == "anna.lind@kund.example"
    assert plan.obstacles == (Doubt.CONFIRM_NEW_ADDRESS,)
    assert written(plan) == {
        "contacts": {"1": {"email": plan.confirm}},
        "tickets": {"1": {"requester_email": plan.confirm}},
        "suppressions": {"1": {"email": plan.confirm}},
    }


def test_the_old_address_says_which_one_is_replaced():
    plan = corrected(Change(Field.EMAIL, ANNA_AT_HOME.upper(), "ny@hem.example"))
    assert written(plan) == {"contacts": {"1": {"secondary_email": "ny@hem.example"}}}


@pytest.mark.parametrize(
    ("change", "doubt"),
    [
        (Change(Field.PHONE, None, None), Doubt.NO_NEW_VALUE),
        (Change(Field.PHONE, None, "12"), Doubt.INVALID_VALUE),
        (Change(Field.EMAIL, None, "anna at kund"), Doubt.INVALID_VALUE),
        (Change(Field.NAME, None, "<b>Anna</b>"), Doubt.INVALID_VALUE),
        (Change(Field.NAME, None, "   "), Doubt.INVALID_VALUE),
        (Change(Field.PERSONAL_ID, None, "19811228-9875"), Doubt.INVALID_VALUE),
        (Change(Field.ADDRESS, None, "Storgatan 1"), Doubt.NOT_AUTOMATIC),
        (Change(Field.OTHER, None, "något"), Doubt.NOT_AUTOMATIC),
        (Change(Field.ORGANISATION, None, "Nya AB"), Doubt.NOT_AUTOMATIC),
        (Change(Field.PHONE, "08-999 999 99", "070-111 22 33"), Doubt.OLD_VALUE_DIFFERS),
        (Change(Field.EMAIL, "someone@else.example", "ny@kund.example"), Doubt.OLD_VALUE_DIFFERS),
        (Change(Field.PHONE, None, "+46 70-174 06 05"), Doubt.NOTHING_TO_CHANGE),
        (Change(Field.NAME, "Anna Eck", "Anna Ek"), Doubt.NOTHING_TO_CHANGE),
    ],
)
def test_what_is_not_certain_waits_for_an_officer(change, doubt):
    assert doubt in corrected(change).obstacles


def test_two_profiles_with_different_numbers_need_an_old_value():
    rows = held(contacts=[CONTACT, CONTACT | OTHER_PHONE])
    assert corrected(Change(Field.PHONE, None, "070-111 22 33"), rows=rows).obstacles == (Doubt.WHICH_VALUE,)


def test_two_wishes_for_the_same_field_contradict_each_other():
    wishes = [Change(Field.PHONE, None, number) for number in ("070-111 22 33", "070-174 06 06")]
    assert Doubt.CONFLICTING in corrected(*wishes).obstacles


def test_a_correction_without_anything_to_correct_is_asked_about():
    assert corrected().obstacles == (Doubt.NO_CHANGES,)


def test_what_is_not_ours_to_correct_may_be_the_customers():
    plan = corrected(Change(Field.OTHER, "tre dagar", "fem dagar"), rows=held(contacts=[CONTACT], tickets=[TICKET]))
    assert [step.dataset for step in plan.steps_of(Operation.REFER)] == ["tickets"]


def test_a_correction_of_ours_bothers_no_customer():
    plan = corrected(Change(Field.PHONE, None, "070-111 22 33"), rows=held(contacts=[CONTACT], tickets=[TICKET]))
    assert plan.steps_of(Operation.REFER) == ()


def test_the_capitals_of_a_name_are_worth_a_change():
    assert written(corrected(Change(Field.NAME, "Anna Ek", "Anna EK")))["contacts"] == {"1": {"name": "Anna EK"}}


def test_what_the_map_says_never_changes_never_does():
    rows = held(event_registrations=[REGISTERED])
    assert written(corrected(Change(Field.OTHER, "Kurs", "Kunddag"), rows=rows)) == {}
    assert REGISTERED["email"] == ANNA
