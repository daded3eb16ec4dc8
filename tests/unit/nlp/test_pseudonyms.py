import pytest

from mailbot.nlp.pseudonyms import pseudonymise


@pytest.mark.parametrize(
    "secret",
    [
        "Zebulon",
        "Kvistrander",
        "zebulon@hemma.example",
        "070-123 45 67",
        "19800101-1234",
        "Storgatan",
        "413 01",
        "bolag.example",
    ],
)
def test_nothing_that_names_somebody_stays(secret):
    text = (
        "Hej! Jag heter Zebulon Kvistrander och bor på Storgatan 12, 413 01 Göteborg. Radera mina uppgifter.\n"
        "Mitt personnummer är 19800101-1234 och jag nås på 070-123 45 67 eller zebulon@hemma.example.\n"
        "Se https://bolag.example/om/kvistrander.\n\nMed vänliga hälsningar\nZebulon"
    )
    assert secret not in pseudonymise(text)
    assert secret.lower() not in pseudonymise(text).lower()


def test_a_name_in_small_letters_goes_when_it_signs():
    assert "zebulon" not in pseudonymise("ta bort mig\nmvh zebulon")


def test_the_wish_stays():
    text = "Jag vill att ni raderar alla uppgifter om mig enligt artikel 17 GDPR. Tack!"
    assert pseudonymise(text) == text


def test_an_english_wish_stays():
    text = "Please delete my account and send me a copy of my data first. Thank you!"
    assert pseudonymise(text) == text


def test_what_is_pseudonymised_stays_the_same_when_it_is_done_again():
    once = pseudonymise(
        "Hälsningar Zebulon Kvistrander, zebulon@hemma.example, Storgatan 12, 413 01 Göteborg, 070-123 45 67"
    )
    assert pseudonymise(once) == once
