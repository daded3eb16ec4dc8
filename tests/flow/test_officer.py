"""What an officer can do, what is refused, and what is carried out as approved."""

import pytest

from mailbot.core.letters import RefusalGround
from mailbot.errors import UsageError
from mailbot.flow import act, officer
from mailbot.store.tables import AuditEntry, Correction, Erasure, Outgoing, Request, Work
from tests.flow.conftest import ANNA, World

EVA = "eva"


@pytest.fixture
def waiting(world: World) -> World:
    """An erasure that is proven and waits for the officer."""
    world.receive(ANNA, "erasure")
    world.answer(ANNA, "Ja")
    assert world.requests() == [("erasure", "queued")]
    return world


def number(world: World) -> str:
    return world.case().number


def test_what_was_approved_is_carried_out_and_answered(waiting: World) -> None:
    officer.approve(waiting.parts, number(waiting), EVA)
    waiting.run()

    assert waiting.held("contacts") == []
    assert waiting.requests() == [("erasure", "done")]
    assert waiting.written()[-1] == ("done", ANNA)
    assert {entry.dataset for entry in waiting.rows(Erasure)} >= {"contacts"}
    assert "anna" not in str([entry.model_dump() for entry in waiting.rows(Erasure)])


def test_the_preview_is_word_for_word_what_the_person_gets(waiting: World) -> None:
    (request,) = waiting.rows(Request)
    shown = officer.preview(waiting.parts, waiting.case(), request)

    officer.approve(waiting.parts, number(waiting), EVA, seen_digest=shown.digest)
    waiting.run()

    sent = waiting.server.taken[-1].raw.decode()
    assert shown.letters[0][1].subject[:20] in sent


def test_an_approval_of_what_has_changed_since_is_refused(waiting: World) -> None:
    (request,) = waiting.rows(Request)
    shown = officer.preview(waiting.parts, waiting.case(), request)
    waiting.receive(ANNA, "erasure now", In_Reply_To=waiting.letters()[-1].message_id)

    with pytest.raises(officer.ChangedSince):
        officer.approve(waiting.parts, number(waiting), EVA, request.id, seen_digest=shown.digest)


def test_data_that_changes_after_the_approval_brings_it_back_to_the_officer(waiting: World) -> None:
    officer.approve(waiting.parts, number(waiting), EVA)
    with waiting.register_engine.begin() as connection:
        connection.exec_driver_sql("UPDATE contacts SET title = 'Kanslichef'")

    waiting.run()

    assert waiting.requests() == [("erasure", "queued")]
    assert waiting.reasons()[0] == ["changed_since"]
    assert len(waiting.held("contacts")) == 1


def test_an_approval_can_be_undone_while_its_window_is_open(new_world) -> None:
    world = new_world(policy={"undo_seconds": 30})
    world.receive(ANNA, "erasure")
    world.answer(ANNA, "Ja")
    officer.approve(world.parts, number(world), EVA)
    world.run()

    officer.undo(world.parts, number(world), EVA)
    world.pass_by(minutes=5)
    world.run()

    assert world.requests() == [("erasure", "queued")]
    assert len(world.held("contacts")) == 1


def test_after_the_window_it_is_carried_out_and_cannot_be_undone(new_world) -> None:
    world = new_world(policy={"undo_seconds": 30})
    world.receive(ANNA, "erasure")
    world.answer(ANNA, "Ja")
    officer.approve(world.parts, number(world), EVA)
    world.pass_by(seconds=31)

    with pytest.raises(officer.NotPossible, match="too late"):
        officer.undo(world.parts, number(world), EVA)
    world.run()
    assert world.held("contacts") == []


def test_a_request_of_somebody_unproven_cannot_be_approved(world: World) -> None:
    world.receive(ANNA, "erasure")
    world.receive(ANNA, "erasure again")

    with pytest.raises(officer.NotPossible, match="claimed"):
        officer.approve(world.parts, number(world), EVA, 2)


def test_vouching_says_who_and_how_and_makes_approval_possible(world: World) -> None:
    world.receive("okand@privat.example", "erasure")
    world.receive("okand@privat.example", "it is me, anna", In_Reply_To=world.letters()[-1].message_id)

    officer.vouch(world.parts, number(world), EVA, "Ringde växeln och talade med henne", ANNA)
    officer.approve(world.parts, number(world), EVA, 1)
    world.run()

    assert world.held("contacts") == []
    assert world.written()[-1] == ("done", ANNA)


@pytest.mark.parametrize(("ground", "reasons"), [("", "skäl"), ("legal_claims", " "), ("därför", "skäl")])
def test_no_refusal_without_ground_and_reasons(waiting: World, ground: str, reasons: str) -> None:
    with pytest.raises(UsageError):
        officer.refuse(waiting.parts, number(waiting), EVA, ground, reasons)
    assert waiting.requests() == [("erasure", "queued")]


def test_a_refusal_ends_the_request_and_is_told(waiting: World) -> None:
    officer.refuse(waiting.parts, number(waiting), EVA, RefusalGround.LEGAL_CLAIMS, "Behövs i en tvist.")

    assert waiting.requests() == [("erasure", "refused")]
    assert waiting.written()[-1] == ("refused", ANNA)
    assert waiting.case().closed_at is not None


def test_an_extension_is_told_once_and_inside_the_month(waiting: World) -> None:
    officer.extend(waiting.parts, number(waiting), EVA, "Många uppgifter i flera system.")

    (request,) = waiting.rows(Request)
    assert request.due.isoformat() == "2026-06-02"
    assert waiting.written()[-1] == ("extended", ANNA)
    with pytest.raises(officer.NotPossible, match="extended before"):
        officer.extend(waiting.parts, number(waiting), EVA, "En gång till.")


def test_no_extension_after_the_deadline_or_without_a_reason(waiting: World) -> None:
    with pytest.raises(UsageError):
        officer.extend(waiting.parts, number(waiting), EVA, "")
    waiting.pass_by(days=40)
    with pytest.raises(officer.NotPossible, match="first month"):
        officer.extend(waiting.parts, number(waiting), EVA, "Många uppgifter.")


def test_a_question_waits_for_the_person_and_the_answer_comes_back_to_the_officer(waiting: World) -> None:
    officer.ask(waiting.parts, number(waiting), EVA, "Menar du även kursanmälningarna?")
    assert waiting.requests() == [("erasure", "awaiting_person")]
    assert waiting.written()[-1] == ("question", ANNA)

    waiting.answer(ANNA, "alltihop")

    assert waiting.requests() == [("erasure", "queued")]


def test_a_mail_read_wrongly_is_put_right_and_decided_anew(world: World) -> None:
    world.receive(ANNA, "? hard to tell")

    officer.correct(world.parts, number(world), EVA, officer.kinds_named(["erasure", "access"]))

    assert world.requests() == [("other", "closed"), ("erasure", "queued"), ("access", "queued")]


def test_what_is_learnt_from_a_correction_names_nobody(world: World) -> None:
    world.receive(ANNA, "? ta bort mig, mvh Anna Ek 070-174 06 10")

    officer.correct(world.parts, number(world), EVA, officer.kinds_named(["erasure"]))

    (learnt,) = world.rows(Correction)
    assert learnt.kinds == ["erasure"]
    assert "ta bort mig" in learnt.text
    assert "Anna Ek" not in learnt.text
    assert "070-174" not in learnt.text


def test_what_is_no_right_is_said_so() -> None:
    with pytest.raises(UsageError, match="deletion"):
        officer.kinds_named(["deletion"])


def test_closing_wants_a_reason(world: World) -> None:
    world.receive(ANNA, "nothing in particular")
    with pytest.raises(UsageError):
        officer.close(world.parts, number(world), EVA, "")

    officer.close(world.parts, number(world), EVA, "Reklam")

    assert world.requests() == [("other", "closed")]


def test_an_unknown_case_is_named(world: World) -> None:
    with pytest.raises(officer.NoSuchCase, match="DS-2026-99999"):
        officer.approve(world.parts, "DS-2026-99999", EVA)


def test_of_several_requests_one_has_to_be_named(world: World) -> None:
    world.receive(ANNA, "erasure restriction")
    world.answer(ANNA, "Ja")

    with pytest.raises(officer.NotPossible, match="say which"):
        officer.approve(world.parts, number(world), EVA)


def test_every_act_is_logged_with_who(waiting: World) -> None:
    officer.approve(waiting.parts, number(waiting), EVA)

    assert ("officer:eva", "approve") in [(entry.actor, entry.action) for entry in waiting.rows(AuditEntry)]


def test_a_source_that_is_down_is_tried_again_and_then_laid_before_the_officer(
    waiting: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer.approve(waiting.parts, number(waiting), EVA)
    with monkeypatch.context() as patch:
        patch.setattr(type(waiting.app.register), "apply", lambda *_: (_ for _ in ()).throw(ConnectionError()))
        for _ in range(act.ATTEMPTS - 1):
            waiting.run()
            waiting.pass_by(hours=1)
        assert waiting.requests() == [("erasure", "approved")]
        waiting.run()

    assert waiting.requests() == [("erasure", "queued")]
    assert waiting.reasons()[0] == ["source_failed"]
    assert waiting.rows(Work)[0].result == "ConnectionError"


def test_a_crash_after_applying_is_finished_once_and_answered_once(
    waiting: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """As SIGKILL: nothing can catch it."""

    def kill(*_: object) -> None:
        raise Killed

    officer.approve(waiting.parts, number(waiting), EVA)
    before = len(waiting.rows(Outgoing))
    with monkeypatch.context() as patch:
        patch.setattr(act, "_finish", kill)
        with pytest.raises(Killed):
            waiting.run()
    assert waiting.held("contacts") == []

    waiting.pass_by(minutes=10)
    waiting.run()

    assert waiting.requests() == [("erasure", "done")]
    assert len(waiting.rows(Outgoing)) == before + 1
