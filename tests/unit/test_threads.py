"""A reply confirms or denies only if nothing else can be meant: an unclear one costs minutes, a false yes the data."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.kinds import Kind
from mailbot.core.message import Message
from mailbot.core.threads import Answer, Handles, handles_of, is_courtesy, read_answer, takes_back

CODE = "MFRG-G3DF-NQ2H-XO5T"
NAMES = "Anna Ek anna.ek Anna Ek"

YES = """\
Ja
ja
JA!
Ja.
Ja tack
Ja, tack!
Japp
Jajamensan!
Jo
Jadå
Ja ja
Ja, det stämmer.
Ja det stämmer
Det stämmer.
Det stämmer, tack
Ja, det var jag
Det var jag.
Ja, det är riktigt.
Ja absolut
Jag bekräftar
Jag bekräftar.
Jag bekräftar min begäran.
Härmed bekräftar jag detta.
Bekräftar
Bekräftas härmed
Ja, jag bekräftar detta
Hej! Ja.
Hej, ja det stämmer
Hej WinLas! Ja, det var jag.
Hejsan\\n\\nJa
Ja\\n\\nMvh Anna
Ja\\nMed vänlig hälsning\\nAnna Ek
Ja.\\n\\nVänliga hälsningar,\\nAnna Ek\\nKund Aktiebolag
Ja\\n\\nAnna
JA\\nANNA EK
ja\\nanna
Ja /Anna
Ja. /A Ek
Ja // Anna
Ja\\n\\nSkickat från min iPhone
Ja\\n\\nHämta Outlook för iOS<https://aka.ms/o0ukef>
Ja\\nSkickat från Outlook för Android
Ja\\n\\nSkickades från E-post för Windows
Ja 👍
Ja 🙂
Ja, koden är MFRG-G3DF-NQ2H-XO5T
MFRG-G3DF-NQ2H-XO5T Ja
Ja mfrg-g3df-nq2h-xo5t
Yes
YES
yes please
Yes, thank you.
Yes, that was me
Yes, that was me. /Anna Ek
Yes it is
Yes, it’s me, that’s correct
Yes I do
Yes I confirm
I confirm
I confirm this request.
I hereby confirm my request
Confirmed
Confirm
It was me.
That's correct
That is correct, thanks
Hi, yes.
Hello! Yes, please.
Dear WinLas, yes
Yep
Yes\\n\\nBest regards\\nAnna Ek
Yes\\nKind regards,\\nAnna
Yes\\n\\nMany thanks\\nAnna
Yes\\n\\nSent from my iPhone
"""

NO = """\
Nej
nej!
NEJ
Nej.
Nej tack
Nej, det var inte jag
Nej det var inte jag.
Nej, inte jag
Inte jag
Det var inte jag
Det stämmer inte
Nej, det stämmer inte.
Jag har inte begärt detta
Nej, jag har inte skickat något
Jag har inte skrivit detta mejlet.
Nix
Nej\\n\\nMvh Anna
Hej, nej det var inte jag
Hej! Det var inte jag.
No
No.
No thanks
No, it was not me
No it wasn't me
It wasn’t me.
Not me
I did not request this
I didn't send this
No, I have not asked for this
This is not correct
This was not my request.
No\\n\\nSent from my iPhone
Nej /Anna
"""

UNCLEAR = """\


.
👍
?
Ja?
Ja, vad är det här?
Yes, what is this?
Ja men inte än
Ja, men radera inte telefonnumret
Ja fast bara e-postadressen
Ja, utom mina fakturor
Ja, men vänta till måndag
Ja, avbryt
Ja. Avbryt
Ja\\nAvbryt
Ja\\n\\nMvh\\nAvbryt
Ja. Stopp.
Ja Kanske
Ja kanske
Ja nej
Ja Nej
Ja/nej
Ja / nej
JA NEJ
Nej ja
Ja, det var inte jag
Ja, gör det inte
Ja, absolut inte
JA, RADERA INGET
JA, DET VAR INTE JAG
Ja. Radera Inget
Ja och rätta mitt namn till Anna Ek-Lind
Ja. Skicka till min nya adress
Ja, använd anna.ny@kund.example
Ja, mitt nya nummer är 070-555 12 34
Ja 070-555 12 34
Ja 2
Ja, ta bort mig från nyhetsbrevet också
Ja, jag har fått mejlet
Ja, radera allt
Ja, om ni lovar att det är gratis
Ja ifall det går
Ja aldrig i livet
Ja visst, om hundra år
Ja, ni har fel
Ja 👎
Ja ❌
Ja 🚫
Ja, det är fel
Ja\\nPS radera inte fakturorna
Ja\\n\\nMvh Anna\\nPS skicka den till min chef
Ja\\n\\nMvh Anna\\nAldrig
Jaså
Jaha
Jakob
Okej
Ok
Visst
Kör på
Stämmer bra det
Jag vet inte
Jag är på semester till den 15 augusti
Jag är inte på kontoret. Ja
Ja, jag är på semester och svarar när jag är åter
Tack för ditt mejl
Tack
Hej
Hej Anna
Anna
Bekräftar ni att min data är borta
Jag bekräftar mottagandet
Jag bekräftar inte
Bekräftar inte
Nej, vänta
Nej, det var jag
Nej det stämmer
Nej, inga problem
Nej, stoppa inte
Nej, inte fel
Nej, men gör det ändå
Nej, gör inte det utan radera allt
Inte än
Inte nu
Nej! Ja!
Yes no
Yes or no
Yes/No
Yes, but not yet
Yes but only the phone number
Yes, except my invoices
Yes, do not delete anything
Yes. Cancel.
Yes. Stop
YES CANCEL
Yes, cancel it
Yes, wait
Yes, if it is free
Yes, I am on vacation
Yes. Send it to my new address
Yes, and please also delete my tickets
Yes, never
Yes I can't confirm
Yes, this is wrong
I cannot confirm
I do not confirm
I confirm receipt
I confirm that I never asked for this
No problem
No problem, I confirm
No worries, go ahead
No, it is correct
No, it was me
No, I did request this
Not now
Not yet
Not only this
No but yes
No, wait
Sure
OK
Go ahead
Thanks
Thank you
Who are you
Yesterday
Sent from my iPhone
Sent from me: no, stop
Ja\\nSkickat från mig som ville något annat
Yes\\nSent from somebody who does not want this
Vem har skickat detta
Out of office: yes
Svar: ja eller nej
Svara JA för att bekräfta
Är det här spam
Ja, """ + " ".join(["tack"] * 30)


def lines(text):
    return [line.replace("\\n", "\n") for line in text.splitlines()]


@pytest.mark.parametrize("text", lines(YES))
def test_a_plain_yes_confirms(text):
    assert read_answer(text, NAMES) is Answer.YES


@pytest.mark.parametrize("text", lines(NO))
def test_a_plain_no_denies(text):
    assert read_answer(text, NAMES) is Answer.NO


@pytest.mark.parametrize("text", sorted(set(lines(UNCLEAR))))
def test_whatever_could_mean_something_else_is_read_by_a_person(text):
    assert read_answer(text, NAMES) is Answer.UNCLEAR


@pytest.mark.parametrize(
    "text",
    [
        "Tack!",
        "Tack för hjälpen! /Anna",
        "Hej! Tack så mycket för svaret.\n\nMvh Anna Ek",
        "Thanks a lot",
        "Many thanks for the help",
    ],
)
def test_mere_thanks_need_nobody(text):
    assert is_courtesy(text, NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hej",
        "Snälla",
        "Tack men radera allt",
        "Tack. Avbryt",
        "Tack?",
        "Ja tack",
        "Nej tack",
        "Tack, ring 070-555 12 34",
        "Tack för svaret, men det stämmer inte",
        "Tack så mycket. Radera också mina ärenden.",
        "Thanks for nothing",
    ],
)
def test_whatever_is_more_than_thanks_is_read_by_a_person(text):
    assert not is_courtesy(text, NAMES)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Hej!\nJo", "Jo Lund jo.lund"),  # signed, nothing else
        ("No", "Minsu No"),
        ("Ja", "Ja Rule"),
    ],
)
def test_a_name_that_reads_as_an_answer_is_none(text, names):
    assert read_answer(text, names) is Answer.UNCLEAR


def test_a_name_that_reads_as_a_doubt_stays_a_doubt():
    assert read_answer("Ja, inte", "Inte Lund") is Answer.UNCLEAR


def test_a_word_that_nobody_is_called_is_no_name():
    assert read_answer("Ja\n\nAnna", "") is Answer.UNCLEAR


@given(st.text())
def test_any_text_reads_as_something(text):
    assert read_answer(text, text) in Answer


@given(st.sampled_from(lines(YES)), st.from_regex(r"[a-zåäö]{4,12}", fullmatch=True), st.booleans())
def test_a_yes_with_one_unknown_word_is_no_yes(yes, word, first):
    if read_answer(f"Ja {word}", NAMES) is Answer.UNCLEAR:  # a word that says nothing, such as 'tack', may be there
        assert read_answer(f"{word} {yes}" if first else f"{yes} {word}", NAMES) is not Answer.YES


@given(
    st.sampled_from(lines(YES)), st.sampled_from(["inte", "not", "ej", "aldrig", "never", "men", "but", "nej", "no"])
)
def test_a_yes_with_a_doubt_anywhere_is_no_yes(yes, doubt):
    words = yes.split(" ")
    for place in range(len(words) + 1):
        assert read_answer(" ".join([*words[:place], doubt, *words[place:]]), NAMES) is not Answer.YES


def test_a_long_text_is_unclear():
    assert read_answer("Ja / / Mvh " * 50_000) is Answer.UNCLEAR


def message(**differs):
    fields = {
        "message_id": None,
        "in_reply_to": (),
        "references": (),
        "from_mailboxes": (),
        "from_headers": 1,
        "recipients": (),
        "return_path": None,
        "subject": "",
        "headers": {},
        "text": "",
        "own_text": "",
    }
    return Message(**(fields | differs))


def test_a_mail_is_joined_by_what_it_answers_the_nearest_first():
    answer = message(in_reply_to=("<c@x>",), references=("<a@x>", "<b@x>", "<c@x>"))
    assert handles_of(answer) == Handles(("<c@x>", "<b@x>", "<a@x>"), ())


def test_a_mail_is_joined_by_a_code_in_subject_or_text_however_it_is_typed():
    assert handles_of(message(subject=f"Sv: {CODE}", own_text=CODE.lower())).codes == (CODE,)


def test_a_code_in_quoted_history_joins_nothing():
    assert handles_of(message(text=f"> {CODE}", own_text="Ja")).codes == ()


@pytest.mark.parametrize("text", ["DS-2026-00042", "MFRG-G3DF-NQ2H", "MFRG-G3DF-NQ2H-XO51", "XMFRG-G3DF-NQ2H-XO5T"])
def test_what_is_no_code_joins_nothing(text):
    assert handles_of(message(subject=text, own_text=text)).codes == ()


TAKEN_BACK = [
    "Jag ångrar mig",
    "Jag ångrar mig.\n\nMvh Anna",
    "Hej! Jag tar tillbaka min begäran.",
    "Glöm min begäran, tack",
    "Nej men glöm det",
    "Jag har ångrat mig.",
    "Jag vill dra tillbaka min begäran",
    "Jag återkallar min begäran\n\nSkickat från min iPhone",
    "I've changed my mind. Thank you! /Anna",
    "I want to withdraw my request.",
    "Please disregard my earlier request",
]
NOT_TAKEN_BACK = [
    "Jag ångrar mig inte",
    "Jag har inte ångrat mig",
    "Jag ångrar mig?",
    "Jag ångrar mig kanske",
    "Jag ångrar mig, radera mina uppgifter",
    "Jag ångrar mig, byt nummer till 070",
    "Jag återkallar mitt samtycke",
    "Glöm inte min begäran",
    "Ni har glömt min begäran",
    "Don't forget my request",
    "You ignore my request",
    "I changed my mind, I want my data",
    "Ta bort mina uppgifter",
    "Ja",
]
EVERYTHING = frozenset({Kind.ACCESS, Kind.ERASURE})


@pytest.mark.parametrize("text", TAKEN_BACK)
@pytest.mark.parametrize("kinds", [EVERYTHING, frozenset({Kind.ERASURE})])
def test_a_request_is_taken_back_in_words_that_mean_nothing_else(text: str, kinds: frozenset[Kind]) -> None:
    assert takes_back(text, kinds, NAMES)


@pytest.mark.parametrize("text", NOT_TAKEN_BACK)
@pytest.mark.parametrize("kinds", [EVERYTHING, frozenset({Kind.ERASURE})])
def test_whatever_else_is_said_takes_nothing_back(text: str, kinds: frozenset[Kind]) -> None:
    assert not takes_back(text, kinds, NAMES)


@pytest.mark.parametrize(
    "text", ["Ta inte bort mina uppgifter", "Jag ångrar mig, radera inte mig!", "Please don't delete my data"]
)
def test_do_not_erase_takes_back_an_erasure_and_nothing_else(text: str) -> None:
    assert takes_back(text, frozenset({Kind.ERASURE}), NAMES)
    assert not takes_back(text, EVERYTHING, NAMES)
