"""A delivery report about one of our own mails: the outbox row and the case say so, and the officer is told."""

from __future__ import annotations

from mailbot.core.decide import Reason
from mailbot.core.kinds import Kind
from mailbot.core.lifecycle import WAITING_FOR_PERSON, Event, State
from mailbot.core.message import Message
from mailbot.flow.docket import PROGRAM, Docket
from mailbot.flow.gather import Thread
from mailbot.mail.compose import read_bounce_address
from mailbot.store import cases, outbox
from mailbot.store.tables import Case, Mail, Outgoing


def take_bounce(docket: Docket, mail: Mail, thread: Thread, message: Message) -> None:
    """Mark the mail that could not be delivered. A report of a delay, or of no mail of ours, changes nothing."""
    report = message.delivery_report
    sent = _about(docket, thread, message)
    if sent is None or (report is not None and report.action not in {"failed", ""}):
        return
    mail.case_id = sent.case_id
    if sent.state == outbox.FAILED:
        return
    outbox.record_failed(sent, report.status if report is not None else "")
    docket.session.add(sent)
    case = docket.session.get(Case, sent.case_id) if sent.case_id is not None else None
    docket.log(PROGRAM, "letter_bounced", case, outgoing=sent.id, status=sent.status)
    if case is not None:
        lay_before_officer(docket, case, mail)


def lay_before_officer(docket: Docket, case: Case, mail: Mail | None) -> None:
    """A letter of the case did not arrive: what waits for the person waits for the officer instead."""
    requests = cases.requests_of(docket.session, case.id or 0)
    waiting = [request for request in requests if State(request.state) in WAITING_FOR_PERSON]
    for request in waiting:
        docket.move(case, request, Event.QUEUE, actor=PROGRAM, reasons=(Reason.BOUNCED,))
    if not waiting:
        request = docket.add_request(case, Kind.OTHER, mail, (Reason.BOUNCED,))
        docket.move(case, request, Event.QUEUE, actor=PROGRAM, reasons=(Reason.BOUNCED,))


def _about(docket: Docket, thread: Thread, message: Message) -> Outgoing | None:
    report = message.delivery_report
    ids = [report.original_message_id] if report is not None and report.original_message_id else []
    tokens = [token for address in message.recipients if (token := read_bounce_address(address))]
    ids += [f"<{token}@{_domain(docket)}>" for token in tokens]
    found = cases.answered(docket.session, ids) or thread.answered
    return docket.session.get(Outgoing, found.id) if found is not None else None


def _domain(docket: Docket) -> str:
    return docket.parts.address.rpartition("@")[2]
