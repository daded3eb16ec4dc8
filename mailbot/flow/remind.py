"""A confirmation that nobody has answered is asked once more, half-way through its time."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import aliased
from sqlmodel import col, exists, select

from mailbot.core.kinds import Kind
from mailbot.core.letters import Confirmation
from mailbot.core.lifecycle import State
from mailbot.flow.docket import Docket
from mailbot.flow.gather import IDENTITY
from mailbot.flow.parts import Parts
from mailbot.store import cases
from mailbot.store.engine import transaction
from mailbot.store.tables import Case, Outgoing, Proof, Request

BATCH = 100


def remind_of_proofs(parts: Parts) -> int:
    """Repeat the confirmations whose time is half over. How many that were.

    A reminder is a confirmation sent: it counts against `policy.proof_attempts`. Of a new address nobody is reminded,
    since it may be a stranger's.
    """
    now = parts.now()
    newer = aliased(Proof)
    query = (
        select(Proof)
        .join(Outgoing, col(Proof.outgoing_id) == Outgoing.id)
        .where(
            Proof.purpose == IDENTITY,
            Outgoing.template == Confirmation.template,
            col(Proof.answered_at).is_(None),
            col(Proof.expires_at) > now,
            col(Proof.created_at) <= now - timedelta(days=parts.policy.proof_days) / 2,
            ~exists(select(newer.id).where(newer.case_id == Proof.case_id, col(newer.id) > col(Proof.id))),
            exists(select(Request.id).where(Request.case_id == Proof.case_id, Request.state == State.AWAITING_PROOF)),
        )
        .order_by(col(Proof.id))
        .limit(BATCH)
    )
    with transaction(parts.engine) as session:
        docket = Docket(session, parts, now)
        return sum(_remind(docket, proof) for proof in session.exec(query).all())


def _remind(docket: Docket, asked: Proof) -> bool:
    session = docket.session
    if len(cases.proofs_of(session, asked.case_id)) >= docket.parts.policy.proof_attempts:
        return False
    waiting = [r for r in cases.requests_of(session, asked.case_id) if r.state == State.AWAITING_PROOF]
    docket.remind_of_proof(session.get_one(Case, asked.case_id), asked, tuple(Kind(r.kind) for r in waiting))
    return True
