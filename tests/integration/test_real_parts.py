"""The servers that the tests rest on do what a mailbox, a mail exchanger, a database and a browser do."""

import imaplib
import smtplib
import ssl
import time
from email.message import EmailMessage

import psycopg
import pytest

MAIL = "From: Kim <kim@kund.example>\r\nSubject: Hej\r\n\r\nRätta mitt namn.\r\n".encode()


def written(to, sender="kim@kund.example"):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, "Hej"
    message.set_content("Vad har ni om mig?\n")
    return message


def arrived(dovecot, address, count=1):
    deadline = time.monotonic() + 10
    while len(mails := dovecot.messages(address)) < count and time.monotonic() < deadline:
        time.sleep(0.05)
    return mails


def test_dovecot_keeps_the_bytes_of_a_mail(dovecot):
    address = dovecot.new_user()
    dovecot.deliver(address, MAIL)
    (raw,) = dovecot.messages(address)
    assert raw.endswith(MAIL)


def test_dovecot_starts_every_user_with_an_empty_mailbox(dovecot):
    dovecot.deliver(dovecot.new_user(), MAIL)
    assert dovecot.messages(dovecot.new_user()) == []


def test_dovecot_has_no_mails_in_a_folder_that_is_not_there(dovecot):
    assert dovecot.messages(dovecot.new_user(), folder="Hanterat") == []


def test_dovecot_refuses_a_wrong_password(dovecot):
    with (
        imaplib.IMAP4(dovecot.host, dovecot.imap_port) as imap,
        pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"),
    ):
        imap.login(dovecot.new_user(), "wrong")


def test_dovecot_offers_idle_move_and_uidplus_after_login(dovecot):
    with imaplib.IMAP4(dovecot.host, dovecot.imap_port) as imap:
        imap.login(dovecot.new_user(), dovecot.password)
        capabilities = imap.capability()[1][0].split()
    assert {b"IDLE", b"MOVE", b"UIDPLUS"} <= set(capabilities)


def test_dovecot_proves_who_it_is_over_tls(dovecot):
    trusting = ssl.create_default_context(cafile=dovecot.ca_file)
    with imaplib.IMAP4_SSL(dovecot.host, dovecot.imaps_port, ssl_context=trusting) as imap:
        assert imap.login(dovecot.new_user(), dovecot.password)[0] == "OK"


def test_dovecot_proves_who_it_is_by_starttls(dovecot):
    trusting = ssl.create_default_context(cafile=dovecot.ca_file)
    with imaplib.IMAP4(dovecot.host, dovecot.imap_port) as imap:
        imap.starttls(trusting)
        assert imap.login(dovecot.new_user(), dovecot.password)[0] == "OK"


def test_dovecot_is_a_stranger_to_who_does_not_know_its_authority(dovecot):
    with pytest.raises(ssl.SSLCertVerificationError):
        imaplib.IMAP4_SSL(dovecot.host, dovecot.imaps_port, ssl_context=ssl.create_default_context())


@pytest.mark.parametrize("domain", ["winlas.se", "kund.example"])
def test_a_mail_sent_arrives(mailworld, dovecot, domain):
    address = dovecot.new_user(domain=domain)
    with smtplib.SMTP(mailworld.host, mailworld.smtp_port) as smtp:
        smtp.send_message(written(address))
    (raw,) = arrived(dovecot, address)
    assert b"Return-Path: <kim@kund.example>" in raw


def test_a_mail_to_a_sub_address_arrives_where_the_address_does(mailworld, dovecot):
    address = dovecot.new_user("dataskydd")
    with smtplib.SMTP(mailworld.host, mailworld.smtp_port) as smtp:
        smtp.send_message(written(address.replace("@", "+b-17@")))
    (raw,) = arrived(dovecot, address)
    assert b"+b-17@winlas.se" in raw


@pytest.mark.parametrize(
    ("recipient", "code"),
    [("anna@utanfor.example", 554), ("unknown@kund.example", 550), ("later@kund.example", 450)],
)
def test_a_recipient_that_cannot_be_served_is_refused(mailworld, recipient, code):
    with (
        smtplib.SMTP(mailworld.host, mailworld.smtp_port) as smtp,
        pytest.raises(smtplib.SMTPRecipientsRefused) as refused,
    ):
        smtp.send_message(written(recipient))
    assert refused.value.recipients[recipient][0] == code


def test_a_full_mailbox_comes_back_as_a_delivery_status_notification(mailworld, dovecot):
    sender = dovecot.new_user()
    with smtplib.SMTP(mailworld.host, mailworld.smtp_port) as smtp:
        smtp.send_message(written("full@kund.example", sender))
    (raw,) = arrived(dovecot, sender)
    assert b"Return-Path: <>" in raw
    assert b"report-type=delivery-status" in raw
    assert b"Status: 5.2.2" in raw


def test_the_submission_port_wants_starttls_and_a_login(mailworld, dovecot):
    address = dovecot.new_user()
    trusting = ssl.create_default_context(cafile=mailworld.ca_file)
    with smtplib.SMTP(mailworld.host, mailworld.submission_port) as smtp:
        smtp.starttls(context=trusting)
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            smtp.send_message(written(address))
        smtp.login(address, mailworld.password)
        smtp.send_message(written(address))
    assert arrived(dovecot, address)


def test_the_smtps_port_speaks_tls_from_the_first_byte(mailworld, dovecot):
    address = dovecot.new_user()
    trusting = ssl.create_default_context(cafile=mailworld.ca_file)
    with smtplib.SMTP_SSL(mailworld.host, mailworld.smtps_port, context=trusting) as smtp:
        smtp.login(address, mailworld.password)
        smtp.send_message(written(address))
    assert arrived(dovecot, address)


@pytest.mark.parametrize("turn", ["first", "second"])
def test_every_test_gets_an_empty_database(postgres_url, turn):
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE visit (turn text)")
        connection.execute("INSERT INTO visit VALUES (%s)", [turn])
        assert connection.execute("SELECT turn FROM visit").fetchall() == [(turn,)]


@pytest.mark.parametrize("width", [1440, 390])
def test_the_browser_shows_a_page_as_wide_as_asked(chromium, width):
    browser = chromium(width=width, height=844)
    browser.get("data:text/html;charset=utf-8,<title>Ärenden</title><p>Hej</p>")
    assert browser.title == "Ärenden"
    assert browser.execute_script("return window.innerWidth") == width
