"""Filling the register, finding people, retention, the log, accounts, templates, checks: the keeper's commands."""

import json
from pathlib import Path

import pytest

from mailbot.store import officers
from mailbot.store.engine import reading, transaction
from tests.flow.conftest import ANNA

BO = "name,email,registered_at,last_active_at\nBo Lund,bo@kund.example,2020-01-01,2020-01-01\n"


def test_a_file_is_taken_into_the_register_and_the_same_again_changes_nothing(mailbot):
    Path("bo.csv").write_text(BO)
    first, again = (mailbot("register", "import", "contacts", "bo.csv", "--json").json for _ in range(2))
    assert first == {"dataset": "contacts", "rows": 1, "added": 1, "updated": 0, "unchanged": 0}
    assert again == {"dataset": "contacts", "rows": 1, "added": 0, "updated": 0, "unchanged": 1}


def test_a_file_with_a_wrong_row_is_refused_whole(mailbot):
    Path("bo.csv").write_text(BO + "Cia Ek,nonsense,2020-01-01,2020-01-01\n")
    done = mailbot("register", "import", "contacts", "bo.csv")
    assert (done.code, done.out) == (2, "")
    assert "bo.csv" in done.err
    assert done.err.count("\n") == 1
    assert mailbot("register", "find", "bo@kund.example", "--json").json["person"] is None


@pytest.mark.usefixtures("world")
def test_all_that_is_held_on_a_person_is_found_by_any_of_their_addresses(mailbot):
    found = mailbot("register", "find", "anna.privat@privat.example", "--json").json
    assert found["person"]["addresses"] == [ANNA, "anna.privat@privat.example"]
    assert set(found["held"]) == {"contacts", "consents"}
    assert found["held"]["contacts"][0]["values"]["title"] == "HR-chef"
    assert "HR-chef" in mailbot("register", "find", ANNA).out


def test_somebody_unknown_is_found_as_nobody(mailbot):
    assert mailbot("register", "find", "x@y.example", "--json").json == {"person": None, "held": {}}
    assert mailbot("register", "find", "x@y.example").out == "Nobody is registered with that address.\n"


@pytest.mark.parametrize(("language", "word"), [("sv", "Samtycken"), ("en", "Consents")])
def test_the_record_of_processing_is_printed_in_either_language(mailbot, language, word):
    record = mailbot("register", "map", "--language", language, "--json").json
    assert record["controller"]["name"] == "WinLas AB"
    assert word in {activity["name"] for activity in record["activities"]}
    assert word in mailbot("register", "map", "--language", language).out


def test_retention_says_first_and_does_then(mailbot, world):
    bo = Path("enquiry.csv")
    bo.write_text("name,email,created_at,last_activity_at\nBo,bo@kund.example,2020-01-01,2020-01-01\n")
    mailbot("register", "import", "enquiries", "enquiry.csv")
    said = mailbot("retain", "--dry-run", "--on", "2026-03-02", "--json").json
    assert (said["day"], said["erased"]) == ("2026-03-02", {"enquiries": 1})
    assert len(world.held("enquiries")) == 1
    assert "enquiries" in mailbot("retain", "--dry-run", "--on", "2026-03-02").out
    assert mailbot("retain", "--on", "2026-03-02", "--json").json["erased"] == {"enquiries": 1}
    assert world.held("enquiries") == []


def test_what_a_backup_brings_back_is_erased_again(mailbot, waiting, world):
    mailbot("approve", waiting, "--officer", "eva")
    world.moment = world.moment.replace(year=2036)
    world.run()
    assert world.held("contacts") == []
    assert mailbot("retain", "--replay-erasures").out == "Nothing is due.\n"
    mailbot("register", "import", "contacts", "contacts.csv")
    would = mailbot("retain", "--replay-erasures", "--dry-run", "--json").json
    assert would == {"erased": {"contacts": 1}}
    assert world.held("contacts") != []
    assert mailbot("retain", "--replay-erasures", "--json").json == would
    assert world.held("contacts") == []


@pytest.mark.usefixtures("waiting")
def test_a_whole_log_is_verified_and_a_changed_one_fails(mailbot, world):
    found = mailbot("audit", "verify", "--json").json
    assert found["whole"]
    assert found["entries"] == len(world.logged())
    assert mailbot("audit", "verify", "--head", found["head"]).code == 0
    with transaction(world.parts.engine) as session:
        session.connection().exec_driver_sql("UPDATE audit_entry SET action = 'x' WHERE seq = 2")
    done = mailbot("audit", "verify")
    assert (done.code, done.out) == (1, "")
    assert "broken at entry 2" in done.err


@pytest.mark.usefixtures("waiting")
def test_a_log_whose_end_was_cut_off_fails_against_its_old_head(mailbot, world):
    head = mailbot("audit", "verify", "--json").json["head"]
    with transaction(world.parts.engine) as session:
        session.connection().exec_driver_sql("DELETE FROM audit_entry WHERE seq = (SELECT max(seq) FROM audit_entry)")
    assert mailbot("audit", "verify").code == 0
    done = mailbot("audit", "verify", "--head", head)
    assert done.code == 1
    assert "cut off" in done.err


@pytest.mark.usefixtures("waiting")
def test_the_log_is_exported_line_by_line_without_personal_data(mailbot, world):
    out = mailbot("audit", "export").out
    entries = [json.loads(line) for line in out.splitlines()]
    assert [entry["action"] for entry in entries] == world.logged()
    assert "anna" not in out.lower()
    assert mailbot("audit", "export", "--case", "DS-2026-99999").out == ""


def test_an_officer_is_added_by_a_password_file(mailbot, world):
    Path("password").write_text("korrekt häst batteri\n", encoding="utf-8")
    assert mailbot("officer", "add", "eva", "--password-file", "password").out == "eva can log in\n"
    with reading(world.parts.engine) as session:
        assert officers.log_in(session, "eva", "korrekt häst batteri") is not None
    assert mailbot("officer", "add", "eva", "--password-file", "password").code == 1


def test_an_officers_password_is_asked_for_twice(mailbot, monkeypatch):
    asked = []
    monkeypatch.setattr("typer.prompt", lambda _text, **options: asked.append(options) or "korrekt häst batteri")
    assert mailbot("officer", "add", "eva").code == 0
    assert asked == [{"hide_input": True, "confirmation_prompt": True}]


def test_every_letter_and_copy_is_written_for_a_look(mailbot):
    assert mailbot("templates", "preview", "seen").code == 0
    written = {path.name for path in Path("seen").iterdir()}
    assert {"refused.sv.1.txt", "refused.en.1.html", "copy.access.sv.pdf"} <= written
    assert "Integritetsskyddsmyndigheten" in Path("seen/refused.sv.1.txt").read_text(encoding="utf-8")


def test_the_database_is_brought_up_to_date_once(mailbot):
    assert mailbot("db", "upgrade").out.startswith("brought up to date: tables ")
    assert mailbot("db", "upgrade").out.startswith("were up to date: tables ")


def test_a_database_that_cannot_be_reached_is_named_without_its_password(mailbot, monkeypatch):
    monkeypatch.setenv("MAILBOT_DATABASE__URL", "postgresql://mailbot:hemligt@127.0.0.1:9/mailbot")
    done = mailbot("queue")
    assert done.code == 1
    assert "cannot open postgresql" in done.err
    assert "hemligt" not in done.err


def test_check_says_of_each_part_whether_it_works(mailbot, dovecot, mailworld, monkeypatch):
    address = dovecot.new_user("dataskydd")
    for name, value in {
        "IMAP__HOST": dovecot.host,
        "IMAP__PORT": dovecot.imap_port,
        "IMAP__USER": address,
        "IMAP__PASSWORD": dovecot.password,
        "IMAP__SECURITY": "none",
        "SMTP__HOST": mailworld.host,
        "SMTP__PORT": mailworld.smtp_port,
        "SMTP__SECURITY": "none",
    }.items():
        monkeypatch.setenv(f"MAILBOT_{name}", str(value))
    found = {one["name"]: one for one in mailbot("check", "--json").json}
    assert set(found) == {"address", "database", "data map", "register", "templates", "model", "imap", "smtp"}
    assert all(one["ok"] for one in found.values())
    monkeypatch.setenv("MAILBOT_IMAP__PASSWORD", "wrong")
    done = mailbot("check")
    lines = done.out.splitlines()
    assert done.code == 1
    assert [line.split()[1] for line in lines if line.startswith("failed")] == ["imap"]
    assert len(lines) == len(found)


def test_one_check_that_breaks_does_not_stop_the_next(mailbot, monkeypatch):
    monkeypatch.setattr("mailbot.registers.opening.read_data_map", lambda _path: {}[ANNA])
    done = mailbot("check")
    assert done.code == 1
    assert "failed  data map   KeyError in app:" in done.out
    assert "ok      model" in done.out
    assert ANNA not in done.out
