"""The life of one request as one table: which event leads from which state to which."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class State(StrEnum):
    """Where a request stands."""

    NEW = "new"
    """Read, not yet decided on; never left standing in the store."""
    AWAITING_PROOF = "awaiting_proof"
    """A one-time confirmation was sent to the registered address."""
    AWAITING_PERSON = "awaiting_person"
    """The person was asked something and has to answer."""
    QUEUED = "queued"
    """Waits for an officer."""
    APPROVED = "approved"
    """Decided; to be carried out when the undo window has passed."""
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    """Taken back by the person, or denied by the owner of the registered address."""
    CLOSED = "closed"
    """Ended by an officer, or unanswered, without being carried out."""


class Event(StrEnum):
    """What can happen to a request."""

    ASK_PROOF = "ask_proof"
    PROVE = "prove"
    ASK = "ask"
    ANSWER = "answer"
    QUEUE = "queue"
    APPROVE = "approve"
    UNDO = "undo"
    CARRY_OUT = "carry_out"
    FAIL = "fail"
    REFUSE = "refuse"
    TAKE_BACK = "take_back"
    LAPSE = "lapse"
    CLOSE = "close"
    REOPEN = "reopen"


class IllegalTransition(ValueError):
    """The event cannot happen in that state."""

    def __init__(self, state: State, event: Event) -> None:
        super().__init__(f"a request that is {state} cannot {event.replace('_', ' ')}")
        self.state, self.event = state, event


_S, _E = State, Event

TRANSITIONS: Mapping[tuple[State, Event], State] = MappingProxyType(
    {
        (_S.NEW, _E.ASK_PROOF): _S.AWAITING_PROOF,
        (_S.NEW, _E.ASK): _S.AWAITING_PERSON,
        (_S.NEW, _E.QUEUE): _S.QUEUED,
        (_S.NEW, _E.APPROVE): _S.APPROVED,
        (_S.AWAITING_PROOF, _E.PROVE): _S.NEW,
        (_S.AWAITING_PROOF, _E.QUEUE): _S.QUEUED,
        (_S.AWAITING_PROOF, _E.TAKE_BACK): _S.WITHDRAWN,
        (_S.AWAITING_PROOF, _E.LAPSE): _S.CLOSED,
        (_S.AWAITING_PROOF, _E.REFUSE): _S.REFUSED,
        (_S.AWAITING_PROOF, _E.CLOSE): _S.CLOSED,
        (_S.AWAITING_PERSON, _E.ANSWER): _S.QUEUED,
        (_S.AWAITING_PERSON, _E.QUEUE): _S.QUEUED,
        (_S.AWAITING_PERSON, _E.TAKE_BACK): _S.WITHDRAWN,
        (_S.AWAITING_PERSON, _E.LAPSE): _S.CLOSED,
        (_S.AWAITING_PERSON, _E.REFUSE): _S.REFUSED,
        (_S.AWAITING_PERSON, _E.CLOSE): _S.CLOSED,
        (_S.QUEUED, _E.APPROVE): _S.APPROVED,
        (_S.QUEUED, _E.ASK_PROOF): _S.AWAITING_PROOF,
        (_S.QUEUED, _E.ASK): _S.AWAITING_PERSON,
        (_S.QUEUED, _E.REFUSE): _S.REFUSED,
        (_S.QUEUED, _E.TAKE_BACK): _S.WITHDRAWN,
        (_S.QUEUED, _E.CLOSE): _S.CLOSED,
        (_S.APPROVED, _E.UNDO): _S.QUEUED,
        (_S.APPROVED, _E.CARRY_OUT): _S.DONE,
        (_S.APPROVED, _E.FAIL): _S.QUEUED,
        (_S.APPROVED, _E.TAKE_BACK): _S.QUEUED,
        (_S.CLOSED, _E.REOPEN): _S.QUEUED,
        (_S.DONE, _E.REOPEN): _S.QUEUED,
        (_S.REFUSED, _E.REOPEN): _S.QUEUED,
        (_S.WITHDRAWN, _E.REOPEN): _S.QUEUED,
    }
)

ENDED = frozenset({State.DONE, State.REFUSED, State.WITHDRAWN, State.CLOSED})
WAITING_FOR_PERSON = frozenset({State.AWAITING_PROOF, State.AWAITING_PERSON})
OPEN = frozenset(State) - ENDED


def step(state: State, event: Event) -> State:
    """The state after an event.

    Raises:
        IllegalTransition: the table has no such step.
    """
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise IllegalTransition(state, event) from None


def possible(state: State) -> frozenset[Event]:
    """What can happen in a state; the console offers an officer nothing else."""
    return frozenset(event for origin, event in TRANSITIONS if origin is state)
