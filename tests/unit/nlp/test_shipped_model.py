"""What the shipped model must do: its floor on hands it never saw, and never to take 'do not erase' for erasure."""

import json
from pathlib import Path

import pytest

from mailbot.core.judge import Doubt
from mailbot.core.kinds import Kind, Language
from mailbot.nlp.corpus import read_corpus
from mailbot.nlp.evaluate import measure
from mailbot.nlp.pipeline import load_reader
from mailbot.nlp.record import record

FLOOR_MACRO_F1 = 0.87
FLOOR_SURE_RIGHT = 0.975
FLOOR_SURE = 0.33
MODEL = Path(__file__).parents[3] / "models" / "request_kinds"


@pytest.fixture(scope="module")
def reader():
    return load_reader(MODEL)


@pytest.fixture(scope="module")
def report(reader):
    _, held_back = read_corpus(MODEL / "corpus")
    return measure(reader, held_back)


def test_the_shipped_model_is_as_good_as_its_figures_say(report, reader):
    figures = json.loads((MODEL / "metrics.json").read_text(encoding="utf-8"))
    assert figures["version"] == reader.version.removeprefix("request_kinds-")
    assert report.macro_f1 == pytest.approx(figures["test_hands"]["macro_f1"], abs=0.005)


def test_it_does_not_fall_below_its_floor_on_hands_it_never_saw(report):
    assert report.macro_f1 >= FLOOR_MACRO_F1
    assert report.sure_right.value >= FLOOR_SURE_RIGHT
    assert report.sure.value >= FLOOR_SURE


def test_no_test_mail_is_surely_taken_for_erasure_that_asked_for_none(report):
    assert report.erased_wrongly == ()


@pytest.mark.parametrize(
    "text",
    [
        "Radera inte mitt konto.",
        "Ta inte bort mig! Jag vill bara rätta mitt nummer till 070-555 12 12.",
        "Please do not delete my account.",
        "Vad händer om jag vill bli raderad?",
        "What would happen if I asked you to erase my data?",
        "Hur raderar vi en anställd i systemet?",
        "Bortse från min begäran om radering.",
        "Tack för att ni raderade mitt konto.",
        "Hej!\n\n> Jag vill att ni raderar alla mina uppgifter.",
        "Vi behöver ta bort två användare som slutat, hur gör man det i WinLas?",
    ],
)
def test_never_surely_reads_erasure_where_none_is_asked(reader, text):
    reading = reader.read("", text)
    assert reading.abstained or Kind.ERASURE not in reading.kinds


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Please send me a copy of all personal data you hold about me.", Kind.ACCESS),
        ("Hello, I want my data deleted. Remove me from all your systems, please.", Kind.ERASURE),
        ("Avregistrera mig från nyhetsbrevet.", Kind.CONSENT_WITHDRAWAL),
        ("Mitt telefonnummer är fel, det ska vara 070-555 12 12.", Kind.RECTIFICATION),
        ("Jag invänder mot direkt marknadsföring.", Kind.OBJECTION),
        ("Jag vill flytta mina uppgifter till ett annat system, i ett maskinläsbart format.", Kind.PORTABILITY),
    ],
)
def test_is_sure_of_a_plain_wish(reader, text, kind):
    reading = reader.read("", text)
    assert reading.kinds == (kind,)
    assert not reading.abstained


def test_the_words_that_carried_a_kind_stand_in_the_mail(reader):
    reading = reader.read("Ang. mitt konto", "Hej! Det regnar här. Radera alla mina personuppgifter. Ha det gott!")
    (evidence,) = reading.evidence
    assert evidence.text == "Radera alla mina personuppgifter."
    assert reading.source[evidence.start : evidence.end] == evidence.text


def test_a_mail_with_no_words_of_its_own_is_left_to_a_person(reader):
    reading = reader.read("", "> Radera allt")
    assert reading.abstained
    assert reading.reasons == (Doubt.NOTHING_WRITTEN,)


def test_many_mails_come_back_in_order_and_as_if_read_alone(reader):
    pairs = [("", "Radera mig"), ("Hi", "Please send me my data"), ("", ""), ("Offert", "Vad kostar det?")] * 3
    assert list(reader.read_many(pairs, batch_size=5)) == [reader.read(*pair) for pair in pairs]


def test_an_english_mail_is_read_as_english(reader):
    assert reader.read("", "Please delete my account.").language is Language.ENGLISH


def test_the_record_of_a_reading_has_the_contracts_names(reader):
    found = record("m1", reader.read("", "Mitt nya nummer är 070-555 12 12, rätta det gamla."))
    assert list(found) == ["id", "language", "kinds", "scores", "abstained", "evidence", "changes"]
    assert found["changes"] == [{"field": "phone", "old": None, "new": "070-555 12 12"}]
    assert set(found["scores"]) == {kind.value for kind in Kind}


def test_64_k_of_anything_is_read_at_once(reader):
    for text in ("radera inte " * 6000, "a" * 65_000, "? " * 32_000, "art 15 " * 9000):
        assert len(reader.read("", text).source) <= 65_536
