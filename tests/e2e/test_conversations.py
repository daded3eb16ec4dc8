"""Whole conversations: a mail in through Postfix, the answer in the person's mailbox, the act seen in the register."""

from dataclasses import dataclass

import pytest

from mailbot.core.letters import RefusalGround
from mailbot.flow import officer
from tests.support.installation import Installation, body_of, texts

PHONE, NEW_PHONE = "070-174 06 10", "070-174 06 99"


@dataclass(frozen=True)
class Words:
    """How somebody asks and confirms in a language, and a word that the answer has."""

    language: str
    access: str
    rectification: str
    erasure: str
    restriction: str
    portability: str
    objection: str
    consent_withdrawal: str
    yes: str
    right_to_complain: str


SWEDISH = Words(
    language="sv",
    access="Jag vill ha ett registerutdrag enligt artikel 15 med alla personuppgifter ni har om mig.",
    rectification=f"Mitt mobilnummer är fel hos er. Rätta det från {PHONE} till {NEW_PHONE}.",
    erasure="Radera alla mina personuppgifter enligt artikel 17 i GDPR.",
    restriction="Jag begär att ni begränsar behandlingen av mina personuppgifter enligt artikel 18.",
    portability="Jag vill få ut mina uppgifter i ett maskinläsbart format enligt artikel 20, dataportabilitet.",
    objection="Jag invänder enligt artikel 21 mot att ni analyserar hur jag använder tjänsten.",
    consent_withdrawal="Jag återkallar mitt samtycke till nyhetsbrev. Sluta skicka reklam till mig.",
    yes="Ja",
    right_to_complain="Integritetsskyddsmyndigheten",
)
ENGLISH = Words(
    language="en",
    access="Please send me a copy of all the personal data you hold about me, under Article 15 GDPR.",
    rectification=f"My phone number is wrong in your records. Please correct it from {PHONE} to {NEW_PHONE}.",
    erasure="Please erase all my personal data under Article 17 of the GDPR.",
    restriction="I request that you restrict the processing of my personal data under Article 18 GDPR.",
    portability="I want my data in a machine-readable format under Article 20 GDPR, data portability.",
    objection="I object under Article 21 to you analysing how I use the service.",
    consent_withdrawal="I withdraw my consent to your newsletter. Stop sending me marketing mails.",
    yes="Yes",
    right_to_complain="Integritetsskyddsmyndigheten",
)
BOTH = pytest.mark.parametrize("words", [SWEDISH, ENGLISH], ids=["sv", "en"])


@pytest.fixture
def anna(mailbot: Installation) -> str:
    """Somebody the register knows."""
    address = mailbot.person("anna")
    mailbot.hold("contacts", contact(address))
    mailbot.hold("consents", {"email": address, "purpose": "newsletter", "given_at": "2025-01-10"})
    return address


def contact(address: str, **values: str) -> dict[str, str]:
    return {
        "name": "Anna Ek",
        "email": address,
        "organisation": "Norrtälje kommun",
        "title": "HR-chef",
        "phone": PHONE,
        "language": "sv",
        "registered_at": "2024-02-01",
        "last_active_at": "2026-10-01",
    } | values


def ask_and_confirm(mailbot: Installation, person: str, subject: str, body: str, yes: str) -> None:
    """A request, the confirmation to the registered address, and the person's yes."""
    mailbot.write(person, subject, body)
    mailbot.run()
    (confirmation,) = mailbot.inbox(person, 1)
    mailbot.reply(person, confirmation, yes)
    mailbot.run()


@BOTH
def test_access_is_proven_and_answered_with_an_encrypted_copy(mailbot: Installation, anna: str, words: Words) -> None:
    ask_and_confirm(mailbot, anna, "GDPR", words.access, words.yes)

    _, *answers = mailbot.inbox(anna, 3)
    copies = [part for answer in answers for part in answer.iter_attachments()]
    assert [part.get_content_type() for part in copies] == ["application/pdf"]
    assert b"Norrt" not in copies[0].get_content()
    assert PHONE not in texts(answers)
    assert mailbot.requests() == [("access", "done")]


@BOTH
def test_rectification_changes_the_register_and_says_so(mailbot: Installation, anna: str, words: Words) -> None:
    ask_and_confirm(mailbot, anna, "", words.rectification, words.yes)

    (row,) = mailbot.held("contacts")
    assert row["phone"].replace(" ", "").replace("-", "").endswith("701740699")
    assert mailbot.requests() == [("rectification", "done")]
    assert len(mailbot.inbox(anna, 2)) == 2


@BOTH
def test_erasure_waits_for_the_officer_and_then_is_carried_out(mailbot: Installation, anna: str, words: Words) -> None:
    ask_and_confirm(mailbot, anna, "GDPR", words.erasure, words.yes)
    assert mailbot.requests() == [("erasure", "queued")]
    assert len(mailbot.held("contacts")) == 1

    mailbot.approve()
    mailbot.run()

    assert mailbot.held("contacts") == []
    assert mailbot.requests() == [("erasure", "done")]
    assert len(mailbot.inbox(anna, 3)) == 3


@BOTH
def test_restriction_is_approved_and_marks_the_rows(mailbot: Installation, anna: str, words: Words) -> None:
    ask_and_confirm(mailbot, anna, "", words.restriction, words.yes)

    mailbot.approve()
    mailbot.run()

    assert all(row["restricted_at"] for row in mailbot.held("contacts"))
    assert mailbot.requests() == [("restriction", "done")]


@BOTH
def test_portability_sends_a_machine_readable_copy(mailbot: Installation, anna: str, words: Words) -> None:
    ask_and_confirm(mailbot, anna, "", words.portability, words.yes)

    _, *answers = mailbot.inbox(anna, 3)
    assert [part.get_content_type() for answer in answers for part in answer.iter_attachments()] == ["application/pdf"]
    assert mailbot.requests() == [("portability", "done")]


@BOTH
def test_an_objection_is_the_officers_and_restricts_once_approved(
    mailbot: Installation, anna: str, words: Words
) -> None:
    ask_and_confirm(mailbot, anna, "", words.objection, words.yes)
    assert mailbot.requests() == [("objection", "queued")]

    mailbot.approve()
    mailbot.run()

    assert mailbot.requests() == [("objection", "done")]
    assert all(row["restricted_at"] for row in mailbot.held("contacts"))


@BOTH
def test_withdrawing_consent_takes_one_plain_mail(mailbot: Installation, anna: str, words: Words) -> None:
    mailbot.write(anna, "", words.consent_withdrawal)
    figures = mailbot.run()

    assert figures.as_data()["dispositions"] == {"request": 1}
    assert [bool(row["withdrawn_at"]) for row in mailbot.held("consents")] == [True]
    assert [row["email"] for row in mailbot.held("suppressions")] == [anna]
    assert len(mailbot.inbox(anna, 1)) == 1


@BOTH
@pytest.mark.usefixtures("anna")
def test_an_unknown_address_is_suppressed_with_a_neutral_answer(mailbot: Installation, words: Words) -> None:
    stranger = mailbot.person("okand", "privat.example")

    mailbot.write(stranger, "", words.consent_withdrawal)
    mailbot.run()

    assert [row["email"] for row in mailbot.held("suppressions")] == [stranger]
    assert "Anna" not in texts(mailbot.inbox(stranger, 1))


@BOTH
def test_an_unknown_sender_gets_the_same_answer_whatever_is_held(
    mailbot: Installation, anna: str, words: Words
) -> None:
    stranger = mailbot.person("okand", "privat.example")

    mailbot.write(stranger, "", f"{words.access}\n\nAnna Ek")
    mailbot.run()

    assert mailbot.requests() == [("access", "awaiting_person")]
    assert "Anna" not in texts(mailbot.inbox(stranger, 1))
    assert mailbot.nothing_for(anna)


@BOTH
def test_a_no_to_the_confirmation_ends_it(mailbot: Installation, anna: str, words: Words) -> None:
    ask_and_confirm(mailbot, anna, "", words.erasure, "Nej" if words is SWEDISH else "No")

    assert mailbot.requests() == [("erasure", "withdrawn")]
    assert len(mailbot.held("contacts")) == 1


def test_a_forged_sender_gets_nothing_and_the_owner_is_asked(mailbot: Installation, anna: str) -> None:
    attacker = mailbot.person("mallory", "privat.example")

    mailbot.write(attacker, "Registerutdrag", SWEDISH.access, From=anna, Reply_To=attacker)
    mailbot.run()

    assert mailbot.nothing_for(attacker)
    assert mailbot.requests() == [("access", "awaiting_proof")]
    assert PHONE not in texts(mailbot.inbox(anna, 1))


def test_the_attackers_own_yes_confirms_nothing(mailbot: Installation, anna: str) -> None:
    attacker = mailbot.person("mallory", "privat.example")
    mailbot.write(attacker, "Radera", SWEDISH.erasure, From=anna)
    mailbot.run()
    number = mailbot.case().number

    mailbot.write(attacker, f"Re: [{number}]", "Ja", From=anna)
    mailbot.run()

    assert ("erasure", "awaiting_proof") in mailbot.requests()
    assert mailbot.nothing_for(attacker)


def test_out_of_office_never_confirms_an_erasure(mailbot: Installation, anna: str) -> None:
    mailbot.write(anna, "", SWEDISH.erasure)
    mailbot.run()
    (confirmation,) = mailbot.inbox(anna, 1)

    mailbot.reply(anna, confirmation, "Ja", Auto_Submitted="auto-replied")
    mailbot.run()

    assert mailbot.dispositions()[-1] == "automatic"
    assert mailbot.requests() == [("erasure", "awaiting_proof")]


def test_a_confirmation_with_a_reservation_goes_to_the_officer(mailbot: Installation, anna: str) -> None:
    ask_and_confirm(mailbot, anna, "", SWEDISH.erasure, "Ja men behåll mitt telefonnummer")

    assert ("erasure", "awaiting_proof") in mailbot.requests()
    assert ("other", "queued") in mailbot.requests()


def test_the_same_raw_mail_twice_is_one_case(mailbot: Installation, anna: str) -> None:
    message = mailbot.write(anna, "", SWEDISH.consent_withdrawal)
    (raw,) = mailbot.dovecot.messages(mailbot.address)
    mailbot.run()
    mailbot.dovecot.append(mailbot.address, raw)

    mailbot.run()

    assert message["Message-ID"]
    assert mailbot.dispositions() == ["request", "duplicate"]
    assert len(mailbot.requests()) == 1


@pytest.mark.parametrize(
    ("header", "value"),
    [("Auto-Submitted", "auto-generated"), ("List-Id", "<nyheter.kund.example>"), ("Precedence", "Bulk")],
)
def test_machines_and_lists_are_never_answered(mailbot: Installation, anna: str, header: str, value: str) -> None:
    mailbot.write(anna, "Nyhetsbrev", "Veckans nyheter från oss.", **{header.replace("-", "_"): value})
    mailbot.run()

    assert mailbot.dispositions() == ["automatic"]
    assert mailbot.nothing_for(anna)


def test_our_own_mail_come_back_is_never_answered(mailbot: Installation, anna: str) -> None:
    mailbot.write(anna, "", SWEDISH.access)
    mailbot.run()
    (confirmation,) = mailbot.dovecot.messages(anna)

    mailbot.send(anna, confirmation)
    mailbot.run()

    assert mailbot.dispositions()[-1] == "own"
    assert len(mailbot.inbox(anna)) == 1


def test_a_bounced_confirmation_is_laid_before_the_officer(mailbot: Installation) -> None:
    full = "full@kund.example"
    mailbot.hold("contacts", contact(full))
    mailbot.write(full, "", SWEDISH.erasure)
    mailbot.run()
    mailbot.run_until(dispositions=2)

    assert mailbot.dispositions() == ["request", "bounce"]
    assert mailbot.requests() == [("erasure", "queued")]


def test_several_rights_in_one_mail_are_requests_of_one_case(mailbot: Installation, anna: str) -> None:
    mailbot.write(anna, "", f"{SWEDISH.access} {SWEDISH.consent_withdrawal}")
    mailbot.run()

    assert sorted(kind for kind, _ in mailbot.requests()) == ["access", "consent_withdrawal"]
    assert len({case for case, _ in mailbot.requests_by_case()}) == 1


def test_shadow_mode_reads_and_decides_but_answers_nobody(new_installation) -> None:
    mailbot = new_installation(mode="shadow")
    anna = mailbot.person("anna")
    mailbot.hold("contacts", contact(anna))
    mailbot.hold("consents", {"email": anna, "purpose": "newsletter", "given_at": "2025-01-10"})

    mailbot.write(anna, "", SWEDISH.consent_withdrawal)
    mailbot.run()

    assert mailbot.requests() == [("consent_withdrawal", "queued")]
    assert not any(row["withdrawn_at"] for row in mailbot.held("consents"))
    assert mailbot.nothing_for(anna)


def test_handled_mail_lies_in_a_folder_that_people_understand_and_is_unread(mailbot: Installation, anna: str) -> None:
    mailbot.write(anna, "", SWEDISH.consent_withdrawal)
    mailbot.run()

    assert mailbot.dovecot.messages(mailbot.address) == []
    assert len(mailbot.dovecot.messages(mailbot.address, "Dataskydd.Hanterade")) == 1


def test_the_officers_refusal_tells_of_complaint_and_remedy(mailbot: Installation, anna: str) -> None:
    ask_and_confirm(mailbot, anna, "", SWEDISH.erasure, "Ja")
    officer.refuse(
        mailbot.app.parts, mailbot.case().number, "eva", RefusalGround.LEGAL_CLAIMS, "Uppgifterna behövs i en tvist."
    )
    mailbot.run()

    refusal = body_of(mailbot.inbox(anna, 3)[-1])
    assert "Uppgifterna behövs i en tvist." in refusal
    assert "Integritetsskyddsmyndigheten" in refusal
    assert "domstol" in refusal
