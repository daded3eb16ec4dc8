"""Raw bytes to a message: odd mails, broken mails, and any bytes at all."""

import hashlib
import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.core.message import Mailbox, Oddity
from mailbot.core.sender import NoSender, Sender, sender_of
from mailbot.core.threads import handles_of
from mailbot.mail import mime
from mailbot.mail.body import MAX_HTML, MAX_TEXT
from mailbot.mail.parse import MAX_MAIL, parse

MAILS = sorted((Path(__file__).parents[1] / "mails").glob("*.eml"))
SNIPPETS = [
    *(
        b"\n",
        b"\r",
        b"\r\n\r\n",
        b";",
        b'"',
        b"<",
        b">",
        b"(",
        b":",
        b"=",
        b"\0",
        b"\xff",
        b" \t",
        b"--",
        b"=?utf-8?b?",
    ),
    *(
        b"?=",
        b"*0*=",
        b"charset=idna",
        b"charset=utf-7",
        b"charset=utf-16",
        b"+2AA-",
        b"multipart/digest",
        b"message/rfc822",
    ),
    *(
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=zz\n",
        b"<div style='",
        b"&#xd800;",
        b"<!--",
    ),
]


def mail(body="", content_type="text/plain; charset=utf-8", headers="", encoding="8bit"):
    start = f"From: a@kund.example\n{headers}Content-Type: {content_type}\nContent-Transfer-Encoding: {encoding}\n\n"
    return parse(start.encode() + (body if isinstance(body, bytes) else body.encode()))


def header(line):
    return parse(line.encode() if isinstance(line, str) else line)


def read_all(raw):
    """Everything that is made of a mail's bytes, storable as UTF-8."""
    message = parse(raw)
    sender_of(message)
    handles_of(message)
    values = (value for values in message.headers.values() for value in values)
    text = "".join([message.text, message.own_text, message.subject, message.html or "", *values])
    return text.encode()


@given(st.binary(max_size=600))
@settings(max_examples=150, deadline=None)
def test_any_bytes_can_be_parsed(raw):
    read_all(raw)


@given(st.sampled_from(MAILS), st.integers(0, 2**32))
@settings(max_examples=150, deadline=None)
def test_any_damage_to_a_real_mail_can_be_parsed(path, seed):
    raw, chance = bytearray(path.read_bytes()), random.Random(seed)  # noqa: S311 - damage, not secrets
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(len(raw))
        match chance.randrange(4):
            case 0:
                raw[at:at] = chance.choice(SNIPPETS)
            case 1:
                del raw[at : at + chance.randint(1, 40)]
            case 2:
                raw[at] = chance.randrange(256)
            case _:
                raw[at:at] = raw[at : at + chance.randint(1, 200)]
        raw = raw or bytearray(b"x")
    read_all(bytes(raw))


@given(st.integers(0, 40), st.sampled_from([b"\n", b"\r\n", b"\r"]))
@settings(max_examples=40, deadline=None)
def test_parts_nested_to_any_depth_are_read_or_said_to_be_too_complex(depth, newline):
    lines = [
        line
        for level in range(depth)
        for line in (f"Content-Type: multipart/mixed; boundary=b{level}", "", f"--b{level}")
    ]
    lines += ["", "Radera mig.", *(f"--b{level}--" for level in reversed(range(depth)))]

    message = parse(newline.join(line.encode() for line in lines))

    if depth <= mime.MAX_DEPTH:
        assert (message.own_text, message.oddities) == ("Radera mig.", frozenset())
    else:
        assert Oddity.TOO_COMPLEX in message.oddities


def seconds_for(raw):
    start = time.process_time()
    parse(raw)
    return time.process_time() - start


@pytest.mark.parametrize(
    "make",
    [
        lambda n: b"".join(b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (i, i) for i in range(n // 40)),
        lambda n: b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * (n // 7),
        lambda n: b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" + b"--bx\n" * (n // 5),
        lambda n: b"Content-Type: text/html\n\n" + b"<div>" * (n // 10) + b"hej" + b"</div>" * (n // 12),
        lambda n: b"Content-Type: text/html\n\n" + b"<a<a '" * (n // 6),
        lambda n: (
            b"Content-Type: text/html\n\n<table><tr><td>" + b"z" * (n // 2) + b"</td></tr>" + b"<tr><td>y" * (n // 18)
        ),
        lambda n: b"Subject: " + b"=?a?q?x?= " * (n // 10),
        lambda n: b'From: "\\"\\' * (n // 10),
        lambda n: b"Content-Type: x/y" + b';a*0="' * (n // 6),
        lambda n: b"a:b\n" * (n // 4),
    ],
    ids=[
        "nested",
        "parts",
        "false-boundaries",
        "divs",
        "broken-tags",
        "wide-table",
        "words",
        "quotes",
        "parameters",
        "headers",
    ],
)
def test_cost_grows_with_the_size_only(make):
    small, large = (min(seconds_for(make(size)) for _ in range(2)) for size in (4 * 1024, 64 * 1024))

    assert large < 50 * max(small, 0.001)


def test_mail_beyond_the_limit_is_read_to_the_limit(monkeypatch):
    monkeypatch.setattr("mailbot.mail.parse.MAX_MAIL", 60)

    message = mail("Radera mig. " * 20)

    assert MAX_MAIL > 1024 * 1024
    assert Oddity.TOO_LARGE in message.oddities


@pytest.mark.parametrize(("kind", "body", "limit"), [("plain", "{}{}", MAX_TEXT), ("html", "<!--{}-->{}", MAX_HTML)])
def test_text_beyond_the_limit_is_cut_and_said_so(kind, body, limit):
    fitting = mail(body.format("x" * (limit // 2), "slutet"), f"text/{kind}")
    longer = mail(body.format("x" * limit, "slutet"), f"text/{kind}")

    assert fitting.text.endswith("slutet")
    assert fitting.oddities == frozenset()
    assert "slutet" not in longer.text
    assert Oddity.TOO_LARGE in longer.oddities


@pytest.mark.parametrize(
    ("value", "mailboxes"),
    [
        ("Anna Ek <anna@kund.example>", [("Anna Ek", "anna@kund.example")]),
        ("anna@kund.example", [("", "anna@kund.example")]),
        ('"Ek, Anna" <anna@kund.example> (hemma)', [("Ek, Anna", "anna@kund.example")]),
        ('"Anna \\"Annie\\" Ek" <anna@kund.example>', [('Anna "Annie" Ek', "anna@kund.example")]),
        ("'anna@kund.example' <anna@kund.example>", [("anna@kund.example", "anna@kund.example")]),
        ("=?utf-8?q?Anna_=C3=85s?= <anna@kund.example>", [("Anna Ås", "anna@kund.example")]),
        ('"=?utf-8?q?Anna_=C3=85s?=" <anna@kund.example>', [("Anna Ås", "anna@kund.example")]),
        ("a@good.example <m@skurk.example>", [("a@good.example", "m@skurk.example")]),
        (
            "=?utf-8?q?a=40good.example_=3Cx=40y=3E=2C?= <m@skurk.example>",
            [("a@good.example <x@y>,", "m@skurk.example")],
        ),
        ("a@good.example, m@skurk.example", [("", "a@good.example"), ("", "m@skurk.example")]),
        ("<a@good.example> <m@skurk.example>", [("", "")]),
        ("a@good.example@skurk.example", [("a@good.example@skurk.example", "")]),
        ("Anna <anna @kund.example>", [("Anna", "")]),
        ("Anna <anna@kund.example", [("Anna", "")]),
        ('"Anna <anna@kund.example>', [('"Anna <anna@kund.example>', "")]),
        ("Anna <anna@kund\u200b.example>", [("Anna", "")]),
        ("Grupp: anna@kund.example, bo@kund.example;", [("", "anna@kund.example"), ("", "bo@kund.example")]),
        ("undisclosed-recipients:;", []),
        ("Anna", [("Anna", "")]),
        ("", []),
    ],
)
def test_from_is_read_so_that_nobody_passes_for_somebody_else(value, mailboxes):
    message = header(f"From: {value}\n\nx")

    assert message.from_mailboxes == tuple(Mailbox(*mailbox) for mailbox in mailboxes)
    assert message.from_headers == 1


def test_second_from_hidden_behind_a_lone_carriage_return_is_seen():
    message = header(b"From: anna@kund.example\rFrom: m@skurk.example\r\n\r\nx")

    assert sender_of(message) == NoSender("several_from")


@pytest.mark.parametrize(
    ("value", "subject"),
    [
        ("=?iso-8859-1?Q?R=E4tta?= mig", "Rätta mig"),
        ("=?utf-8?q?R=C3?=\n =?utf-8?q?=A4tta?=", "Rätta"),
        ("=?utf-8?B?UsOkdHRh?= =?iso-8859-1?q?_=E5?=", "Rätta å"),
        ("=?utf-8?B?UsOkdHR?=", "Rätt"),
        ("=?utf-8?Q?Hej p=C3=A5 dig?=", "Hej på dig"),
        ("=?no-such-charset?Q?R=E4tta?=", "Rätta"),
        ("=?utf-8*sv?q?p=C3=A5?=", "på"),
        ("=?utf-8?x?abc?= =?utf-8", "=?utf-8?x?abc?= =?utf-8"),
        ("R\u00e4tta", "Rätta"),
        ("=?utf-8?q?rad=0Aett=0D=00?=", "rad ett"),
        ("Ra\u200bdera  mig", "Radera mig"),
    ],
)
def test_subject_is_decoded_however_it_was_encoded(value, subject):
    assert header(f"Subject: {value}\n\nx").subject == subject


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("Rätta".encode("cp1252"), "text/plain; charset=utf-8", "Rätta"),
        ("Rätta".encode(), "text/plain; charset=iso-8859-1", "Rätta"),
        ("Rätta".encode(), "text/plain; charset=us-ascii", "Rätta"),
        ("Rätta".encode(), "text/plain", "Rätta"),
        ("Rätta".encode("cp1252"), "text/plain; charset=unknown-8bit", "Rätta"),
        ("Rätta €".encode("iso8859-15"), "text/plain; charset=iso-8859-15", "Rätta €"),
        ("Rätta".encode("utf-16"), "text/plain; charset=utf-16", "Rätta"),
        (b"Radera mig!!", "text/plain; charset=utf-16", "Radera mig!!"),
        ("Rätta åäö Å".encode()[:-1], "text/plain; charset=utf-8", "Rätta åäö \ufffd"),
        ("こんにちは".encode("iso-2022-jp"), "text/plain; charset=iso-2022-jp", "こんにちは"),
        ("Ra\u0308tta".encode(), "text/plain; charset=utf-8", "Rätta"),
        ("Ra\u00addera\u00a0mig".encode(), "text/plain; charset=utf-8", "Radera mig"),
        (b"a\x81\x8d", "text/plain; charset=zlib", "a\ufffd\ufffd"),
        (b"+2AA-", "text/plain; charset=utf-7", "?"),
    ],
)
def test_charset_is_what_the_bytes_are(body, content_type, text):
    assert mail(body, content_type).text == text


@pytest.mark.parametrize(
    ("body", "encoding", "text"),
    [
        ("UmFkZXJh\n", "base64", "Radera"),
        ("UmFkZXJh=\n===\n", "base64", "Radera"),
        ("UmF kZ!XJ\n", "BASE64 ", "Rader"),
        ("Radera mig, det här är ingen base64!", "base64", "Radera mig, det här är ingen base64!"),
        ("R=C3=A4tta=\n mig =ZZ", "quoted-printable", "Rätta mig =ZZ"),
        ("Radera", "x-nonsense", "Radera"),
    ],
)
def test_transfer_encoding_is_undone_as_far_as_it_goes(body, encoding, text):
    assert mail(body, encoding=encoding).text == text


def multipart(kind, *parts, after=""):
    inside = "".join(f"--B\n{part}\n" for part in parts)
    return mail(f"ingress\n{inside}--B--\n{after}", f'multipart/{kind}; boundary="B"')


PLAIN = "Content-Type: text/plain; charset=utf-8\n\nRadera mig."
HTML = "Content-Type: text/html; charset=utf-8\n\n<p>Radera <b>mig</b> nu.</p>"


def test_plain_alternative_is_read_and_html_kept_for_the_officer():
    message = multipart("alternative", PLAIN, HTML, after="epilog")

    assert (message.text, message.html) == ("Radera mig.", "<p>Radera <b>mig</b> nu.</p>")
    assert message.attachments == ()


@pytest.mark.parametrize("plain", ["", "   \n", "Ditt e-postprogram kan inte visa HTML.", "This is an HTML message."])
def test_plain_alternative_that_says_nothing_is_passed_over(plain):
    message = multipart("alternative", f"Content-Type: text/plain\n\n{plain}", HTML.replace("nu", "nu " * 20))

    assert message.text.startswith("Radera mig nu")


def test_text_goes_on_behind_a_picture():
    picture = "Content-Type: image/png\nContent-Transfer-Encoding: base64\n\nAAAA"
    message = multipart("mixed", PLAIN, picture, PLAIN.replace("Radera mig", "Och min chef"))

    assert message.own_text == "Radera mig.\n\nOch min chef."
    assert [part.content_type for part in message.attachments] == ["image/png"]
    assert message.oddities == frozenset()


def test_text_file_that_is_attached_is_not_the_mail():
    attached = "Content-Type: text/plain\nContent-Disposition: attachment; filename=brev.txt\n\nRadera mitt konto"

    assert multipart("mixed", PLAIN, attached).text == "Radera mig."


@pytest.mark.parametrize(
    "attached",
    [
        "Content-Type: message/rfc822\n\nSubject: Radera\n\nRadera mitt konto",
        "Content-Type: application/octet-stream; name=brev.eml\n\nSubject: Radera\n\nRadera mitt konto",
        "Content-Type: application/vnd.ms-outlook; name=brev.msg\nContent-Transfer-Encoding: base64\n\nAAAA",
    ],
)
def test_attached_mail_is_counted_and_never_read(attached):
    message = multipart("mixed", PLAIN.replace("Radera mig.", "FYI"), attached)

    assert (message.text, message.attached_messages) == ("FYI", 1)


def test_mails_of_a_digest_are_attached_mails():
    assert multipart("digest", "\nSubject: ett\n\nRadera", "\nSubject: två\n\nRadera").attached_messages == 2


def test_attachment_is_known_by_its_decoded_bytes_and_the_senders_name_for_it():
    attached = (
        "Content-Type: application/pdf\n"
        "Content-Disposition: attachment;\n filename*0*=utf-8''Beg%C3%A4; filename*1=ran.pdf\n"
        "Content-Transfer-Encoding: base64\n\nJVBERg=="
    )
    (found,) = multipart("mixed", PLAIN, attached).attachments

    assert (found.filename, found.size) == ("Begäran.pdf", 4)
    assert found.sha256 == hashlib.sha256(b"%PDF").hexdigest()


def test_flowed_paragraphs_are_put_together():
    text = "Jag vill att \nni raderar \nmig.\n> citat som \n> fortsätter\n>> äldre\n  indragen\n-- \nAnna"

    assert mail(text, "text/plain; format=flowed").text == (
        "Jag vill att ni raderar mig.\n> citat som fortsätter\n>> äldre\n indragen\n-- \nAnna"
    )
    assert mail("rad \nera", "text/plain; format=flowed; delsp=yes").text == "radera"
    assert mail("rad \nera", "text/plain").text == "rad \nera"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/mixed", "Radera mig."),
        ('multipart/mixed; boundary=""', "Radera mig."),
        ('multipart/mixed; boundary="B"', "Radera mig."),
        ('multipart/mixed; boundary="B"', f"--B\n{PLAIN}\n"),
    ],
)
def test_broken_multipart_is_read_and_said_to_be_malformed(content_type, body):
    message = mail(body, content_type)

    assert message.own_text == "Radera mig."
    assert message.oddities == {Oddity.MALFORMED}


def test_body_right_behind_the_headers_is_read():
    message = header("Subject: Hej\nDet här är brevet, utan tomrad.\nHej då")

    assert message.subject == "Hej"
    assert message.text.startswith("Det här är brevet")
    assert Oddity.MALFORMED in message.oddities


def test_line_of_an_mbox_file_is_no_damage():
    message = header("From anna@kund.example Tue Mar  3 10:00:00 2026\nSubject: Hej\n\nRadera mig.")

    assert (message.subject, message.oddities) == ("Hej", frozenset())


@pytest.mark.parametrize(
    ("subject", "body", "oddities"),
    [
        ("Avsluta prenumerationen", "", set()),
        ("", "", {Oddity.EMPTY}),
        ("(inget ämne)", "\n\n", {Oddity.EMPTY}),
        ("SV: Nyhetsbrev", "> Nyheter!", {Oddity.EMPTY}),
        ("Re: Nyhetsbrev", "Sluta\n\n> Nyheter!", set()),
        ("VB: Radera", "-----Ursprungligt meddelande-----\nRadera mig", {Oddity.EMPTY}),
        ("", "Radera mig", set()),
    ],
)
def test_mail_is_empty_when_neither_text_nor_subject_says_anything(subject, body, oddities):
    assert mail(body, headers=f"Subject: {subject}\n").oddities == oddities


def test_html_that_shows_only_a_picture_is_only_a_picture():
    message = mail('<html><body><img src="https://x.example/a.png"></body></html>', "text/html", "Subject: Hej\n")

    assert message.oddities == {Oddity.IMAGES_ONLY}


@pytest.mark.parametrize(
    ("content_type", "body", "oddity"),
    [
        ("application/pkcs7-mime; smime-type=enveloped-data", "AAAA", Oddity.ENCRYPTED),
        ("application/octet-stream; name=smime.p7m", "AAAA", Oddity.ENCRYPTED),
        ("application/x-microsoft-rpmsg-message", "AAAA", Oddity.ENCRYPTED),
        ("text/plain", "Hej\n-----BEGIN PGP MESSAGE-----\n\nhQEM\n-----END PGP MESSAGE-----", Oddity.ENCRYPTED),
        ("application/octet-stream; name=Winmail.DAT", "AAAA", Oddity.TNEF),
        ("message/partial; number=1; total=2; id=x", "Hej", Oddity.PARTIAL),
        ("message/external-body; access-type=URL", "Hej", Oddity.PARTIAL),
    ],
)
def test_what_cannot_be_read_is_said(content_type, body, oddity):
    assert oddity in mail(body, content_type).oddities


@pytest.mark.parametrize(
    ("line", "return_path"),
    [("Return-Path: <>\n", ""), ("Return-Path: <A@b.example>\nReturn-Path: <>\n", "a@b.example"), ("", None)],
)
def test_null_return_path_is_told_from_a_missing_one(line, return_path):
    assert header(f"{line}Subject: x\n\nx").return_path == return_path


def test_recipients_are_all_addresses_the_mail_came_to():
    message = header("To: A <A@w.example>, b@w.example\nCc: A@w.example\nDelivered-To: dataskydd+b-1@w.example\n\nx")

    assert message.recipients == ("a@w.example", "b@w.example", "dataskydd+b-1@w.example")


def test_message_ids_are_found_also_where_they_are_folded_or_encoded():
    message = header(
        "Message-Id: <1@x>\nIn-Reply-To: Ert brev <2@x> av i dag\nReferences: <3@x>\n <4@x>,<5@x>\n"
        " =?utf-8?q?=3C6=40x=3E?=\n\nx"
    )

    assert (message.message_id, message.in_reply_to) == ("<1@x>", ("<2@x>",))
    assert message.references == ("<3@x>", "<4@x>", "<5@x>", "<6@x>")


def test_sender_of_a_plain_mail_is_told():
    assert sender_of(header("From: Anna <Anna@Kund.example>\n\nx")) == Sender("anna@kund.example", "Anna")
