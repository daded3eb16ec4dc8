import math

from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.judge import Doubt, Standard, Sureness, Weighing, best_guess, judge
from mailbot.core.kinds import Kind

READERS = ("mails", "sentences")
SAME = Weighing(0.0, dict.fromkeys(READERS, 0.5))
STANDARD = Standard(dict.fromkeys(Kind, SAME), dict.fromkeys(Kind, 0.9), Sureness(0.0, 1.0, 0.0))

odds = st.floats(-12, 12, allow_nan=False)
scores = st.fixed_dictionaries({kind: st.fixed_dictionaries(dict.fromkeys(READERS, odds)) for kind in Kind})


def says(**by_kind):
    """Both readers say the same: the given log-odds, and a clear no to every other kind."""
    return {kind: dict.fromkeys(READERS, by_kind.get(kind.value, -10.0)) for kind in Kind}


def test_takes_what_every_reader_is_sure_of():
    found = judge(says(erasure=8.0), STANDARD)
    assert found.kinds == (Kind.ERASURE,)
    assert not found.abstained


def test_takes_two_rights_when_both_are_sure():
    found = judge(says(access=8.0, erasure=8.0), STANDARD)
    assert found.kinds == (Kind.ACCESS, Kind.ERASURE)
    assert not found.abstained


def test_leaves_the_whole_mail_to_a_person_when_one_of_its_kinds_is_unsure():
    found = judge(says(access=8.0, erasure=0.2), STANDARD)
    assert found.abstained
    assert found.reasons == (Doubt.UNSURE,)
    assert Kind.ACCESS in found.kinds


def test_leaves_a_mail_to_a_person_when_its_readers_contradict_each_other():
    split = says(access=8.0)
    split[Kind.ERASURE] = {"mails": 9.0, "sentences": -12.0}
    found = judge(split, Standard(STANDARD.weighings, STANDARD.thresholds, STANDARD.sureness, dissent=6.0))
    assert Doubt.READERS_DISAGREE in found.reasons


def test_a_guarded_kind_is_never_accepted_however_sure_the_readers_are():
    found = judge(says(erasure=30.0), STANDARD, guarded=[Kind.ERASURE])
    assert found.abstained
    assert found.reasons == (Doubt.GUARDED,)


def test_a_guard_on_another_kind_changes_nothing():
    assert not judge(says(access=8.0), STANDARD, guarded=[Kind.ERASURE]).abstained


def test_a_kind_without_a_threshold_is_never_accepted():
    bare = Standard(STANDARD.weighings, {Kind.ACCESS: 0.1}, STANDARD.sureness)
    assert judge(says(erasure=30.0), bare).abstained
    assert not judge(says(access=30.0), bare).abstained


def test_the_strictest_threshold_among_the_kinds_counts():
    strict = Standard(STANDARD.weighings, {**STANDARD.thresholds, Kind.ERASURE: 1.01}, STANDARD.sureness)
    assert judge(says(access=30.0, erasure=30.0), strict).abstained


@given(scores)
def test_other_never_stands_beside_a_right(given_scores):
    kinds = judge(given_scores, STANDARD).kinds
    assert kinds
    assert Kind.OTHER not in kinds or kinds == (Kind.OTHER,)


@given(scores)
def test_probabilities_stay_between_nothing_and_certainty(given_scores):
    found = judge(given_scores, STANDARD)
    assert all(0 <= p <= 1 for p in found.probabilities.values())
    assert 0 <= found.confidence <= 1


@given(scores, st.sampled_from(list(Kind)), st.sampled_from(READERS), st.floats(0, 10))
def test_a_stronger_score_never_makes_a_kind_less_likely(given_scores, kind, reader, more):
    before = judge(given_scores, STANDARD).probabilities[kind]
    raised = {**given_scores, kind: {**given_scores[kind], reader: given_scores[kind][reader] + more}}
    assert judge(raised, STANDARD).probabilities[kind] >= before


@given(scores, st.floats(0, 1), st.floats(0, 1))
def test_a_higher_threshold_never_accepts_more(given_scores, one, two):
    low, high = sorted((one, two))
    lenient = Standard(STANDARD.weighings, dict.fromkeys(Kind, low), STANDARD.sureness)
    strict = Standard(STANDARD.weighings, dict.fromkeys(Kind, high), STANDARD.sureness)
    assert judge(given_scores, lenient).abstained <= judge(given_scores, strict).abstained


@given(st.dictionaries(st.sampled_from(list(Kind)), st.floats(0, 1), min_size=1))
def test_the_best_guess_is_never_empty(probabilities):
    assert best_guess(probabilities)


def test_agreement_of_the_readers_raises_the_confidence():
    standard = Standard(STANDARD.weighings, STANDARD.thresholds, Sureness(-1.0, 1.0, 2.0))
    together = judge(says(access=4.0), standard)
    apart = says(access=4.0)
    apart[Kind.ACCESS] = {"mails": 19.0, "sentences": -11.0}
    assert math.isclose(together.probabilities[Kind.ACCESS], judge(apart, standard).probabilities[Kind.ACCESS])
    assert together.confidence > judge(apart, standard).confidence
