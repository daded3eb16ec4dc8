"""What becomes of a mail: who has to be known how well for which right (docs/rights.md, rules 8-12 and the table)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.decide import Circumstances, Course, Decision, Joined, Ruling, decide, settle
from mailbot.core.identity import Level, Person
from mailbot.core.kinds import RIGHTS, Disposition, Kind, Language
from mailbot.core.message import Authentication, Message, Oddity, Verdict
from mailbot.core.policy import DEFAULT_RULES, Hands, Policy, Rule
from mailbot.core.reading import Reading
from mailbot.core.screen import Screening
from mailbot.core.sender import NoSender, Sender
from mailbot.core.threads import Answer

ANNA = Person("k1", ("anna@kund.example",), Language.SWEDISH, "Anna Ek")
MESSAGE = Message(
    message_id="<1@kund.example>",
    in_reply_to=(),
    references=(),
    from_mailboxes=(),
    from_headers=1,
    recipients=(),
    return_path=None,
    subject="",
    headers={},
    text="",
    own_text="",
)
PERSON_WROTE = Screening(None, answerable=True)
OTHER = (Kind.OTHER,)


def read(*kinds, **differs):
    return Reading(Language.SWEDISH, kinds or OTHER, {}, **({"abstained": False} | differs))


def facts(*kinds, level=Level.PROVEN, **differs):
    person = None if level is Level.UNKNOWN else ANNA
    given = {
        "message": MESSAGE,
        "screening": PERSON_WROTE,
        "sender": Sender("anna@kund.example"),
        "authentication": Authentication(Verdict.ALIGNED, "dmarc"),
        "reading": read(*kinds),
        "person": person,
        "level": level,
    }
    return Circumstances(**(given | differs))


def in_case(**differs):
    return Joined(**({"case_id": 7, "same_person": True, "proof_pending": False, "kinds": frozenset()} | differs))


def courses(decision):
    return {ruling.kind: ruling.course for ruling in decision.rulings}


def only(decision):
    (ruling,) = decision.rulings
    return ruling


CARRY_OUT, PROOF, WHO, SUPPRESS, QUEUE = (
    Course.CARRY_OUT,
    Course.ASK_PROOF,
    Course.ASK_WHO,
    Course.SUPPRESS,
    Course.QUEUE,
)

DEFAULT_TABLE = {
    #                         unknown   claimed    authenticated  proven     vouched
    Kind.CONSENT_WITHDRAWAL: (SUPPRESS, CARRY_OUT, CARRY_OUT, CARRY_OUT, CARRY_OUT),
    Kind.ACCESS: (WHO, PROOF, PROOF, CARRY_OUT, CARRY_OUT),
    Kind.PORTABILITY: (WHO, PROOF, PROOF, CARRY_OUT, CARRY_OUT),
    Kind.RECTIFICATION: (WHO, PROOF, PROOF, CARRY_OUT, CARRY_OUT),
    Kind.ERASURE: (WHO, PROOF, PROOF, QUEUE, QUEUE),
    Kind.RESTRICTION: (WHO, PROOF, QUEUE, QUEUE, QUEUE),
    Kind.OBJECTION: (WHO, PROOF, QUEUE, QUEUE, QUEUE),
}
CELLS = [(kind, level, DEFAULT_TABLE[kind][level]) for kind in RIGHTS for level in Level]


@pytest.mark.parametrize(("kind", "level", "course"), CELLS)
def test_the_default_policy_says_for_each_right_and_level_what_is_done(kind, level, course):
    decision = decide(facts(kind, level=level), Policy())
    assert decision.disposition is Disposition.REQUEST
    assert only(decision).course is course


@pytest.mark.parametrize(("level", "course"), list(enumerate(DEFAULT_TABLE[Kind.CONSENT_WITHDRAWAL])))
def test_an_objection_to_marketing_is_ruled_as_a_withdrawal_of_consent(level, course):
    marketing = facts(level=Level(level), reading=read(Kind.OBJECTION, direct_marketing=True))
    assert courses(decide(marketing, Policy())) == {Kind.OBJECTION: course}


def test_words_on_marketing_beside_another_right_change_nothing_for_it():
    both = facts(level=Level.CLAIMED, reading=read(Kind.ERASURE, Kind.OBJECTION, direct_marketing=True))
    assert courses(decide(both, Policy())) == {Kind.ERASURE: PROOF, Kind.OBJECTION: CARRY_OUT}


@pytest.mark.parametrize("kind", [kind for kind in RIGHTS if DEFAULT_RULES[kind].hands is Hands.PROGRAM])
def test_a_plan_with_an_obstacle_is_the_officers(kind):
    ruling = only(decide(facts(kind, obstacles={kind: ("review",)}), Policy()))
    assert (ruling.course, ruling.reasons) == (QUEUE, ("review",))


def test_an_obstacle_of_one_right_holds_up_no_other():
    decision = decide(facts(Kind.ACCESS, Kind.RECTIFICATION, obstacles={Kind.ACCESS: ("review",)}), Policy())
    assert courses(decision) == {Kind.ACCESS: QUEUE, Kind.RECTIFICATION: CARRY_OUT}


def test_the_company_may_ask_for_more_or_less_than_the_default():
    strict = Policy(rules={Kind.CONSENT_WITHDRAWAL: Rule(level="proven", hands=Hands.OFFICER)})
    assert only(decide(facts(Kind.CONSENT_WITHDRAWAL, level=Level.CLAIMED), strict)).course is PROOF
    assert only(decide(facts(Kind.CONSENT_WITHDRAWAL), strict)).course is QUEUE
    bold = Policy(rules={Kind.ERASURE: Rule(level="claimed", hands=Hands.PROGRAM)})
    assert only(decide(facts(Kind.ERASURE, level=Level.CLAIMED), bold)).course is CARRY_OUT


@pytest.mark.parametrize(
    ("differs", "reason"),
    [
        ({"authentication": Authentication(Verdict.FAILED, "dmarc")}, "authentication_failed"),
        ({"reading": read(Kind.ACCESS, representative=True)}, "representative"),  # rule 12
        ({"person": replace(ANNA, ambiguous=True)}, "several_people"),
        ({"repeated": frozenset({Kind.ACCESS})}, "repeated"),
    ],
)
@pytest.mark.parametrize("level", Level)
def test_what_is_no_matter_for_a_program_is_the_officers_however_well_the_sender_is_known(differs, reason, level):
    ruling = only(decide(facts(Kind.ACCESS, **({"level": level} | differs)), Policy()))
    assert (ruling.course, ruling.reasons) == (QUEUE, (reason,))


def test_a_right_asked_for_again_holds_up_no_other():
    decision = decide(facts(Kind.ACCESS, Kind.RECTIFICATION, repeated=frozenset({Kind.ACCESS}), open_case=3), Policy())
    assert courses(decision) == {Kind.ACCESS: QUEUE, Kind.RECTIFICATION: CARRY_OUT}
    assert decision.join == 3


@pytest.mark.parametrize("kind", RIGHTS)
def test_somebody_unknown_gets_the_same_whatever_is_held_of_others(kind):
    """Rule 10: nothing in the decision depends on anything but the mail itself."""
    unknown = decide(facts(kind, level=Level.UNKNOWN), Policy())
    assert only(unknown).reasons == ("unknown_person",)
    assert only(unknown).course in {WHO, SUPPRESS}


@given(st.sampled_from(RIGHTS), st.sampled_from(Level))
def test_no_right_is_carried_out_below_the_level_that_it_needs(kind, level):
    ruling = only(decide(facts(kind, level=level), Policy()))
    if ruling.course is CARRY_OUT:
        assert level >= Policy().rule(kind).needed


@given(
    st.lists(st.sampled_from(RIGHTS), min_size=1, unique=True),
    st.sampled_from(Level),
    st.booleans(),
    st.booleans(),
    st.frozensets(st.sampled_from(sorted(Oddity)), max_size=1),
)
def test_what_is_unsure_or_odd_is_never_carried_out_nor_asked_about(kinds, level, abstained, hidden, oddities):
    whole = read(*RIGHTS) if hidden else None
    given_facts = facts(
        level=level,
        reading=read(*kinds, abstained=abstained),
        whole_reading=whole,
        message=replace(MESSAGE, oddities=oddities),
    )
    decision = decide(given_facts, Policy())
    if abstained or oddities or (hidden and set(kinds) != set(RIGHTS)):
        assert decision.disposition is Disposition.TO_OFFICER
        assert set(courses(decision).values()) == {QUEUE}


@pytest.mark.parametrize("disposition", [Disposition.OWN, Disposition.BOUNCE, Disposition.AUTOMATIC])
def test_what_a_machine_wrote_opens_no_case(disposition):
    certain = Screening(disposition, answerable=False, certain=True)
    assert decide(facts(Kind.ERASURE, screening=certain), Policy()) == Decision(disposition)


def test_a_mail_that_only_looks_automatic_but_asks_for_a_right_is_the_officers_unanswered():
    maybe = Screening(Disposition.AUTOMATIC, answerable=False)
    decision = decide(facts(Kind.ERASURE, screening=maybe), Policy())
    assert decision.disposition is Disposition.TO_OFFICER
    assert only(decision) == Ruling(Kind.ERASURE, QUEUE, ("automatic_mail",))
    assert not decision.acknowledge


@pytest.mark.parametrize("reading", [read(), read(Kind.ERASURE, abstained=True)])
def test_a_mail_that_looks_automatic_and_surely_asks_for_nothing_is_left(reading):
    maybe = Screening(Disposition.AUTOMATIC, answerable=False)
    assert decide(facts(reading=reading, screening=maybe), Policy()) == Decision(Disposition.AUTOMATIC)


def test_an_out_of_office_reply_to_a_confirmation_confirms_nothing():
    """Rule 11, whatever it says."""
    automatic = Screening(Disposition.AUTOMATIC, answerable=False)
    reply = facts(screening=automatic, joined=in_case(proof_pending=True), answer=Answer.YES)
    assert decide(reply, Policy()).answer is None


@pytest.mark.parametrize("reason", ["no_from", "several_from", "bad_address", "address_in_name"])
def test_a_mail_without_one_sender_is_the_officers(reason):
    decision = decide(facts(Kind.ERASURE, sender=NoSender(reason), level=Level.UNKNOWN), Policy())
    assert decision.disposition is Disposition.TO_OFFICER
    assert only(decision) == Ruling(Kind.OTHER, QUEUE, (reason,))
    assert not decision.acknowledge


@pytest.mark.parametrize("oddity", Oddity)
def test_a_mail_that_cannot_be_read_past_is_the_officers_and_acknowledged_if_there_is_anything_in_it(oddity):
    odd = facts(Kind.ERASURE, message=replace(MESSAGE, oddities=frozenset({oddity})))
    decision = decide(odd, Policy())
    assert only(decision) == Ruling(Kind.OTHER, QUEUE, (oddity,))
    assert decision.acknowledge == (oddity is not Oddity.EMPTY)
    assert not decide(odd, Policy(acknowledge_unsure=False)).acknowledge


def test_what_is_unsure_is_the_officers_with_the_reasons_and_acknowledged():
    decision = decide(facts(reading=read(Kind.ERASURE, abstained=True, reasons=("readers_disagree",))), Policy())
    assert decision.disposition is Disposition.TO_OFFICER
    assert only(decision) == Ruling(Kind.OTHER, QUEUE, ("unsure", "readers_disagree"))
    assert decision.acknowledge


def test_what_may_not_be_answered_is_not_acknowledged():
    unanswerable = Screening(None, answerable=False)
    assert not decide(facts(reading=read(abstained=True), screening=unanswerable), Policy()).acknowledge


def test_a_mail_whose_history_asks_for_more_than_its_own_words_is_the_officers():
    decision = decide(facts(Kind.ACCESS, whole_reading=read(Kind.ACCESS, Kind.ERASURE)), Policy())
    assert (decision.disposition, only(decision).reasons) == (Disposition.TO_OFFICER, ("reads_differently",))


@pytest.mark.parametrize("whole", [read(Kind.ACCESS), read(), read(Kind.ACCESS, Kind.ERASURE, abstained=True)])
def test_a_history_that_asks_for_no_more_changes_nothing(whole):
    assert courses(decide(facts(Kind.ACCESS, whole_reading=whole), Policy())) == {Kind.ACCESS: CARRY_OUT}


def test_a_mail_that_asks_for_nothing_lies_with_the_officer_unanswered():
    decision = decide(facts(), Policy())
    assert decision.disposition is Disposition.OTHER
    assert only(decision) == Ruling(Kind.OTHER, QUEUE, ("no_right",))
    assert not decision.acknowledge


@pytest.mark.parametrize("answer", [Answer.YES, Answer.NO])
def test_a_plain_answer_to_a_confirmation_settles_it(answer):
    reply = facts(joined=in_case(proof_pending=True, kinds=frozenset({Kind.ERASURE})), answer=answer)
    assert decide(reply, Policy()) == Decision(Disposition.CONFIRMATION, answer=answer, join=7)


def test_an_unclear_answer_to_a_confirmation_is_read_by_the_officer_in_the_same_case():
    reply = facts(joined=in_case(proof_pending=True, kinds=frozenset({Kind.ERASURE})))
    decision = decide(reply, Policy())
    assert (decision.disposition, decision.join, decision.answer) == (Disposition.FOLLOW_UP, 7, None)
    assert only(decision).reasons == ("unclear_answer",)


def test_a_yes_in_a_case_where_nothing_was_asked_confirms_nothing():
    decision = decide(facts(joined=in_case(kinds=frozenset({Kind.ERASURE})), answer=Answer.YES), Policy())
    assert decision.answer is None
    assert only(decision) == Ruling(Kind.OTHER, QUEUE, ("follow_up",))


def test_a_mail_to_a_closed_case_is_laid_before_the_officer():
    decision = decide(facts(joined=in_case()), Policy())
    assert (decision.disposition, decision.join) == (Disposition.FOLLOW_UP, 7)
    assert only(decision) == Ruling(Kind.OTHER, QUEUE, ("closed_case",))


def test_taking_a_request_back_is_heeded_whatever_right_the_words_read_as():
    reply = facts(Kind.CONSENT_WITHDRAWAL, joined=in_case(kinds=frozenset({Kind.ERASURE})), takes_back=True)
    assert decide(reply, Policy()) == Decision(Disposition.FOLLOW_UP, join=7, takes_back=True, reasons=("taken_back",))


@pytest.mark.parametrize("kinds", [frozenset(), frozenset({Kind.OTHER})])
def test_where_no_right_is_open_nothing_is_taken_back(kinds):
    reply = facts(Kind.CONSENT_WITHDRAWAL, joined=in_case(kinds=kinds), takes_back=True)
    decision = decide(reply, Policy())
    assert not decision.takes_back
    assert only(decision).kind is Kind.OTHER


def test_a_forged_mail_takes_nothing_back():
    reply = facts(
        joined=in_case(kinds=frozenset({Kind.ERASURE})), takes_back=True, authentication=Authentication(Verdict.FAILED)
    )
    assert only(decide(reply, Policy())).reasons == ("authentication_failed",)


@pytest.mark.parametrize("pending", [True, False])
def test_somebody_else_answering_in_a_case_is_kept_out_of_it(pending):
    """Rule 9: whoever got hold of the letter, the confirmation counts from the registered address alone."""
    stranger = facts(Kind.ERASURE, joined=in_case(same_person=False, proof_pending=pending), answer=Answer.YES)
    decision = decide(stranger, Policy())
    assert decision == Decision(
        Disposition.TO_OFFICER, (Ruling(Kind.OTHER, QUEUE, ("another_sender",)),), reasons=("another_sender",)
    )


def test_a_new_right_in_a_case_is_added_to_it_and_one_it_has_is_not():
    reply = facts(Kind.ERASURE, Kind.ACCESS, joined=in_case(kinds=frozenset({Kind.ACCESS})))
    decision = decide(reply, Policy())
    assert (decision.disposition, decision.join) == (Disposition.REQUEST, 7)
    assert courses(decision) == {Kind.ERASURE: QUEUE}


def test_a_reminder_of_what_a_case_has_already_is_laid_before_the_officer():
    decision = decide(facts(Kind.ACCESS, joined=in_case(kinds=frozenset({Kind.ACCESS}))), Policy())
    assert (decision.disposition, only(decision).reasons) == (Disposition.FOLLOW_UP, ("follow_up",))


def test_thanks_are_filed_and_bother_nobody():
    decision = decide(facts(joined=in_case(), courtesy=True), Policy())
    assert decision == Decision(Disposition.FOLLOW_UP, join=7, reasons=("courtesy",))


def test_thanks_outside_a_case_are_an_ordinary_mail():
    assert decide(facts(courtesy=True), Policy()).disposition is Disposition.OTHER


def test_the_answer_to_an_officers_question_goes_back_to_the_officer():
    decision = decide(facts(joined=in_case(question_pending=True)), Policy())
    assert decision == Decision(Disposition.FOLLOW_UP, join=7, answers_question=True)


def test_an_answer_that_asks_for_more_answers_the_question_too():
    decision = decide(facts(Kind.ERASURE, joined=in_case(question_pending=True)), Policy())
    assert (decision.disposition, decision.answers_question) == (Disposition.REQUEST, True)


def test_an_odd_mail_joins_its_case_only_from_the_same_person():
    odd = replace(MESSAGE, oddities=frozenset({Oddity.ENCRYPTED}))
    assert decide(facts(message=odd, joined=in_case()), Policy()).join == 7
    assert decide(facts(message=odd, joined=in_case(same_person=False)), Policy()).join is None


@pytest.mark.parametrize(
    ("hands", "obstacles", "ruling"),
    [
        (Hands.PROGRAM, (), Ruling(Kind.ACCESS, CARRY_OUT)),
        (Hands.PROGRAM, ("review",), Ruling(Kind.ACCESS, QUEUE, ("review",))),
        (Hands.OFFICER, (), Ruling(Kind.ACCESS, QUEUE, ("policy",))),
        (Hands.OFFICER, ("review",), Ruling(Kind.ACCESS, QUEUE, ("policy", "review"))),
    ],
)
def test_once_the_level_is_reached_policy_and_plan_decide(hands, obstacles, ruling):
    assert settle(Kind.ACCESS, obstacles, hands) == ruling


def test_other_is_no_right_that_a_policy_could_rule_on():
    with pytest.raises(KeyError):
        Policy().rule(Kind.OTHER)
