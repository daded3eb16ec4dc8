"""What machines write is never answered, and what a person may have written is never thrown away."""

import pytest

from mailbot.core.kinds import Disposition
from mailbot.core.screen import TABLE, Own, screen
from mailbot.mail.parse import parse

OWN = Own(frozenset({"dataskydd@winlas.se", "gdpr@winlas.se"}), "t0ken")


def screened(headers="", *, sender="anna@kund.example", subject="Hej"):
    raw = f"{headers}From: {sender}\nSubject: {subject}\n\nRadera mig."
    return screen(parse(raw.encode()), OWN)


def test_person_is_answered():
    screening = screened("Return-Path: <anna@kund.example>\nAuto-Submitted: no\nX-Auto-Response-Suppress: None\n")

    assert (screening.disposition, screening.answerable, screening.certain) == (None, True, False)
    assert screening.hits == ()
    assert len(screening.misses) == sum(map(len, TABLE.values()))


@pytest.mark.parametrize(
    ("headers", "rule"),
    [
        ("Return-Path: <>\n", "null_return_path"),
        ("Auto-Submitted: auto-generated\n", "auto_submitted"),
        ("Auto-Submitted: Auto-Replied; owner-email=x\n", "auto_submitted"),
        ("Precedence: bulk\n", "precedence"),
        ("Precedence: JUNK\n", "precedence"),
        ("Precedence: List\n", "precedence"),
        ("List-Id: <x.example>\n", "list_header"),
        ("list-unsubscribe: <mailto:x@y.example>\n", "list_header"),
        ("List-Help: <mailto:x@y.example>\n", "list_header"),
        ("X-Auto-Response-Suppress: OOF, AutoReply\n", "response_suppressed"),
        ("X-Autoreply: yes\n", "autoreply_header"),
        ("X-Mailbot-Loop: somebody-else\n", "foreign_loop_header"),
        ("Content-Type: multipart/report; boundary=x; report-type=feedback-report\n", "feedback_report"),
    ],
)
def test_header_of_a_machine_is_never_answered_but_read(headers, rule):
    screening = screened(headers)

    assert screening.disposition is Disposition.AUTOMATIC
    assert not screening.answerable
    assert not screening.certain
    assert screening.hits == (rule,)
    assert rule not in screening.misses


@pytest.mark.parametrize(
    "sender",
    [
        *("MAILER-DAEMON@x.example", "postmaster@x.example", "no-reply@x.example", "noreply@x.example"),
        *("no_reply+7@x.example", "DoNotReply@x.example", "do-not-reply@x.example", "svara-ej@x.example"),
        *("svarainte@x.example", "ej-svar@x.example", "nyheter-noreply@x.example", "bounces+1@x.example"),
        "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@x.example",
    ],
)
def test_address_of_a_machine_is_never_answered(sender):
    assert screened(sender=sender).hits == ("machine_sender",)


@pytest.mark.parametrize(
    "sender", ["nora.eply@x.example", "bouncer@x.example", "postmasterson@x.example", "no@x.example", "svar@x.example"]
)
def test_address_of_a_person_that_resembles_a_machines_is_answered(sender):
    assert screened(sender=sender).answerable


def test_return_path_rewritten_by_a_forwarder_does_not_make_a_machine():
    assert screened("Return-Path: <bounces+SRS=ab=cd@tenant.example>\n").answerable


@pytest.mark.parametrize(
    "subject",
    [
        *("Autosvar: Hej", "Auto-svar: Hej", "Automatiskt svar: Re: Hej", "Automatic reply: Hej", "Auto: Hej"),
        *("Out of office: Hej", "Out of Office Re: Hej", "OOO: Hej", "Frånvaromeddelande", "Automatische Antwort: Hej"),
        *(
            "Frånvaro: Re: Hej",
            "Frånvaro",
            "Frånvarande t.o.m. 5/8",
            "Semester",
            "Semester 5-20 juli",
            "På semester till 5/8",
        ),
        *("Föräldraledig fr.o.m. mars", "Borta idag", "On vacation until Monday", "Läst: Hej", "Poissa: Hej"),
    ],
)
def test_subject_of_an_automatic_reply_without_headers_is_not_answered_but_read(subject):
    screening = screened(subject=subject)

    assert screening.disposition is Disposition.AUTOMATIC
    assert not screening.certain


@pytest.mark.parametrize(
    "subject",
    [
        *("Frånvaro av svar på min begäran", "Frånvaron i mitt utdrag är fel", "Semesterdagar i era uppgifter om mig"),
        *("Re: Autosvar: Hej", "Automatiserade beslut, artikel 22", "Borttagning av uppgifter", "Automatic decisions"),
        *("Läs min begäran", "Out of date information", "Autogiro"),
    ],
)
def test_subject_of_a_person_that_resembles_an_automatic_reply_is_answered(subject):
    assert screened(subject=subject).answerable


@pytest.mark.parametrize(
    ("headers", "sender"),
    [
        ("X-Mailbot-Loop: t0ken\n", "anna@kund.example"),
        ("", "DATASKYDD@winlas.se"),
        ("", "dataskydd+b-7@winlas.se"),
        ("", "WinLas <gdpr@winlas.se>"),
        ("From: gdpr@winlas.se\n", "anna@kund.example"),
    ],
)
def test_our_own_mail_is_never_a_request(headers, sender):
    screening = screened(headers, sender=sender)

    assert screening.disposition is Disposition.OWN
    assert screening.certain


def test_without_a_token_no_loop_header_is_ours():
    message = parse(b"X-Mailbot-Loop: \nFrom: a@kund.example\n\nHej")

    assert screen(message, Own()).disposition is Disposition.AUTOMATIC


def test_delivery_report_outranks_the_signs_of_a_machine_and_is_certain():
    raw = b"Return-Path: <>\nFrom: mailer-daemon@x.example\nAuto-Submitted: auto-replied\nSubject: failure notice\n\nx"
    screening = screen(parse(raw), OWN)

    assert screening.disposition is Disposition.BOUNCE
    assert screening.certain
    assert screening.hits == ("delivery_report", "null_return_path", "auto_submitted", "machine_sender")


def test_every_rule_has_a_name_of_its_own_and_says_what_it_sees():
    rules = [rule for rules in TABLE.values() for rule in rules]

    assert len({rule.name for rule in rules}) == len(rules)
    assert all(rule.description for rule in rules)
