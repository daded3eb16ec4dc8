"""Our own mails: the same letter always gives the same bytes, and nothing in it can become a header."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.core.kinds import Disposition
from mailbot.core.letters import Rendered
from mailbot.core.screen import Own, screen
from mailbot.mail.compose import File, Heading, bounce_address, compose, read_bounce_address
from mailbot.mail.parse import parse

LETTER = Rendered(subject="Bekräfta din begäran", text="Hej Åsa!\n\nVar det du?\n", html="<p>Hej Åsa!</p>")
HEADING = Heading(
    sender="dataskydd@winlas.se",
    sender_name="Dataskydd på WinLas, AB",
    to="asa@kund.example",
    message_id="<0a1b@winlas.se>",
    date=datetime(2026, 3, 3, 9, 30, tzinfo=UTC),
    loop_token="t0ken",
    thread=("<1@kund.example>", "<2@kund.example>"),
)
COPY = File("Kopia på dina uppgifter.pdf", "application/pdf", bytes(range(256)) * 40)
LONG_ID = f"<{'A' * 90}@{'B' * 60}.eurprd05.prod.outlook.com>"


def composed(letter=LETTER, files=(), **heading):
    return compose(letter, replace(HEADING, **heading), files)


def read(raw):
    return message_from_bytes(raw, policy=policy.default)


def test_letter_says_who_what_and_that_a_program_wrote_it():
    mail = read(composed())

    assert dict(mail.items()) | {"Content-Type": ""} == {
        "From": '"Dataskydd på WinLas, AB" <dataskydd@winlas.se>',
        "To": "asa@kund.example",
        "Subject": "Bekräfta din begäran",
        "Date": "Tue, 03 Mar 2026 09:30:00 +0000",
        "Message-ID": "<0a1b@winlas.se>",
        "In-Reply-To": "<2@kund.example>",
        "References": "<1@kund.example> <2@kund.example>",
        "Auto-Submitted": "auto-replied",
        "X-Auto-Response-Suppress": "All",
        "X-Mailbot-Loop": "t0ken",
        "MIME-Version": "1.0",
        "Content-Type": "",
    }
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content().replace("\r\n", "\n") for part in mail.iter_parts()] == [
        LETTER.text,
        f"{LETTER.html}\n",
    ]


def test_letter_that_answers_no_mail_is_marked_as_made_by_itself():
    mail = read(composed(thread=()))

    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["In-Reply-To"] is None
    assert mail["References"] is None


def test_attachments_come_through_with_their_names():
    mail = read(composed(files=[COPY]))
    (attached,) = mail.iter_attachments()

    assert (attached.get_filename(), attached.get_content_type()) == (COPY.name, COPY.content_type)
    assert attached.get_content() == COPY.data


def test_same_letter_gives_the_same_bytes():
    assert composed(files=[COPY]) == composed(files=[COPY])
    assert composed() != composed(message_id="<0a1c@winlas.se>")


def test_lines_are_short_and_pure_ascii():
    letter = replace(LETTER, subject="ö" * 300, text="å" * 5000 + "\n.\nFrom x\n", html="<p>" + "x" * 5000)
    raw = composed(letter, [COPY], thread=[LONG_ID] * 30)

    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert read(raw).get_body(("plain",)).get_content().replace("\r\n", "\n") == letter.text


@pytest.mark.parametrize(
    "name", ["", "WinLas", 'Dataskydd, "WinLas"', "Dataskydd: Å" * 9, "Dataskydd, personuppgifter och arkiv <hej> " * 4]
)
def test_senders_name_comes_through(name):
    (mailbox,) = parse(composed(sender_name=name)).from_mailboxes

    assert (mailbox.address, mailbox.name) == ("dataskydd@winlas.se", name.strip())


def test_long_message_ids_stay_message_ids():
    raw = composed(thread=[LONG_ID, "<2@kund.example>", LONG_ID])

    assert f"In-Reply-To: {LONG_ID}\r\n".encode() in raw
    assert f"References: {LONG_ID}\r\n <2@kund.example>\r\n {LONG_ID}\r\n".encode() in raw
    assert parse(raw).references == (LONG_ID, "<2@kund.example>", LONG_ID)


def test_long_threads_keep_their_first_and_last_mails():
    thread = [f"<{number}@kund.example>" for number in range(50)]

    assert parse(composed(thread=thread)).references == (thread[0], *thread[-11:])


def test_what_is_no_message_id_does_not_come_into_a_header():
    thread = ["<1@x>\r\nBcc: m@skurk.example", "<a b@x>", "1@x", "<ö@x>", "<2@x>"]
    mail = read(composed(thread=thread))

    assert (mail["References"], mail["In-Reply-To"]) == ("<2@x>", "<2@x>")


@given(st.text(max_size=80), st.sampled_from(["\r\n", "\n", "\r", "\x00", "\u2028", "\x0b", "\x85"]))
@settings(max_examples=80, deadline=None)
def test_nothing_in_a_letter_becomes_a_header(text, newline):
    evil = f"{text}{newline}Bcc: m@skurk.example{newline}{newline}{text}".encode("utf-8", "replace").decode()
    raw = composed(
        replace(LETTER, subject=evil),
        [File(evil, "text/plain", b"x")],
        sender_name=evil,
        loop_token=evil,
        thread=[evil],
    )
    mail = read(raw)

    assert mail["Bcc"] is None
    assert raw.count(b"\r\nSubject:") == raw.count(b"\r\nX-Mailbot-Loop:") == 1
    assert mail.get_content_type() == "multipart/mixed"
    assert [mailbox.addr_spec for mailbox in mail["From"].addresses] == ["dataskydd@winlas.se"]


@pytest.mark.parametrize(
    ("to", "shown"),
    [
        ("asa@åkeri.example", "asa@xn--keri-poa.example"),
        ("o'brien+x@kund.example", "o'brien+x@kund.example"),
        ("åsa@kund.example", None),
        ("a@kund.example, m@skurk.example", None),
        ("a@kund.example\r\nBcc: m@skurk.example", None),
        ("Anna <a@kund.example>", None),
        ("", None),
    ],
)
def test_to_shows_one_address_or_none(to, shown):
    mail = read(composed(to=to))

    assert [address.addr_spec for address in mail["To"].addresses] == ([shown] if shown else [])
    assert mail["Bcc"] is None


def test_our_own_mail_is_recognised_when_it_comes_back():
    screening = screen(parse(composed()), Own(frozenset({"annan@winlas.se"}), "t0ken"))

    assert screening.disposition is Disposition.OWN


def test_bounce_tells_which_mail_it_is_about():
    token = "0123456789abcdef" * 2
    address = bounce_address("dataskydd@winlas.se", token)

    assert address == f"dataskydd+b-{token}@winlas.se"
    assert read_bounce_address(address) == token
    assert read_bounce_address("dataskydd+b-zz@winlas.se") is None
    assert read_bounce_address("dataskydd@winlas.se") is None
