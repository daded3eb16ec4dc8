"""Delivering on a real Postfix, and to servers that fail in the ways that servers do: what came of a mail is data."""

import asyncio
import functools
import socket
from contextlib import asynccontextmanager

import pytest

from mailbot.mail.errors import (
    AuthorityUnreadable,
    CertificateRefused,
    EncryptionMissing,
    LoginRefused,
    PlainTextRefused,
    ServerUnreachable,
)
from mailbot.mail.oauth import TokenSource
from mailbot.mail.smtp import Courier, Parcel, Refused, Retry, Sent, Unknown

RAW = b"From: dataskydd@winlas.se\r\nSubject: Hej\r\n\r\nHej!\r\n"
KINDS = [("none", "smtp_port"), ("starttls", "smtp_port"), ("starttls", "submission_port"), ("tls", "smtps_port")]


def parcel(recipient, raw=RAW):
    return Parcel("dataskydd@winlas.se", recipient, raw)


def courier(world, security="none", port="smtp_port", user="", password=None, **how):
    ca_file = how.pop("ca_file", world.ca_file)
    password = world.password if password is None else password
    return Courier(world.host, getattr(world, port), user, password, security=security, ca_file=ca_file, **how)


async def arrived(dovecot, address):
    for _ in range(200):
        if mails := dovecot.messages(address):
            return mails
        await asyncio.sleep(0.05)
    return []


@pytest.mark.parametrize(("security", "port"), KINDS)
async def test_mail_arrives_whole_over_every_kind_of_connection(mailworld, dovecot, security, port):
    address, user = dovecot.new_user(domain="kund.example"), dovecot.new_user() if port != "smtp_port" else ""
    body = RAW + b"\r\n".join([b".", b"..", b". rad", b"x" * 900]) + b"\r\n"
    server = courier(mailworld, security, port, user)

    await server.check()
    (delivery,) = await server.deliver([parcel(address, body)])

    assert delivery == Sent("250 2.0.0")
    (raw,) = await arrived(dovecot, address)
    assert raw.endswith(body.partition(b"\r\n\r\n")[2])


async def test_each_mail_of_a_batch_has_a_result_of_its_own(mailworld, dovecot):
    good = [dovecot.new_user(domain="kund.example") for _ in range(2)]
    recipients = [good[0], "unknown@kund.example", "later@kund.example", "someone@elsewhere.example", good[1]]

    deliveries = await courier(mailworld).deliver([parcel(recipient) for recipient in recipients])

    assert deliveries == [
        Sent("250 2.0.0"),
        Refused("550 5.1.1"),
        Retry("450 4.2.0"),
        Refused("554 5.7.1"),
        Sent("250 2.0.0"),
    ]
    assert [len(await arrived(dovecot, address)) for address in good] == [1, 1]


async def test_mail_larger_than_the_server_takes_is_refused_before_it_is_sent(mailworld):
    (delivery,) = await courier(mailworld).deliver([parcel("anna@kund.example", RAW + b"x\r\n" * 18_000_000)])

    assert delivery == Refused("552 5.3.4")


@pytest.mark.parametrize("recipient", ["åsa@kund.example", "a b@kund.example", "a@kund.example\r\nDATA", "", "Anna"])
async def test_address_that_no_mail_can_be_sent_to_is_refused_without_asking(mailworld, dovecot, recipient):
    good = dovecot.new_user(domain="kund.example")

    deliveries = await courier(mailworld).deliver([parcel(recipient), parcel(good)])

    assert deliveries == [Refused("553 5.1.3"), Sent("250 2.0.0")]


async def refused_by(server, error):
    with pytest.raises(error):
        await server.check()
    with pytest.raises(error) as refused:
        await server.deliver([parcel("anna@kund.example")])
    line = str(refused.value)
    assert "\n" not in line
    assert "kim" not in line
    return line


@pytest.mark.parametrize(("security", "port"), KINDS[1:])
async def test_certificate_of_an_unknown_authority_is_refused(mailworld, security, port):
    line = await refused_by(courier(mailworld, security, port, "kim@winlas.se", ca_file=None), CertificateRefused)

    assert "smtp.ca_file" in line


@pytest.mark.parametrize(("security", "port"), KINDS[2:])
async def test_wrong_password_names_the_settings_to_look_at(mailworld, security, port):
    line = await refused_by(courier(mailworld, security, port, "kim@winlas.se", "wrong-secret"), LoginRefused)

    assert "smtp.password" in line
    assert "wrong-secret" not in line


async def test_login_that_the_server_does_not_offer_is_refused(mailworld):
    await refused_by(courier(mailworld, "starttls", "smtp_port", "kim@winlas.se"), LoginRefused)


async def test_server_that_is_not_there_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    assert f"127.0.0.1:{port}" in await refused_by(Courier("127.0.0.1", port, security="none"), ServerUnreachable)


async def test_port_that_speaks_no_tls_is_unreachable(mailworld):
    assert "smtp.security" in await refused_by(courier(mailworld, "tls"), ServerUnreachable)


@pytest.mark.parametrize("host", ["192.0.2.1", "mail.winlas.se"])
def test_plain_text_never_leaves_the_machine(host):
    with pytest.raises(PlainTextRefused, match=r"smtp\.security"):
        Courier(host, 25, security="none")


async def test_unreadable_authorities_are_a_mistake_in_the_settings(mailworld, tmp_path):
    server = courier(mailworld, "tls", "smtps_port", ca_file=tmp_path / "missing.pem")

    assert "smtp.ca_file" in await refused_by(server, AuthorityUnreadable)


GREETING = {"": "220 hej", "EHLO": "250-x\r\n250 AUTH PLAIN LOGIN XOAUTH2", "QUIT": "221 bye", "RSET": "250 ok"}
TAKING = GREETING | {"MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go", ".": "250 2.0.0 taken"}


@asynccontextmanager
async def answering(answers, heard=None):
    """A server that answers by the first word of a line; None hangs up, a list is used up one by one."""
    answers = {word: iter(answer) if isinstance(answer, list) else answer for word, answer in answers.items()}

    async def talk(reader, writer):
        word = ""
        try:
            while True:
                answer = answers.get(word, "500 what")
                answer = next(answer) if not isinstance(answer, str | None) else answer
                if answer is None:
                    return
                writer.write(f"{answer}\r\n".encode())
                await writer.drain()
                line = (await reader.readuntil(b"\r\n.\r\n" if answer.startswith("354") else b"\r\n")).decode()
                if heard is not None:
                    heard.append(line.strip())
                word = "." if answer.startswith("354") else line.split()[0].upper()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield functools.partial(Courier, "127.0.0.1", server.sockets[0].getsockname()[1], security="none")


TWO = [parcel("a@kund.example"), parcel("b@kund.example")]


@pytest.mark.parametrize(
    ("answers", "deliveries"),
    [
        ({}, [Sent("250 2.0.0"), Sent("250 2.0.0")]),
        ({".": "250 ok a@kund.example 5.1.1 queued"}, [Sent("250"), Sent("250")]),
        ({"MAIL": ["550 5.7.60 no right to send as", "250 ok"]}, [Refused("550 5.7.60"), Sent("250 2.0.0")]),
        ({"MAIL": "421 4.3.2 going down"}, [Retry("421 4.3.2"), Retry("connection lost")]),
        ({"MAIL": "530 5.7.0 authenticate first"}, [Retry("530 5.7.0"), Retry("530 5.7.0")]),
        ({"RCPT": None}, [Retry("connection lost"), Retry("connection lost")]),
        ({"RCPT": ["451 4.7.1 greylisted", "250 ok"]}, [Retry("451 4.7.1"), Sent("250 2.0.0")]),
        ({"DATA": ["554 5.5.1 no", "354 go"]}, [Refused("554 5.5.1"), Sent("250 2.0.0")]),
        ({".": ["552 5.2.2 full", "250 2.0.0 ok"]}, [Refused("552 5.2.2"), Sent("250 2.0.0")]),
        ({".": ["452 4.3.1 later", "250 2.0.0 ok"]}, [Retry("452 4.3.1"), Sent("250 2.0.0")]),
        ({".": None}, [Unknown("no answer"), Retry("connection lost")]),
        ({"RCPT": "nonsense"}, [Retry("connection lost"), Retry("connection lost")]),
        ({".": "nonsense"}, [Unknown("no answer"), Retry("connection lost")]),
    ],
)
async def test_every_failure_of_a_server_becomes_a_result(answers, deliveries):
    async with answering(TAKING | answers) as server:
        assert await server().deliver(TWO) == deliveries


async def test_server_that_never_answers_a_mail_handed_over_leaves_it_unknown(monkeypatch):
    monkeypatch.setattr("mailbot.mail.smtp.DATA_SECONDS", 0.2)
    async with answering(TAKING | {".": "250-and on and on"}) as server:
        assert await server().deliver(TWO) == [Unknown("no answer"), Retry("connection lost")]


async def test_batch_goes_over_one_connection():
    heard = []
    async with answering(TAKING, heard) as server:
        await server().deliver(TWO)

    assert [line.split()[0] for line in heard if line.split()[0].isupper()].count("EHLO") == 1


async def test_server_without_starttls_is_refused():
    async with answering(TAKING) as server:
        assert "STARTTLS" in await refused_by(server(security="starttls"), EncryptionMissing)


async def test_server_that_is_closed_for_now_is_unreachable():
    async with answering(GREETING | {"": "421 4.3.2 closed"}) as server:
        await refused_by(server(), ServerUnreachable)


@pytest.mark.parametrize(
    ("answer", "error"),
    [("535 5.7.8 no", LoginRefused), ("454 4.7.0 later", ServerUnreachable), (None, ServerUnreachable)],
)
async def test_refused_login_is_told_from_one_that_works_later(answer, error):
    async with answering(TAKING | {"AUTH": answer}) as server:
        await refused_by(server("kim@winlas.se", "secret"), error)


async def test_token_is_sent_and_forgotten_when_the_server_does_not_take_it(monkeypatch):
    tokens = iter(["one", "two"])
    monkeypatch.setattr(TokenSource, "_ask", lambda _: (next(tokens), 3600))
    heard, source = [], TokenSource("https://x.example", "id", "secret")
    async with answering(TAKING | {"AUTH": ["535 5.7.8 no", "235 ok"]}, heard) as server:
        with pytest.raises(LoginRefused):
            await server("kim@winlas.se", source).check()
        await server("kim@winlas.se", source).check()

    sent = [line.split()[-1] for line in heard if line.startswith("AUTH")]
    assert len(set(sent)) == 2
