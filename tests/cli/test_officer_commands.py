"""The officer's work without the console: what waits, what it would do, and deciding it."""

from email import message_from_bytes, policy

import pytest

from mailbot.flow import officer
from mailbot.store.tables import Outgoing
from tests.flow.conftest import ANNA

OFFICER = ("--officer", "eva")


def test_the_queue_is_a_list_of_what_waits(mailbot, waiting):
    (entry,) = mailbot("queue", "--json").json
    assert entry == {
        "case": waiting,
        "request": 1,
        "kind": "erasure",
        "state": "queued",
        "level": "proven",
        "person": ANNA,
        "received_at": "2026-03-02T09:00:00+00:00",
        "due_at": "2026-04-02",
        "reason": entry["reason"],
    }
    assert "policy" in entry["reason"].split(", ")


def test_an_empty_queue_is_an_empty_list(mailbot):
    assert mailbot("queue", "--json").json == []
    assert mailbot("queue").out == "Nothing waits for an officer.\n"


def test_the_queue_for_people_has_the_same_in_a_table(mailbot, waiting):
    done = mailbot("queue")
    assert done.code == 0
    for word in (waiting, "erasure", ANNA, "2026-04-02"):
        assert word in done.out
    assert "\x1b" not in done.out


def test_what_is_due_first_stands_on_top(mailbot, world):
    world.moment = world.moment.replace(day=10)
    world.receive("bo@annan.example", "? access")
    world.moment = world.moment.replace(day=4)
    world.receive("cia@annan.example", "? access")
    assert [entry["person"] for entry in mailbot("queue", "--json").json] == ["cia@annan.example", "bo@annan.example"]


def test_a_case_shows_its_mails_what_approving_would_do_and_the_log(mailbot, waiting):
    file = mailbot("show", waiting, "--json").json
    assert [mail["subject"] for mail in file["mails"]] == ["Radera mig", ""]
    (request,) = file["requests"]
    preview = request["preview"]
    assert preview["obstacle"] == ""
    assert {"contacts"} <= {step["dataset"] for step in preview["steps"]}
    assert preview["letters"][0]["to"] == ANNA
    assert waiting in preview["letters"][0]["text"]
    assert "prove" in [entry["action"] for entry in file["log"]]


def test_a_case_for_people_shows_the_same(mailbot, waiting):
    done = mailbot("show", waiting)
    digest = mailbot("show", waiting, "--json").json["requests"][0]["preview"]["digest"]
    for words in ("Radera mig", "contacts", "erase", f"digest {digest}", "prove"):
        assert words in done.out


def test_what_people_write_cannot_drive_the_terminal(mailbot, world):
    world.receive("bo@annan.example", "? \x1b[2J\x1b]0;owned\x07 \u202egnp.exe", subject="[bold red]Hej[/]")
    done = mailbot("show", world.case().number)
    assert not {"\x1b", "\x07", "\u202e"} & set(done.out)
    assert "[bold red]Hej[/]" in done.out


def test_an_approval_is_carried_out_by_the_daemon_after_the_undo_window(mailbot, waiting, world):
    done = mailbot("approve", waiting, *OFFICER, "--json").json
    assert done == {"case": waiting, "request": 1, "kind": "erasure", "state": "approved", "due_at": "2026-04-02"}
    assert world.held("contacts") != []
    world.moment = world.app.now().replace(year=2036)
    world.run()
    assert (world.requests(), world.held("contacts")) == ([("erasure", "done")], [])


def test_approving_what_was_shown(mailbot, waiting):
    digest = mailbot("show", waiting, "--json").json["requests"][0]["preview"]["digest"]
    refused = mailbot("approve", waiting, "1", "--digest", "0" * 64, *OFFICER)
    assert refused.code == 1
    assert "has changed since you looked" in refused.err
    assert mailbot("approve", waiting, "1", "--digest", digest, *OFFICER).code == 0


def test_an_approval_can_be_taken_back_while_its_window_is_open(mailbot, waiting):
    assert "undone for 0:01:00" in mailbot("approve", waiting, *OFFICER).out
    assert mailbot("undo", waiting, *OFFICER, "--json").json["state"] == "queued"
    assert mailbot("undo", waiting, *OFFICER).code == 1


def test_a_refusal_is_told_with_ground_and_reasons(mailbot, waiting, world):
    done = mailbot("refuse", waiting, "--ground", "legal_claims", "--reasons", "Tvisten pågår.", *OFFICER)
    assert done.out == f"{waiting}: erasure (request 1) refused\n"
    letter = world.letters()[-1]
    assert (letter.template, letter.recipient) == ("refused", ANNA)
    assert "Integritetsskyddsmyndigheten" in text_of(letter)


def test_an_extension_after_the_first_month_fails_with_the_reason(mailbot, waiting):
    done = mailbot("extend", waiting, "--reason", "många register", *OFFICER)
    assert (done.code, done.out) == (1, "")
    assert "the first month is over" in done.err


def test_a_question_is_sent_to_the_person(mailbot, waiting, world):
    done = mailbot("ask", waiting, "--question", "Vilken adress menar du?", *OFFICER, "--json")
    assert done.json["state"] == "awaiting_person"
    assert "Vilken adress menar du?" in text_of(world.letters()[-1])


def test_a_confirmation_is_asked_for(mailbot, world):
    world.receive(ANNA, "? erasure")
    number = world.case().number
    assert mailbot("correct", number, "--kinds", "erasure, access", *OFFICER, "--json").code == 0
    kinds = [(entry["kind"], entry["request"]) for entry in mailbot("queue", "--json").json]
    assert [kind for kind, _ in kinds] == ["erasure", "access"]
    several = mailbot("ask", number, "--proof", *OFFICER)
    assert several.code == 1
    assert "say which request" in several.err
    assert mailbot("ask", number, str(kinds[0][1]), "--proof", *OFFICER, "--json").json["state"] == "awaiting_proof"
    assert world.letters()[-1].template == "confirmation"


def test_vouching_says_who_it_is(mailbot, world):
    world.receive("anna.hemma@annan.example", "? access")
    number = world.case().number
    mailbot("correct", number, "--kinds", "access", *OFFICER)
    assert mailbot("approve", number, *OFFICER).code == 1
    done = mailbot("vouch", number, "--how", "ringde upp på växelns nummer", "--address", ANNA, *OFFICER, "--json").json
    assert done == {"case": number, "level": "vouched", "answer_to": ANNA}
    assert mailbot("approve", number, *OFFICER).code == 0


def test_closing_writes_to_nobody(mailbot, world):
    world.receive("bo@annan.example", "Vad kostar kursen?")
    letters = len(world.rows(Outgoing))
    assert (
        mailbot("close", world.case().number, "--reason", "en fråga om pris", *OFFICER, "--json").json["state"]
        == "closed"
    )
    assert len(world.rows(Outgoing)) == letters


def test_the_log_names_who_decided(mailbot, waiting, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "disa")
    mailbot("approve", waiting)
    (approved,) = [e for e in mailbot("show", waiting, "--json").json["log"] if e["action"] == "approve"]
    assert approved["actor"] == "officer:disa"


def test_a_user_without_a_name_has_to_give_one(mailbot, waiting, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: {}["nobody"])
    done = mailbot("approve", waiting)
    assert done.code == 2
    assert "say who you are" in done.err


@pytest.mark.parametrize("number", ["DS-2026-00001", "ds-2026-00001", " DS-2026-00001 "])
def test_a_case_number_is_taken_however_it_is_typed(mailbot, waiting, number):
    assert mailbot("show", number, "--json").json["case"] == waiting


def text_of(letter):
    return message_from_bytes(letter.raw, policy=policy.default).get_body(("plain",)).get_content()


def test_a_restriction_is_lifted_some_days_after_the_person_was_told(mailbot, world):
    world.receive(ANNA, "restriction")
    world.answer(ANNA, "Ja")
    number = world.case().number
    officer.approve(world.parts, number, "eva")
    world.pass_by(minutes=2)
    world.run()

    lifted = mailbot("lift", number, "--reason", "Uppgifterna stämmer.", *OFFICER, "--json")
    assert lifted.json | {"day": None} == {"case": number, "request": 1, "day": None, "result": ""}
    assert world.written()[-1] == ("restriction_ending", ANNA)
    assert "stays" in mailbot("lift", number, "--cancel", *OFFICER).out
    assert mailbot("lift", number, *OFFICER).code == 2
