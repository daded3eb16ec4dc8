"""`classify` and `replay`: what mailbot reads and would do, without doing it."""

import json
import mailbox
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mailbot.cli import classifying
from mailbot.core.kinds import Field, Kind, Language
from mailbot.core.reading import Change, Evidence, Reading
from mailbot.nlp.corpus import read_mails
from mailbot.store.tables import Mail
from tests.flow.conftest import ANNA
from tests.support.twins import ReaderTwin, mail


class PatientReader(ReaderTwin):
    """Remembers in which batches it was asked."""

    def __init__(self):
        self.batches = []

    def read_many(self, pairs):
        batch = list(pairs)
        self.batches.append(len(batch))
        return [self.read(subject, text) for subject, text in batch]


@pytest.fixture
def reader(monkeypatch):
    reader = PatientReader()
    monkeypatch.setattr("mailbot.nlp.pipeline.load_reader", lambda _folder: reader)
    return reader


def asked(number, text="Hej", **differs):
    return json.dumps({"id": number, "subject": "", "text": text} | differs).encode() + b"\n"


@pytest.mark.usefixtures("reader")
def test_lines_are_answered_one_by_one_in_their_order(mailbot):
    done = mailbot("classify", "--jsonl", stdin=asked("a", "access erasure") + b"\n" + asked(2, "?", subject=None))
    first, second = map(json.loads, done.out.splitlines())
    assert first == {
        "id": "a",
        "language": "sv",
        "kinds": ["access", "erasure"],
        "scores": {kind: float(kind in {"access", "erasure"}) for kind in first["scores"]},
        "abstained": False,
        "evidence": [],
        "changes": [],
    }
    assert (second["id"], second["abstained"]) == (2, True)
    assert done.code == 0


def test_a_reading_is_told_whole():
    reading = Reading(
        Language.ENGLISH,
        (Kind.RECTIFICATION,),
        {Kind.RECTIFICATION: 0.98765},
        abstained=False,
        evidence=(Evidence(Kind.RECTIFICATION, "my name is", 0, 10),),
        changes=(Change(Field.NAME, None, "Ana"),),
    )
    assert classifying.reading_as_data(reading) == {
        "language": "en",
        "kinds": ["rectification"],
        "scores": {"rectification": 0.9877},
        "abstained": False,
        "evidence": [{"kind": "rectification", "text": "my name is"}],
        "changes": [{"field": "name", "old": None, "new": "Ana"}],
    }


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize(
    "line",
    [
        b"nonsense\n",
        b"[]\n",
        b'{"id": 1}\n',
        b'{"text": "x"}\n',
        b'{"id": 1, "text": 2}\n',
        b'{"id": 1, "text": "\xff"}\n',
        b'{"id": 1, "subject": 3, "text": "x"}\n',
        b"[" * 100_000 + b"\n",
        b'{"id": 1, "text": "x"',
    ],
    ids=range(9),
)
def test_a_bad_line_is_named_after_those_before_it_are_answered(mailbot, line):
    done = mailbot("classify", "--jsonl", stdin=asked(1) + asked(2) + line + asked(4))
    assert done.code == 1
    assert [json.loads(answer)["id"] for answer in done.out.splitlines()] == [1, 2]
    assert done.err.startswith("mailbot: line 3: ")
    assert done.err.count("\n") == 1


def test_many_lines_are_read_in_batches_of_bounded_size(mailbot, reader):
    lines = b"".join(asked(number, "x" * 1000) for number in range(1000))
    assert len(mailbot("classify", "--jsonl", stdin=lines).out.splitlines()) == 1000
    assert len(reader.batches) > 10
    assert max(reader.batches) <= classifying.CHUNK / 1000


@pytest.mark.usefixtures("reader")
def test_a_line_without_an_end_is_not_read_for_ever(mailbot, monkeypatch):
    monkeypatch.setattr(classifying, "LONGEST_LINE", 100_000)
    done = mailbot("classify", "--jsonl", stdin=asked(1) + b'{"id": 2, "text": "' + b"x" * 500_000)
    assert (done.code, len(done.out.splitlines())) == (1, 1)
    assert "line 2: longer than 100000 bytes" in done.err


def test_whoever_waits_for_an_answer_before_asking_on_gets_it():
    code = "import sys; from mailbot.cli import main; sys.exit(main(['classify', '--jsonl']))"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        for number in range(2):
            process.stdin.write(asked(number, "Jag vill ha en kopia av mina uppgifter."))
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == number
        process.stdin.close()
        assert process.wait() == 0


@pytest.mark.usefixtures("reader")
def test_mails_are_read_from_files_or_standard_input(mailbot):
    raw = mail(ANNA, "access", subject="Hej")
    Path("one.eml").write_bytes(raw)
    assert "reads: access" in mailbot("classify", "one.eml").out
    assert mailbot("classify", "--json", stdin=raw).json["kinds"] == ["access"]
    assert mailbot("classify", "one.eml", "--json").json["file"] == "one.eml"


def archive_of(*mails):
    folder = Path("archive")
    folder.mkdir()
    for number, raw in enumerate(mails):
        (folder / f"{number}.eml").write_bytes(raw)
    return folder


def received(raw, day):
    return f"Received: from a by b; Mon, {day:02} Mar 2026 09:00:00 +0000\r\n".encode() + raw


@pytest.fixture
def three():
    """A request of a registered person, the same again, and a question; oldest last."""
    request = mail(ANNA, "erasure", Message_ID="<1@kund.example>")
    return (
        received(mail("bo@annan.example", "Vad kostar kursen?"), 20),
        received(mail(ANNA, "erasure", Message_ID="<2@kund.example>"), 12),
        received(request, 2),
    )


@pytest.mark.usefixtures("world", "reader")
def test_an_archive_is_replayed_in_the_order_of_time(mailbot, three):
    outcomes = mailbot("replay", str(archive_of(*three)), "--json").json
    assert [outcome["mail"] for outcome in outcomes] == ["2.eml", "1.eml", "0.eml"]
    first, again, question = outcomes
    assert first["disposition"] == "request"
    assert [(one["kind"], one["state"], one["due_at"]) for one in first["requests"]] == [
        ("erasure", "awaiting_proof", "2026-04-02")
    ]
    assert first["letters"] == ["confirmation"]
    assert again["requests"][0]["reasons"] == ["repeated"]
    assert question["disposition"] == "other"


@pytest.mark.usefixtures("reader")
def test_a_replay_sends_nothing_and_changes_nothing(mailbot, world, three):
    before = (world.letters(), world.rows(Mail), world.held("contacts"))
    assert mailbot("replay", str(archive_of(*three))).code == 0
    assert (world.letters(), world.rows(Mail), world.held("contacts")) == before
    assert mailbot("queue", "--json").json == []


@pytest.mark.usefixtures("world", "reader")
def test_an_mbox_and_a_maildir_are_archives_too(mailbot, three):
    box = mailbox.mbox("archive.mbox")
    for raw in three:
        box.add(raw)
    box.close()
    for name in ("cur", "new", "tmp"):
        (Path("maildir") / name).mkdir(parents=True)
    for number, raw in enumerate(three):
        (Path("maildir/cur") / f"{number}:2,S").write_bytes(raw)
    for source in ("archive.mbox", "maildir"):
        outcomes = mailbot("replay", source, "--json").json
        assert [outcome["disposition"] for outcome in outcomes] == ["request", "request", "other"]


@pytest.mark.usefixtures("world")
def test_one_bad_mail_does_not_stop_a_replay(mailbot, reader, three, monkeypatch):
    def read(_self, _subject, text):
        return {}[text] if "kursen" in text else ReaderTwin.read(reader, "", text)

    monkeypatch.setattr(PatientReader, "read", read)
    outcomes = mailbot("replay", str(archive_of(*three[::-1])), "--json").json
    assert [(outcome["disposition"], outcome["error"]) for outcome in outcomes][-1] == ("quarantined", "KeyError")


@pytest.mark.usefixtures("world", "reader")
def test_a_mail_without_a_date_is_as_old_as_its_file(mailbot):
    folder = archive_of(b"From: bo@annan.example\r\n\r\nHej\r\n")
    os.utime(folder / "0.eml", (1_772_445_600, 1_772_445_600))
    assert mailbot("replay", str(folder), "--json").json[0]["received_at"] == "2026-03-02T10:00:00+00:00"


WRITTEN = "? Hej, jag heter Anna Ek och vill att ni tar bort anna@kund.example och 070-174 06 10."


def test_what_an_officer_put_right_can_be_learnt_from_without_the_person(mailbot, world, tmp_path):
    world.receive(ANNA, WRITTEN, subject="Om Anna Ek")
    number = world.case().number
    assert mailbot("corrections").out == ""
    assert mailbot("correct", number, "--kinds", "erasure", "--officer", "eva").code == 0
    done = mailbot("corrections")
    learnt = json.loads(done.out)
    assert (learnt["lang"], learnt["labels"]) == ("sv", ["erasure"])
    assert "vill att ni tar bort" in learnt["text"]
    for personal in ("Anna", "Ek ", "anna@", "174"):
        assert personal not in done.out
    (tmp_path / "corrections.jsonl").write_text(done.out, encoding="utf-8")
    (mail,) = read_mails(tmp_path / "corrections.jsonl")
    assert mail.labels == {Kind.ERASURE}


def test_of_a_mail_put_right_twice_the_last_word_counts(mailbot, world):
    world.receive(ANNA, WRITTEN)
    number = world.case().number
    mailbot("correct", number, "--kinds", "portability", "--officer", "eva")
    mailbot("correct", number, "--kinds", "access", "--officer", "eva")
    mailbot("correct", number, "--kinds", "erasure,objection", "--officer", "eva")
    (learnt,) = map(json.loads, mailbot("corrections").out.splitlines())
    assert learnt["labels"] == ["erasure", "objection"]


def test_a_reading_that_was_right_teaches_nothing(mailbot, world):
    world.receive(ANNA, "restriction")
    mailbot("correct", world.case().number, "--kinds", "restriction", "--officer", "eva")
    assert mailbot("corrections").out == ""


def test_the_model_is_measured_on_labelled_mails(mailbot):
    Path("labelled.jsonl").write_text(
        json.dumps({"id": "1", "lang": "sv", "subject": "", "text": "Radera mina uppgifter!", "labels": ["erasure"]})
        + "\n"
    )
    report = mailbot("evaluate", "labelled.jsonl", "--json").json
    assert report["mails"] == 1
    assert "erasure" in mailbot("evaluate", "labelled.jsonl").out


def test_a_labelled_mail_that_is_none_is_named_by_its_line(mailbot):
    Path("labelled.jsonl").write_text("{}\n")
    done = mailbot("evaluate", "labelled.jsonl")
    assert done.code == 1
    assert "labelled.jsonl:1" in done.err
