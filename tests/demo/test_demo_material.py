"""The demo's own material: register files, sample mails and expectations fit each other and the program."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from mailbot.core.identity import Level
from mailbot.core.kinds import Disposition, Kind
from mailbot.core.letters import LETTERS, RefusalGround
from mailbot.core.lifecycle import State
from mailbot.demo import filling, samples
from mailbot.demo.filling import customers, fill_register
from mailbot.demo.newcomer import STARTERS
from mailbot.demo.samples import load_samples
from mailbot.registers.opening import open_embedded, read_data_map

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NAMES = sorted(path.stem for path in samples.FOLDER.glob("*.eml"))


def test_every_mail_has_its_expectation_and_every_expectation_its_mail() -> None:
    assert sorted(path.stem for path in samples.FOLDER.glob("*.json")) == NAMES
    assert len(NAMES) >= 30


@pytest.mark.parametrize("name", NAMES)
def test_an_expectation_speaks_the_program_s_language(name: str) -> None:
    about = json.loads((samples.FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    expect = about["expect"]
    letters = {letter.template for letter in LETTERS}

    assert about["shows"].endswith(".")
    assert about.keys() <= {
        "shows", "envelope", "days_ago", "times", "answers", "answers_automatically", "officer", "may_be_unsure",
        "expect",
    }  # fmt: skip
    assert expect.keys() <= {
        "disposition", "kinds", "level", "requests", "reasons", "letters", "answers", "again", "joins", "person",
        "holds", "fields",
    }  # fmt: skip
    wanted = expect["disposition"] if isinstance(expect["disposition"], list) else [expect["disposition"]]
    assert set(wanted) <= set(Disposition)
    assert set(expect.get("kinds", ())) <= set(Kind)
    assert {*expect.get("requests", {})} <= set(Kind)
    assert {*expect.get("requests", {}).values()} <= set(State)
    assert expect.get("level", "unknown") in {level.code for level in Level}
    assert {template for template, _ in expect.get("letters", ())} <= letters
    assert about.get("officer", {}).get("ground", RefusalGround.STILL_NEEDED) in tuple(RefusalGround)


def test_mails_are_dated_from_the_day_they_are_sent() -> None:
    found = {sample.name: sample for sample in load_samples(NOW)}
    raw = found["erasure-en"].raw.decode()
    assert (NOW - timedelta(days=26)).strftime("Date: %a, %d %b %Y") in raw
    assert raw.startswith("Received: ")
    assert "@DATE@" not in raw
    assert "@ID@" not in raw


def test_what_came_first_is_sent_first() -> None:
    order = [sample.name for sample in load_samples(NOW)]
    assert order.index("erasure-en") < order.index("repeated-reminder")


def test_no_mail_has_lines_that_end_otherwise_than_mail_does() -> None:
    assert all(b"\n" not in sample.raw.replace(b"\r\n", b"") for sample in load_samples(NOW))


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_right_is_asked_for_in_each_language(language: str) -> None:
    english = {name for name in NAMES if name.endswith("-en")}
    kinds = set()
    for name in NAMES:
        if (name in english) == (language == "en"):
            expect = json.loads((samples.FOLDER / f"{name}.json").read_text(encoding="utf-8"))["expect"]
            kinds |= set(expect.get("kinds", ()))
    assert kinds >= set(Kind) - {Kind.OTHER}


def test_everything_is_sent_from_and_to_places_that_do_not_exist() -> None:
    for path in (*samples.FOLDER.glob("*.eml"), *filling.FOLDER.glob("*.csv")):
        text = path.read_text(encoding="utf-8", errors="replace")
        domains = {word.rpartition("@")[2].strip(" <>,;:\"'()\n") for word in text.split() if "@" in word}
        hosts = {one.split(",")[0].rstrip(">") for one in domains} - {"DATE", "ID", ""}
        assert {one for one in hosts if not one.endswith((".example", "winlas.se"))} == set(), path.name


def test_the_register_is_taken_by_its_import_and_dated_from_today(tmp_path: Path) -> None:
    fill_register(tmp_path, date(2026, 3, 2))
    engine = open_embedded(tmp_path)
    with engine.connect() as connection:
        for dataset in read_data_map().datasets:
            (count,) = connection.exec_driver_sql(f"SELECT count(*) FROM {dataset}").one()  # noqa: S608
            assert count, dataset
        seen = "SELECT last_active_at FROM contacts WHERE name = 'Astrid Lindqvist'"
        assert connection.exec_driver_sql(seen).scalar_one() == "2026-02-27"
        sent = "SELECT created_at FROM tickets WHERE number = 'WL-20418'"
        assert connection.exec_driver_sql(sent).scalar_one().startswith("2025-12-28")
        event = "SELECT event_date FROM event_registrations WHERE name = 'Astrid Lindqvist'"
        assert connection.exec_driver_sql(event).scalar_one() == "2026-03-26"
    engine.dispose()
    assert [path.name for path in tmp_path.glob("*.csv")] == []


def test_a_newcomer_has_people_to_be_and_words_to_start_from() -> None:
    assert len(customers()) >= 40
    assert set(STARTERS) <= set(NAMES)
