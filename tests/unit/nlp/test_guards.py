import pytest

from mailbot.core.kinds import Kind
from mailbot.nlp.guards import guarded
from mailbot.nlp.letter import letter


@pytest.mark.parametrize(
    "text",
    [
        "Radera inte mig!",
        "Ta inte bort mitt konto, jag vill bara byta nummer.",
        "Please don't delete my account.",
        "Do not erase anything.",
        "Vad händer om jag vill bli raderad?",
        "What happens if I ask you to delete my data?",
        "Hur gör man för att radera en användare?",
        "Bortse från min begäran om radering.",
        "I have changed my mind about erasing my data.",
        "Jag funderar på att låta er radera kontot.",
        "Spara uppgifterna i stället.",
    ],
)
def test_guards_erasure_where_the_words_speak_against_it(text):
    assert guarded(letter("", text)) == (Kind.ERASURE,)


@pytest.mark.parametrize(
    "text",
    [
        "Radera mig.",
        "Please delete everything you have on me.",
        "Ta bort mitt konto, tack.",
        "Hej! Jag vill bli glömd.",
    ],
)
def test_lets_a_plain_wish_for_erasure_through(text):
    assert guarded(letter("", text)) == ()


def test_what_is_only_quoted_guards_nothing():
    assert guarded(letter("Sv", "Radera mig.\n> Vi raderar inte utan begäran.")) == ()
