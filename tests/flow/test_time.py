"""What time alone does: questions that lapse, content that is removed, data that is purged."""

from datetime import date

from mailbot.core.lifecycle import State
from mailbot.flow import officer, retain
from mailbot.mail.smtp import Retry
from mailbot.registers.csv_import import import_csv
from mailbot.store import audit
from mailbot.store.engine import reading
from mailbot.store.tables import Case, Duty, Mail, Outgoing, ReminderSent, Request, StoredMail
from tests.flow.conftest import ANNA, World

EVENTS = """\
name,email,title,organisation,mobile,dietary,personal_id,event,event_date,invoiced_at
Anna Ek,anna@kund.example,HR-chef,Norrtälje kommun,070-174 06 10,nötallergi,,Kunddag 2025,2025-05-20,2025-06-01
"""
ENQUIRIES = """\
name,email,organisation,message,created_at,last_activity_at
Bo Berg,bo@kund.example,Gnesta kommun,Kan vi få en offert?,2025-01-10,2025-01-20
"""


def hold(world: World, dataset: str, rows: str) -> None:
    path = world.app.settings.data_dir / f"{dataset}.csv"
    path.write_text(rows, encoding="utf-8")
    import_csv(world.register_engine, dataset, path)


def test_an_unanswered_confirmation_lapses_and_the_owner_is_told(world: World) -> None:
    world.receive(ANNA, "erasure")
    world.pass_by(days=15)
    world.run()

    assert world.requests() == [("erasure", "closed")]
    assert world.written()[-1] == ("lapsed", ANNA)
    assert world.held("contacts")


def test_a_yes_after_the_time_is_the_officers(world: World) -> None:
    world.receive(ANNA, "erasure")
    confirmation = world.letters()[-1].message_id
    world.pass_by(days=15)
    world.run()

    world.receive(ANNA, "Ja", In_Reply_To=confirmation)

    assert world.requests() == [("erasure", "closed"), ("other", "queued")]
    assert world.held("contacts")


def test_somebody_unknown_who_never_answers_is_closed_without_another_mail(world: World) -> None:
    world.receive("okand@privat.example", "access")
    world.pass_by(days=15)
    world.run()

    assert world.requests() == [("access", "closed")]
    assert [template for template, _ in world.written()] == ["unknown_sender"]


def test_a_question_of_the_officers_that_nobody_answers_comes_back(world: World) -> None:
    world.receive(ANNA, "erasure")
    world.answer(ANNA, "Ja")
    officer.ask(world.parts, world.case().number, "eva", "Gäller det även kurserna?")
    world.pass_by(days=15)
    world.run()

    assert world.requests() == [("erasure", "queued")]
    assert world.reasons() == [["no_answer"]]


def test_content_is_removed_and_the_log_still_verifies(world: World) -> None:
    world.receive(ANNA, "consent_withdrawal")
    world.pass_by(days=91)
    world.run()

    case = world.rows(Case)[0]
    assert (case.address, case.answer_to, case.name, case.thread) == (None, None, "", [])
    assert world.rows(StoredMail)[0].raw is None
    assert world.rows(Outgoing)[0].raw is None
    assert world.rows(Request)[0].plan is None
    assert world.rows(Request)[0].outcome
    assert world.rows(Mail)[0].reading is None
    with reading(world.parts.engine) as session:
        assert audit.verify(session, world.parts.derive("audit")).broken_at is None


def test_an_open_case_keeps_its_content_however_old(world: World) -> None:
    world.receive(ANNA, "erasure")
    world.answer(ANNA, "Ja")
    world.pass_by(days=200)
    world.run()

    assert world.rows(Request)[0].state == State.QUEUED
    assert world.rows(StoredMail)[0].raw is not None


def test_an_enquiry_is_purged_after_a_year_without_activity(world: World) -> None:
    hold(world, "enquiries", ENQUIRIES)

    dry = retain.retain(world.parts, dry_run=True)
    assert dry.erased == {"enquiries": 1}
    assert len(world.held("enquiries")) == 1

    world.run()
    assert world.held("enquiries") == []


def test_a_profile_is_purged_only_after_a_reminder_that_was_delivered(world: World) -> None:
    world.moment = world.moment.replace(year=2028)
    world.run()
    assert world.written() == [("retention_reminder", ANNA)]
    assert len(world.rows(ReminderSent)) == 1

    world.pass_by(days=20)
    world.run()
    assert len(world.held("contacts")) == 1

    world.pass_by(days=80)
    world.run()
    assert world.held("contacts") == []
    assert len(world.rows(ReminderSent)) == 1


def test_a_reminder_that_no_server_took_purges_nothing(world: World) -> None:
    world.server.say = lambda _: Retry("451")
    world.moment = world.moment.replace(year=2028)
    for _ in range(4):
        world.run()
        world.pass_by(days=60)

    assert len(world.held("contacts")) == 1


def test_what_an_open_request_concerns_is_never_purged(world: World) -> None:
    hold(world, "enquiries", ENQUIRIES.replace("bo@kund.example", ANNA).replace("Bo Berg", "Anna Ek"))
    world.receive(ANNA, "erasure")

    assert retain.retain(world.parts).held == {"enquiries": 1}
    assert len(world.held("enquiries")) == 1


def test_a_request_from_a_shared_address_holds_the_rows_of_everybody_behind_it(world: World) -> None:
    hold(world, "enquiries", ENQUIRIES.replace("bo@kund.example", ANNA))
    world.receive(ANNA, "erasure")

    assert world.reasons() == [["several_people"]]
    assert retain.retain(world.parts).held == {"enquiries": 1}


def test_what_bookkeeping_keeps_is_erased_on_its_day_and_the_person_is_told(world: World) -> None:
    hold(world, "event_registrations", EVENTS)
    world.receive(ANNA, "erasure")
    world.answer(ANNA, "Ja")
    officer.approve(world.parts, world.case().number, "eva")
    world.run()
    (kept,) = world.held("event_registrations")
    assert kept["dietary"] is None
    assert [duty.until for duty in world.rows(Duty)] == [date(2032, 12, 31)]

    world.moment = world.moment.replace(year=2033, month=1, day=2)
    world.run()

    assert world.held("event_registrations") == []
    assert world.written()[-1] == ("kept_erased", ANNA)


def test_what_a_backup_brings_back_is_erased_again(world: World) -> None:
    world.receive(ANNA, "erasure")
    world.answer(ANNA, "Ja")
    with world.register_engine.connect() as connection:
        before = connection.exec_driver_sql("SELECT name, email FROM contacts").all()
    officer.approve(world.parts, world.case().number, "eva")
    world.run()
    with world.register_engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO contacts (name, email) VALUES (?, ?)", tuple(before[0]))

    assert retain.replay_erasures(world.parts, dry_run=True) == {"contacts": 1}
    assert len(world.held("contacts")) == 1
    assert retain.replay_erasures(world.parts) == {"contacts": 1}
    assert world.held("contacts") == []
