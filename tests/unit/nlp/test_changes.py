import pytest

from mailbot.core.kinds import Field
from mailbot.core.reading import Change
from mailbot.nlp.changes import changes
from mailbot.nlp.letter import letter


def found(text, subject=""):
    return list(changes(letter(subject, text)))


@pytest.mark.parametrize(
    ("text", "change"),
    [
        (
            "Byt min mejl från olle@gammal.example till olle@ny.example, tack.",
            Change(Field.EMAIL, "olle@gammal.example", "olle@ny.example"),
        ),
        (
            "My email is b.hart@new.example now, not b.hart@old.example.",
            Change(Field.EMAIL, "b.hart@old.example", "b.hart@new.example"),
        ),
        ("Mitt nya nummer är 070-555 12 34.", Change(Field.PHONE, None, "070-555 12 34")),
        (
            "Ni har 08-555 11 22 men det ska vara 08-555 22 11.",
            Change(Field.PHONE, "08-555 11 22", "08-555 22 11"),
        ),
        (
            "Personnumret 19800101-1234 är fel, rätt är 19800110-1234.",
            Change(Field.PERSONAL_ID, "19800101-1234", "19800110-1234"),
        ),
        (
            "Jag heter Anna Lindkvist, inte Anna Lindqvist.",
            Change(Field.NAME, "Anna Lindqvist", "Anna Lindkvist"),
        ),
        (
            "Min titel är inte lönechef utan ekonomichef.",
            Change(Field.TITLE, "lönechef", "ekonomichef"),
        ),
        (
            "Flyttat från Storgatan 4 till Lillgatan 12.",
            Change(Field.ADDRESS, "Storgatan 4", "Lillgatan 12"),
        ),
    ],
)
def test_reads_what_is_to_become_what(text, change):
    assert change in found(text)


def test_gives_the_values_as_they_were_written():
    assert found("Mitt nya nummer är +46 (0)70 555 12 34.") == [Change(Field.PHONE, None, "+46 (0)70 555 12 34")]


@pytest.mark.parametrize(
    "text",
    [
        "Det är fel uppgifter om mig i ert register, rätta det.",
        "Mitt namn är felstavat.",
        "Hej!\n\nMin titel stämmer inte.\n\nMed vänlig hälsning\nKarin Ek\n070-555 12 34\nkarin.ek@kund.example",
        "",
    ],
)
def test_never_guesses_a_value(text):
    assert found(text) == []


def test_a_signature_is_no_correction():
    text = "Byt namn på mig, jag heter Eva Lind, inte Eva Lund.\n\n--\nEva Lind\n08-123 45 67\neva@kund.example"
    assert [change.field for change in found(text)] == [Field.NAME]


def test_quoted_values_are_not_asked_for():
    assert found("Tack!\n> Byt min mejl från olle@gammal.example till olle@ny.example") == []
