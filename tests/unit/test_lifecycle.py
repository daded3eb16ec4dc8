"""A request goes only ways that the table has, and what has ended stays ended unless an officer reopens it."""

from contextlib import suppress

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mailbot.core.lifecycle import (
    ENDED,
    OPEN,
    TRANSITIONS,
    WAITING_FOR_PERSON,
    Event,
    IllegalTransition,
    State,
    possible,
    step,
)

EVERYTHING = [(state, event) for state in State for event in Event]


@pytest.mark.parametrize(("state", "event"), EVERYTHING)
def test_a_step_is_in_the_table_or_illegal(state, event):
    if (state, event) in TRANSITIONS:
        assert step(state, event) is TRANSITIONS[state, event]
        assert event in possible(state)
    else:
        with pytest.raises(IllegalTransition, match=f"a request that is {state} cannot"):
            step(state, event)
        assert event not in possible(state)


@pytest.mark.parametrize(
    ("path", "ends"),
    [
        ((Event.ASK_PROOF, Event.PROVE, Event.APPROVE, Event.CARRY_OUT), State.DONE),
        ((Event.ASK_PROOF, Event.TAKE_BACK), State.WITHDRAWN),
        ((Event.ASK_PROOF, Event.LAPSE), State.CLOSED),
        ((Event.QUEUE, Event.APPROVE, Event.UNDO, Event.REFUSE), State.REFUSED),
        ((Event.QUEUE, Event.ASK, Event.ANSWER, Event.APPROVE, Event.FAIL), State.QUEUED),
        ((Event.APPROVE, Event.CARRY_OUT, Event.REOPEN, Event.CLOSE), State.CLOSED),
    ],
)
def test_the_ways_that_requests_go(path, ends):
    state = State.NEW
    for event in path:
        state = step(state, event)
    assert state is ends


@pytest.mark.parametrize("state", sorted(ENDED))
def test_what_has_ended_can_only_be_reopened_and_then_waits_for_the_officer(state):
    assert possible(state) == {Event.REOPEN}
    assert step(state, Event.REOPEN) is State.QUEUED


@pytest.mark.parametrize("state", sorted(State))
def test_only_an_approved_request_is_carried_out(state):
    assert (Event.CARRY_OUT in possible(state)) == (state is State.APPROVED)


@pytest.mark.parametrize("state", sorted(WAITING_FOR_PERSON))
def test_what_waits_for_a_person_lapses_or_is_taken_up_but_is_not_approved(state):
    assert Event.LAPSE in possible(state)
    assert Event.APPROVE not in possible(state)


def test_every_state_is_open_or_ended():
    assert set(State) == OPEN | ENDED
    assert not OPEN & ENDED


@pytest.mark.parametrize("state", sorted(State))
def test_from_every_state_there_is_a_way_to_an_end(state):
    reached, frontier = {state}, [state]
    while frontier:
        new = {step(one, event) for one in frontier for event in possible(one)} - reached
        reached |= new
        frontier = list(new)
    assert reached & ENDED


class AnyLife(RuleBasedStateMachine):
    """A request that anything happens to, in any order; what is illegal changes nothing."""

    def __init__(self):
        super().__init__()
        self.state = State.NEW
        self.approved = False

    @rule(event=st.sampled_from(Event))
    def something_happens(self, event):
        before = self.state
        with suppress(IllegalTransition):
            self.state = step(before, event)
        if event is Event.CARRY_OUT and self.state is not before:
            assert self.approved
        if before is not self.state:
            self.approved = self.state is State.APPROVED

    @precondition(lambda self: self.state in ENDED)
    @rule(event=st.sampled_from(sorted(set(Event) - {Event.REOPEN})))
    def what_has_ended_stays_ended(self, event):
        with pytest.raises(IllegalTransition):
            step(self.state, event)

    @invariant()
    def something_can_always_happen(self):
        assert possible(self.state)


AnyLife.TestCase.settings = settings(max_examples=50, stateful_step_count=25)
TestAnyLife = AnyLife.TestCase
