"""Taking back what was asked for: what is not carried out yet is withdrawn, and no confirmation holds any more."""

from __future__ import annotations

from mailbot.core.decide import Reason
from mailbot.core.kinds import Kind
from mailbot.core.lifecycle import Event, State
from mailbot.flow.docket import PERSON, Docket, cancel_work
from mailbot.store import cases
from mailbot.store.tables import Case, Request


def withdraw(docket: Docket, case: Case) -> tuple[tuple[Kind, ...], bool]:
    """Withdraw the open rights of a case, as the person wants.

    What lies with the officer for reading (`other`) stays there.

    Returns:
        What was withdrawn, and whether something was left that is being carried out at this moment.
    """
    rights = [one for one in cases.requests_of(docket.session, case.id or 0) if one.kind != Kind.OTHER]
    still_open = [request for request in rights if cases.is_open(request)]
    withdrawn = [request for request in still_open if _withdraw(docket, case, request)]
    for proof in cases.proofs_of(docket.session, case.id or 0):
        if proof.answered_at is None:
            proof.answered_at, proof.answer = docket.now, Reason.TAKEN_BACK
    return tuple(dict.fromkeys(Kind(request.kind) for request in withdrawn)), len(withdrawn) < len(still_open)


def _withdraw(docket: Docket, case: Case, request: Request) -> bool:
    reasons = (Reason.TAKEN_BACK,)
    if State(request.state) is State.APPROVED:
        if not cancel_work(docket, request):
            return False
        docket.move(case, request, Event.TAKE_BACK, actor=PERSON, reasons=reasons)
    docket.move(case, request, Event.TAKE_BACK, actor=PERSON, reasons=reasons)
    return True
