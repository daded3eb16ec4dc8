import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.nlp.changes import changes
from mailbot.nlp.circumstances import is_processor_matter, is_representative
from mailbot.nlp.guards import guarded
from mailbot.nlp.language import language_of
from mailbot.nlp.letter import MAX_CHARACTERS, fold, letter
from mailbot.nlp.pseudonyms import pseudonymise


def own(subject, text):
    found = letter(subject, text)
    return " ".join(found.source[start:end] for start, end in found.sentences)


def test_quoted_lines_are_not_the_senders_words():
    assert (
        own("Sv: ditt ärende", "Tack, det räcker så.\n> Radera allt om mig.") == "Sv: ditt ärende Tack, det räcker så."
    )


@pytest.mark.parametrize(
    "header",
    [
        "-----Ursprungligt meddelande-----\nRadera allt om mig.",
        "Från: Anna\nSkickat: i går\nRadera allt om mig.",
        "From: Anna\nSent: yesterday\nRadera allt om mig.",
        "Den 3 maj 2026 skrev Anna:\nRadera allt om mig.",
        "On 3 May 2026 Anna wrote:\n> Radera allt om mig.",
        "---------- Forwarded message ----------\nRadera allt om mig.",
    ],
)
def test_an_older_mail_below_is_not_the_senders_words(header):
    assert own("", f"Hej!\n{header}") == "Hej!"


def test_words_below_a_quote_are_the_senders_again():
    assert "Ja, gör det." in own("", "> Vill du bli raderad?\nJa, gör det.")


def test_a_wrapped_line_is_one_sentence():
    text = "Jag begär härmed att ni raderar samtliga uppgifter som ni har\nsparat om mig. Tack."
    assert len(letter("", text).sentences) == 2


@given(st.text(), st.text())
def test_every_sentence_stands_where_it_is_said_to_stand(subject, text):
    found = letter(subject, text)
    assert len(found.folded) == len(found.source) <= MAX_CHARACTERS
    for start, end in found.sentences:
        assert found.source[start:end].strip() == found.source[start:end] != ""


@given(st.text())
def test_folding_keeps_every_character_in_its_place(text):
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hej, kan ni ta bort mig?", "sv"),
        ("jag vill ha mina uppgifter", "sv"),
        ("Please send me what you have", "en"),
        ("I want my data now", "en"),
        ("kan ni andra mitt nummer tack", "sv"),
        ("12345", "sv"),
    ],
)
def test_tells_swedish_from_english(text, language):
    assert language_of("", text) == language


def test_the_subject_tells_the_language_when_the_body_does_not():
    assert language_of("Please delete my account", "/J") == "en"


PIECES = [
    *("Den ", "Från: ", "A", "Aa ", "Aa-", "1 ", "a@", "012 ", '"', "Storgatan ", "chef ", "inte ", "radera "),
    *("inte chef utan ", "070-1234567 ", "vad händer om ", "min man ", "> ", "\n", ".", "heter ", "/ Kim ", "x: y\n"),
    *("art 15 ", "å", "(", "c/o "),
]


def everything(text):
    found = letter("", text)
    changes(found)
    guarded(found)
    is_representative(found)
    is_processor_matter(found)
    language_of("", text)
    pseudonymise(text)


@pytest.mark.parametrize("piece", PIECES)
def test_twice_the_text_takes_about_twice_the_time(piece):
    """No pattern is quadratic: 64 K characters of anything take at most a few times what 16 K take."""
    spent = []
    for size in (16_000, 64_000):
        text = piece * (size // len(piece))
        best = min(_seconds(text) for _ in range(2))
        spent.append(best)
    assert spent[1] < 1.0
    assert spent[1] < 8 * spent[0] + 0.05


def _seconds(text):
    start = time.process_time()
    everything(text)
    return time.process_time() - start
