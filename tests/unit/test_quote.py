"""What the sender wrote this time, cut out of all that stands in a mail."""

import time

import pytest

from mailbot.mail.quote import own_text

NEWSLETTER = "Nyheter i mars! Du kan begära ut eller radera dina uppgifter."


@pytest.mark.parametrize(
    "heading",
    [
        "Den tis 3 mars 2026 kl 10:00 skrev Anna Ek <anna@kund.example>:",
        "Den tis 3 mars 2026 kl 10:00 skrev Anna Ek <\nanna@kund.example>:",
        "Den tis 3 mars 2026 kl 10:00 skrev Anna Ek via Nyhetsbrev <anna.ek@kund.example\n>:",
        "Den 3 mars 2026 10:00:00 CET, skrev WinLas <nyhetsbrev@winlas.se>:",
        "3 mars 2026 kl. 10:00 skrev WinLas <nyhetsbrev@winlas.se>:",
        "Den 2026-03-03 kl. 10:00, skrev WinLas:",
        "På 2026-03-03 10:00, WinLas skrev:",
        "tis 3 mars 2026 kl. 10:00 skrev WinLas <nyhetsbrev@winlas.se>:",
        "WinLas <nyhetsbrev@winlas.se> skrev:",
        "On Tue, Mar 3, 2026 at 10:00 AM WinLas <nyhetsbrev@winlas.se> wrote:",
        "On Tue, Mar 3, 2026 at 10:00 AM WinLas Nyhetsbrev\n<nyhetsbrev@winlas.se> wrote:",
        "On 3 Mar 2026, at 10:00, WinLas <nyhetsbrev@winlas.se> wrote:",
        "Den tir. 3. mar. 2026 kl. 10.00 skrev WinLas <nyhetsbrev@winlas.se>:",
        "tir. 3. mars 2026 kl. 10:00 skrev WinLas <nyhetsbrev@winlas.se>:",
        "ti 3. maalisk. 2026 klo 10.00 WinLas (nyhetsbrev@winlas.se) kirjoitti:",
        "Am Di., 3. März 2026 um 10:00 Uhr schrieb WinLas <nyhetsbrev@winlas.se>:",
        "-----Ursprungligt meddelande-----",
        "-----Original Message-----",
        "-------- Originalmeddelande --------",
        "---------- Forwarded message ---------",
        "---------- Vidarebefordrat meddelande ----------",
        "-------- Vidarebefordrat meddelande --------",
        "Vidarebefordrat brev:\nPåbörja vidarebefordrat meddelande:",
        "Begin forwarded message:",
        "##- Skriv ditt svar ovanför denna rad -##",
        "Från: WinLas <nyhetsbrev@winlas.se>\nSkickat: den 3 mars 2026 10:00\nTill: Eva\nÄmne: Nyheter",
        "Från: WinLas\n\nSkickat: den 3 mars 2026 10:00\n\nTill: Eva\n\nÄmne: Nyheter",
        "*Från:* WinLas\n*Skickat:* den 3 mars 2026 10:00\n*Till:* Eva\n*Ämne:* Nyheter",
        "Från: WinLas\nDatum: tisdag, 3 mars 2026 10:00\nTill: Eva <eva@a.example>,\n Bo <bo@a.example>\nÄmne: Nytt",
        "________________________________\nFrom: WinLas\nSent: Tuesday, March 3, 2026 10:00 AM\nTo: Eva\nSubject: News",
        "Fra: WinLas\nSendt: 3. mars 2026 10:00\nTil: Eva\nEmne: Nyheter",
        "Von: WinLas\nGesendet: Dienstag, 3. März 2026 10:00\nAn: Eva\nBetreff: Nyheter",
        "Lähettäjä: WinLas\nLähetetty: tiistai 3. maaliskuuta 2026 10.00\nVastaanottaja: Eva\nAihe: Nyheter",
    ],
)
@pytest.mark.parametrize("quote", [NEWSLETTER, f"> {NEWSLETTER}\n> Hej", f"\n{NEWSLETTER}\n\nRad två"])
def test_reply_to_a_newsletter_is_only_what_was_added(heading, quote):
    assert own_text(f"snälla sluta\n\n{heading}\n{quote}") == "snälla sluta"


@pytest.mark.parametrize(
    "line",
    [
        "Skickat från min iPhone",
        "Skickat från Outlook för iOS<https://aka.ms/o0ukef>",
        "Hämta Outlook för Android<https://aka.ms/AAb9ysg>",
        "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "Skickades från E-post för Windows",
        "Skickat från min Samsung Galaxy-smartphone.",
        "Sent from my iPhone",
        "Sendt fra min iPhone",
        "Lähetetty iPhonesta",
        "Von meinem iPhone gesendet",
    ],
)
def test_line_of_the_device_is_not_the_senders(line):
    assert own_text(f"Radera mig\n\n{line}") == "Radera mig"
    assert own_text(line) == ""


@pytest.mark.parametrize(
    "closing",
    [
        "-- \nAnna Ek",
        "--\nAnna Ek",
        "Med vänlig hälsning\nAnna Ek\nKund Bygg AB",
        "Med vänliga hälsningar,\n\nAnna",
        "Vänliga hälsningar / Anna Ek",
        "Mvh Anna",
        "MVH//Anna Ek",
        "Hälsningar Anna Ek",
        "Bästa hälsningar\nAnna",
        "Best regards,\nAnna Ek",
        "Kind regards\nAnna",
        "Yours sincerely,\n\nAnna Ek",
        "Vennlig hilsen\nAnna",
    ],
)
def test_signature_is_cut(closing):
    assert own_text(f"Hej!\n\nRadera mina uppgifter.\n\n{closing}") == "Hej!\n\nRadera mina uppgifter."


@pytest.mark.parametrize("text", ["Mvh Anna Ek", "Vänliga hälsningar\nAnna", "Hälsningar från Gotland, radera mig!"])
def test_short_mail_that_would_be_cut_whole_is_kept(text):
    assert own_text(text) == text


def test_greeting_that_looks_like_a_closing_does_not_end_the_mail():
    text = "Hej!\nHälsningar från Gotland. Jag vill bli raderad."

    assert own_text(text) == text


def test_postscript_under_the_signature_is_read():
    text = "Rätta min adress.\n\nMvh Anna\nKund Bygg AB\n\nPS. Radera också mitt gamla konto."

    assert own_text(text) == "Rätta min adress.\n\nPS. Radera också mitt gamla konto."


def test_answers_between_quoted_lines_are_the_senders_own():
    text = "Se svar nedan.\n\nDen 3 mars 2026 kl 10:00 skrev WinLas:\n> En kopia?\nJa.\n> Ska vi radera?\nNej!"

    assert own_text(text) == "Se svar nedan.\n\nJa.\nNej!"


def test_answer_below_the_quotation_is_the_senders_own():
    text = f"Den 3 mars 2026 kl 10:00 skrev WinLas:\n> {NEWSLETTER}\n>\n\nSluta skicka detta."

    assert own_text(text) == "Sluta skicka detta."


def test_heading_without_a_time_counts_where_the_quotation_is_marked():
    assert own_text("Ta bort mig\n\nDen 1 juli skrev WinLas Info:\n> Välkommen!") == "Ta bort mig"
    assert own_text("Den 1 juli skrev Eva Ek:\nradera mig") == "Den 1 juli skrev Eva Ek:\nradera mig"


def test_only_quoted_text_leaves_nothing():
    assert own_text(f"> {NEWSLETTER}\n>> äldre") == ""


@pytest.mark.parametrize(
    "text",
    [
        "Den 3 mars 2026 kl 10:00 skrev jag till er och bad om:\n\nradering av allt",
        "Följande skrev ni i er policy den 3 mars:\n\n'uppgifter raderas efter två år'. Gör det.",
        "Ändra min e-post\nFrån: anna@gammal.example\nTill: anna@ny.example",
        "Från: Anna Ek, Lund\nTill: WinLas AB\nDatum: 2026-03-03\nÄmne: Begäran\n\nJag vill bli raderad.",
        "From: Anna Ek\nTo: WinLas AB\nSubject: Request\n\nErase my data.",
        "I wrote to you on 3 March at 10:00:\n\nplease erase my data",
        "Mitt ursprungliga meddelande har ni inte svarat på. Radera mig.",
        "Jag vill inte att ni skickar till min mobil utan min e-post, från och med nu.",
    ],
)
def test_senders_own_words_that_look_like_a_heading_stay(text):
    assert own_text(text) == text


@pytest.mark.parametrize(
    "footer",
    [
        "Detta e-postmeddelande kan innehålla konfidentiell information. Om du inte är rätt mottagare, radera det.",
        "This e-mail and any attachments are confidential and intended solely for the addressee.",
        "Tänk på miljön innan du skriver ut det här mejlet.",
        "Så här behandlar Kund Bygg AB personuppgifter: läs mer på https://kund.example/gdpr",
        "Vi på Kund Bygg behandlar dina personuppgifter. Du har rätt till radering. Läs mer i vår integritetspolicy.",
        "When you contact us we process your personal data. Read more in our privacy notice.",
    ],
)
def test_footer_of_a_company_is_no_request(footer):
    assert own_text(f"Hej, när är kunddagen?\n\n{footer}") == "Hej, när är kunddagen?"


@pytest.mark.parametrize(
    "request_text",
    [
        "Denna information om mig är konfidentiell och ska raderas.",
        "För information om hur ni behandlar mina personuppgifter hänvisar ni till er integritetspolicy.",
    ],
)
def test_request_worded_like_a_footer_stays(request_text):
    assert request_text in own_text(f"Hej!\n\n{request_text}")


@pytest.mark.parametrize(
    "banner",
    [
        "[EXTERNAL]",
        "VARNING: Detta mejl kommer från en extern avsändare. Klicka inte på länkar.",
        "CAUTION: This email originated from outside of the organization.",
        "You don't often get email from anna@kund.example. Learn why this is important<https://aka.ms/x>",
    ],
)
def test_banner_of_a_gateway_is_not_the_senders(banner):
    assert own_text(f"{banner}\n\nRadera mig") == "Radera mig"


def cost(text):
    """Seconds of processor time, the least of a few runs."""
    runs = []
    for _ in range(3):
        start = time.process_time()
        own_text(text)
        runs.append(time.process_time() - start)
    return min(runs)


@pytest.mark.parametrize(
    "piece",
    [
        *("Den ", "Den \n", "Den 1\n a\n b@c\n", "Den 1 10:00 skrev jag:\n", "Från:\n", "Från: a\nTill: b\n"),
        *(">\n", "> ", "-", " ", "-----Ursprungligt meddelande", "Mvh\n", "Mvh A ", "Detta \n\n", "vi a b c d "),
    ],
)
def test_cost_grows_with_the_length_only(piece):
    """Sixteen times the text in well under fifty times the time; what is quadratic takes 256 times."""
    small, large = (piece * (size // len(piece)) for size in (4 * 1024, 64 * 1024))

    assert cost(large) < 50 * max(cost(small), 0.0002)
