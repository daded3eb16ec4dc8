"""What an officer can do with a case. Each act is one transaction: checked, logged with who and why, carried out later.

Console and commands call these functions and nothing else; what was approved is what is carried out, by its digest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session

from mailbot.core.deadlines import STOCKHOLM, ExtensionRefused
from mailbot.core.deadlines import extend as extend_clock
from mailbot.core.decide import Reason
from mailbot.core.identity import Level
from mailbot.core.kinds import RIGHTS, Kind, Language
from mailbot.core.letters import Extended, Letter, Question, RefusalGround, Refused, Rendered, RestrictionEnding
from mailbot.core.lifecycle import Event, IllegalTransition, State, possible
from mailbot.core.plan import Plan
from mailbot.core.plandata import digest
from mailbot.errors import MailbotError, UsageError
from mailbot.flow import learning
from mailbot.flow.answers import Addressed, letters
from mailbot.flow.docket import Docket, cancel_work, clock_of, greeting
from mailbot.flow.handover import means
from mailbot.flow.lift import CANCELLED, announced, restricts
from mailbot.flow.parts import Parts
from mailbot.flow.plans import make
from mailbot.flow.post import Envelope, post
from mailbot.store import cases
from mailbot.store.engine import transaction
from mailbot.store.tables import Case, Lifting, Mail, Request

CODE_SHOWN = "••••-••••-••••-••••"
"""What stands in a preview for the code that is drawn when the copy is made."""
LINK_END_SHOWN = "••••••••"
"""What stands in a preview for the link's token, which is drawn then, too."""


class NoSuchCase(UsageError, LookupError):
    """There is no case or request of that number."""


class NotPossible(MailbotError, ValueError):
    """The act is not possible as the case stands; the message says why and what is."""


class ChangedSince(NotPossible):
    """The case or the data has changed since the officer looked at it."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What approving would do: the plan, every letter word for word, and the digest that stands for both."""

    case: Case
    request: Request
    plan: Plan
    letters: tuple[tuple[Addressed, Rendered], ...]
    digest: str
    obstacle: str = ""
    """Why it cannot be approved as it stands: `identity`, `not_a_right`, `state`, or '' when it can."""


def preview(parts: Parts, case: Case, request: Request) -> Preview:
    """What approving a request would do as things stand now."""
    plan = make(parts, case, request)
    by = means(parts, Language(case.language), CODE_SHOWN, LINK_END_SHOWN)
    rendered = tuple((one, parts.replies.render(one.letter)) for one in letters(case, request, plan, by))
    whole = [digest(plan), case.version, [[one.to, words.subject, words.text] for one, words in rendered]]
    seal = hashlib.sha256(json.dumps(whole, ensure_ascii=False).encode()).hexdigest()
    return Preview(case, request, plan, rendered, seal, _obstacle(parts, case, request))


def approve(
    parts: Parts, number: str, officer: str, request_id: int | None = None, seen_digest: str | None = None
) -> Request:
    """Approve a request; it is carried out when the undo window has passed.

    Args:
        parts: the installation.
        number: the case's number.
        officer: who approves.
        request_id: which of its requests; needed only where several wait.
        seen_digest: `Preview.digest` of what the officer looked at; None approves what stands now.

    Raises:
        NoSuchCase: there is no such case, or no such request in it.
        NotPossible: nothing waits to be approved, several do, or the person is not identified well enough.
        ChangedSince: it is not what the officer looked at any more.
    """
    with _opened(parts, number) as (docket, case):
        request = _choose(docket.session, case, request_id, Event.APPROVE)
        shown = preview(parts, case, request)
        if shown.obstacle:
            raise NotPossible(_WHY[shown.obstacle].format(case=case.number, kind=request.kind, level=case.level))
        if seen_digest is not None and seen_digest != shown.digest:
            raise ChangedSince(f"{case.number}: the case or its data has changed since you looked; look again")
        undo = timedelta(seconds=parts.policy.undo_seconds)
        docket.schedule(case, request, shown.plan, actor=_actor(officer), undo=undo)
        return request


def undo(parts: Parts, number: str, officer: str, request_id: int | None = None) -> Request:
    """Take back an approval while its undo window is open.

    Raises:
        NotPossible: it has been carried out already, or is about to be.
    """
    with _opened(parts, number) as (docket, case):
        request = _choose(docket.session, case, request_id, Event.UNDO)
        window = timedelta(seconds=parts.policy.undo_seconds)
        over = request.decided_at is None or docket.now >= request.decided_at + window
        if over or not cancel_work(docket, request):
            raise NotPossible(f"{case.number}: too late to undo; it is being carried out")
        docket.move(case, request, Event.UNDO, actor=_actor(officer), reasons=(Reason.UNDONE,))
        return request


def refuse(
    parts: Parts, number: str, officer: str, ground: str, reasons: str, request_id: int | None = None
) -> Request:
    """Refuse a request with ground and reasons; the person is told, with IMY and the judicial remedy (12(4), rule 15).

    Raises:
        UsageError: the ground is none of `RefusalGround`, or the reasons are missing.
    """
    _require_ground(ground)
    _require(reasons, "a refusal needs reasons that the person can understand (--reasons)")
    with _opened(parts, number) as (docket, case):
        request = _choose(docket.session, case, request_id, Event.REFUSE)
        _require_right(request)
        request.decided_by, request.decided_at = _actor(officer), docket.now
        request.decision_ground = ground
        docket.move(case, request, Event.REFUSE, actor=_actor(officer), reasons=(Reason.REFUSED,))
        letter = Refused(**greeting(case), kind=Kind(request.kind), ground=ground, reasons=reasons)
        _write(docket, case, request, letter)
        return request


def extend(parts: Parts, number: str, officer: str, reason: str, request_id: int | None = None) -> Request:
    """Extend the time by two months, with a notice that gives the reason (12(3), rule 5).

    Raises:
        UsageError: no reason is given.
        NotPossible: the first due date has passed, or it was extended before.
    """
    _require(reason, "an extension needs a reason (--reason): complexity or number of requests")
    with _opened(parts, number) as (docket, case):
        request = _choose(docket.session, case, request_id, None)
        _require_right(request)
        try:
            clock = extend_clock(clock_of(request), reason, docket.now.astimezone(STOCKHOLM).date())
        except ExtensionRefused as error:
            raise NotPossible(f"{case.number}: {_NO_EXTENSION[str(error)]}") from None
        request.due, request.extended, request.extension_reason = clock.due, True, reason
        docket.touch(case)
        docket.log(_actor(officer), "extended", case, request=request.id, due=clock.due.isoformat())
        letter = Extended(**greeting(case), kind=Kind(request.kind), reasons=reason, due=clock.due)
        _write(docket, case, request, letter)
        return request


def ask(parts: Parts, number: str, officer: str, question: str, request_id: int | None = None) -> Request:
    """Ask the person something; the request waits for the answer, the clock goes on (rule 6)."""
    _require(question, "asking needs a question (--question)")
    with _opened(parts, number) as (docket, case):
        request = _choose(docket.session, case, request_id, Event.ASK)
        docket.move(case, request, Event.ASK, actor=_actor(officer), reasons=(Reason.ASKED,))
        _write(docket, case, request, Question(**greeting(case), question=question))
        return request


def ask_proof(parts: Parts, number: str, officer: str, request_id: int | None = None) -> Request:
    """Send a one-time confirmation to the registered address.

    Raises:
        NotPossible: no registered address is known.
    """
    with _opened(parts, number) as (docket, case):
        request = _choose(docket.session, case, request_id, Event.ASK_PROOF)
        _require_right(request)
        if case.answer_to is None:
            raise NotPossible(f"{case.number}: no registered address is known to send a confirmation to; vouch or ask")
        docket.move(case, request, Event.ASK_PROOF, actor=_actor(officer), reasons=(Reason.ASKED,))
        docket.ask_proof(case, case.answer_to, (Kind(request.kind),))
        return request


def vouch(parts: Parts, number: str, officer: str, how: str, address: str | None = None) -> Case:
    """Say how one knows who the person is, and – if the registers did not tell – which registered address is theirs.

    Raises:
        UsageError: `how` is missing.
        NotPossible: no register knows the address, or none is known.
    """
    _require(how, "vouching needs how you know who it is (--how)")
    with _opened(parts, number) as (docket, case):
        wanted = address or case.answer_to
        person = parts.register.find(wanted) if wanted else None
        if person is None:
            raise NotPossible(f"{case.number}: no registered person; name a registered address (--address)")
        case.person, case.answer_to, case.name = person.key, wanted, person.name
        case.vouched_by, case.vouched_how = _actor(officer), how
        docket.raise_level(case, Level.VOUCHED)
        docket.touch(case)
        docket.log(_actor(officer), "vouched", case)
        return case


def close(parts: Parts, number: str, officer: str, reason: str, request_id: int | None = None) -> Request:
    """End a request without carrying it out or refusing it, such as a mail that asks for nothing.

    Raises:
        UsageError: no reason is given.
    """
    _require(reason, "closing needs a reason (--reason)")
    with _opened(parts, number) as (docket, case):
        request = _choose(docket.session, case, request_id, Event.CLOSE)
        request.decided_by, request.decided_at, request.decision_ground = _actor(officer), docket.now, reason
        docket.move(case, request, Event.CLOSE, actor=_actor(officer), reasons=(Reason.CLOSED,))
        return request


def correct(
    parts: Parts, number: str, officer: str, kinds: Sequence[Kind], request_id: int | None = None
) -> list[Request]:
    """Say what a mail really asks for: the request becomes these rights (or, with none, stays for closing).

    Raises:
        UsageError: no kind is given.
    """
    if not kinds:
        raise UsageError("say which rights the mail invokes (--kinds), or close the request")
    with _opened(parts, number) as (docket, case):
        old = _choose(docket.session, case, request_id, Event.CLOSE)
        mail = docket.session.get(Mail, old.mail_id) if old.mail_id is not None else None
        new = [docket.add_request(case, kind, mail) for kind in dict.fromkeys(kinds)]
        for request in new:
            request.changes = old.changes
            docket.move(case, request, Event.QUEUE, actor=_actor(officer), reasons=(Reason.READ_BY_OFFICER,))
        docket.move(case, old, Event.CLOSE, actor=_actor(officer), reasons=(Reason.READ_BY_OFFICER,))
        if mail is not None:
            learning.remember(docket, mail, officer, _rights_of(docket.session, case, mail))
        return new


def _rights_of(session: Session, case: Case, mail: Mail) -> list[Kind]:
    """What a mail asks for, as it stands now."""
    requests = [request for request in cases.requests_of(session, case.id or 0) if request.mail_id == mail.id]
    return [Kind(request.kind) for request in requests if request.state != State.CLOSED and request.kind != Kind.OTHER]


def lift(parts: Parts, number: str, officer: str, reason: str, request_id: int | None = None) -> Lifting:
    """End a restriction: the person is told why and from which day, and on that day it is lifted (18(3), rule 20).

    Raises:
        UsageError: no reason is given.
        NotPossible: nothing is restricted by the request, its end is announced already, or nobody can be told.
    """
    _require(reason, "lifting a restriction needs a reason (--reason) that the person is told")
    with _opened(parts, number) as (docket, case):
        request = _restricting(docket.session, case, request_id)
        if announced(docket.session, request.id or 0) is not None:
            raise NotPossible(f"{case.number}: the person is told already (`mailbot lift --cancel` takes it back)")
        if case.answer_to is None:
            raise NotPossible(f"{case.number}: no registered address is known to tell; vouch for one (`mailbot vouch`)")
        day = docket.now.astimezone(STOCKHOLM).date() + timedelta(days=parts.policy.lift_days)
        letter = RestrictionEnding(**greeting(case), reasons=reason, day=day)
        envelope = Envelope(case.answer_to, case, request.id, automatic=False)
        sent = post(docket.session, parts, letter, envelope, now=docket.now)
        lifting = Lifting(request_id=request.id or 0, day=day, outgoing_id=sent.id or 0, decided_by=_actor(officer))
        docket.session.add(lifting)
        docket.session.flush()
        docket.touch(case)
        docket.log(_actor(officer), "lifting_announced", case, request=request.id, day=day.isoformat())
        return lifting


def keep_restricted(parts: Parts, number: str, officer: str, request_id: int | None = None) -> Lifting:
    """Let a restriction stay whose end has been announced, such as when the person objects. They are not written to.

    Raises:
        NotPossible: no end is announced.
    """
    with _opened(parts, number) as (docket, case):
        request = _restricting(docket.session, case, request_id)
        lifting = announced(docket.session, request.id or 0)
        if lifting is None:
            raise NotPossible(f"{case.number}: no end of the restriction is announced")
        lifting.ended_at, lifting.result = docket.now, CANCELLED
        docket.touch(case)
        docket.log(_actor(officer), "lifting_cancelled", case, request=request.id)
        return lifting


def _restricting(session: Session, case: Case, request_id: int | None) -> Request:
    """The carried-out request that restricted something.

    Raises:
        NotPossible: there is none, or several.
    """
    able = [one for one in cases.requests_of(session, case.id or 0) if one.state == State.DONE and restricts(one)]
    meant = [one for one in able if request_id in {None, one.id}]
    if len(meant) > 1:
        raise NotPossible(f"{case.number}: say which request: {_listed(meant)}")
    if not meant:
        raise NotPossible(f"{case.number}: no restriction in it to lift")
    return meant[0]


def kinds_named(names: Sequence[str]) -> list[Kind]:
    """Kinds from their names.

    Raises:
        UsageError: naming what is no right.
    """
    known = {kind.value: kind for kind in RIGHTS}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UsageError(f"{unknown[0]}: no right; they are {', '.join(known)}")
    return [known[name] for name in names]


@contextmanager
def _opened(parts: Parts, number: str) -> Iterator[tuple[Docket, Case]]:
    now = parts.now()
    with transaction(parts.engine) as session:
        case = cases.case_by_number(session, number)
        if case is None:
            raise NoSuchCase(f"{number}: no such case; `mailbot queue` lists those that wait")
        try:
            yield Docket(session, parts, now), case
        except IllegalTransition as error:
            raise NotPossible(f"{case.number}: {error}") from None


def _choose(session: Session, case: Case, request_id: int | None, event: Event | None) -> Request:
    """The request meant: the one named, or the only one of the case that the act is possible for.

    Raises:
        NoSuchCase: the case has no such request.
        NotPossible: there is none that the act is possible for, or several.
    """
    requests = cases.requests_of(session, case.id or 0)
    if request_id is not None:
        named = next((request for request in requests if request.id == request_id), None)
        if named is None:
            raise NoSuchCase(f"{case.number} has no request {request_id}; it has {_listed(requests)}")
        return named
    able = [request for request in requests if _fits(request, event)]
    if not able:
        raise NotPossible(f"{case.number}: nothing in it can be handled so; it has {_listed(requests)}")
    if len(able) > 1:
        raise NotPossible(f"{case.number}: say which request: {_listed(able)}")
    return able[0]


def _fits(request: Request, event: Event | None) -> bool:
    return cases.is_open(request) if event is None else event in possible(State(request.state))


def _listed(requests: Sequence[Request]) -> str:
    return ", ".join(f"{request.id} ({request.kind}, {request.state})" for request in requests) or "none"


def _obstacle(parts: Parts, case: Case, request: Request) -> str:
    kind = Kind(request.kind)
    if kind is Kind.OTHER:
        return "not_a_right"
    if Event.APPROVE not in possible(State(request.state)):
        return "state"
    ruled_as = Kind.CONSENT_WITHDRAWAL if request.marketing else kind
    if case.answer_to is None or Level.from_code(case.level) < parts.policy.rule(ruled_as).needed:
        return "identity"
    return ""


_WHY = {
    "not_a_right": "{case}: nothing to approve; say what the mail asks for (`mailbot correct`) or close it",
    "state": "{case}: the request does not wait for approval",
    "identity": "{case}: the person is only '{level}', too little for {kind};"
    " ask for a confirmation (`mailbot ask --proof`) or vouch (`mailbot vouch`)",
}
_NO_EXTENSION = {
    "no_reason": "an extension needs a reason",
    "already_extended": "it has been extended before; Article 12(3) allows it once",
    "too_late": "the first month is over; an extension has to be told inside it (Article 12(3))",
}


def _write(docket: Docket, case: Case, request: Request, letter: Letter) -> None:
    """What an officer writes to the person, to the registered address if there is one."""
    to = case.answer_to or case.address
    if to is not None:
        post(docket.session, docket.parts, letter, Envelope(to, case, request.id, automatic=False), now=docket.now)


def _require(text: str, message: str) -> None:
    if not text.strip():
        raise UsageError(message)


def _require_ground(ground: str) -> None:
    if ground not in tuple(RefusalGround):
        raise UsageError(f"a refusal needs its ground (--ground), one of {', '.join(RefusalGround)}")


def _require_right(request: Request) -> None:
    if request.kind == Kind.OTHER:
        raise NotPossible("only a right can be answered so; say what the mail asks for first (`mailbot correct`)")


def _actor(officer: str) -> str:
    return f"officer:{officer}"
