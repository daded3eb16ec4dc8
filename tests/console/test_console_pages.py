"""The queue and the case page: what they show, and what their forms do."""

import re
from datetime import timedelta

import httpx2
import pytest

from mailbot.console.queue import View
from mailbot.flow import officer
from mailbot.registers.errors import RegisterError
from mailbot.store.tables import Case, Request
from tests.console.conftest import Office, form, path_of
from tests.flow.conftest import ANNA

STANDING = "/case/DS-2026-00001"
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)><meta http-equiv=refresh content=0;url=//evil.example>"


def act(eva: httpx2.Client, path: str, action: str, **fields: object) -> httpx2.Response:
    """Fill in a form of a case page and send it."""
    page = eva.get(path).text
    return eva.post(path_of(page, action), data={**form(page, action), **fields})


def test_the_queue_shows_who_wants_what_until_when_and_why(standing_eva: httpx2.Client) -> None:
    page = standing_eva.get("/").text
    assert "Radering" in page
    assert "Anna Ek" in page
    assert "31 dagar kvar" in page
    assert "senast 2 apr. 2026" in page
    assert "Våra regler säger att en människa ska besluta" in page


def test_time_left_is_told_in_words(office: Office) -> None:
    office.queue()
    received = office.world.moment
    for days, says in ((24, "7 dagar kvar"), (30, "1 dag kvar"), (31, "I dag"), (32, "1 dag för sent")):
        office.world.moment = received + timedelta(days=days)
        with office.officer() as client:
            assert says in client.get("/").text


def test_what_is_due_first_stands_on_top(office: Office) -> None:
    office.queue("restriction")
    office.world.pass_by(days=3)
    office.queue("erasure")
    with office.officer() as client:
        page = client.get("/").text
    assert page.index("Begränsning") < page.index("Radering")


def test_each_list_says_how_many_it_holds(office: Office, eva: httpx2.Client) -> None:
    office.queue()
    office.world.receive(ANNA, "hello there")
    office.world.receive(ANNA, "access")
    page = eva.get("/").text
    counts = dict(re.findall(r'view=(\w+)"[^>]*>[^<]*<span class="count">(\d+)', page))
    assert counts == {"decide": "1", "read": "1", "waiting": "1", "approved": "0", "done": "0"}


def test_an_empty_list_says_what_that_means(eva: httpx2.Client) -> None:
    for view in (*View, "no-such-list"):
        assert 'class="empty"' in eva.get(f"/?view={view}").text


def test_the_case_page_shows_mail_person_plan_and_letter(standing_eva: httpx2.Client) -> None:
    page = standing_eva.get(STANDING).text
    assert "Personen har svarat ja på en bekräftelse" in page
    assert "Användarprofiler och kontaktpersoner" in page
    assert '<span class="operation">Raderas</span> Användarprofiler och kontaktpersoner' in page
    assert "HR-chef" in page
    assert "Vi har raderat" in page
    assert ANNA in page


def test_an_approval_can_be_undone_until_its_time_is_over(office: Office, eva: httpx2.Client) -> None:
    path = office.queue()
    answer = act(eva, path, "approve")
    assert answer.status_code == 303
    page = eva.get(answer.headers["location"]).text
    assert "Godkänt. Du kan ångra en stund till." in page
    assert '<meta http-equiv="refresh" content="31; url=' in page

    act(eva, path, "undo")
    assert office.world.requests() == [("erasure", "queued")]

    act(eva, path, "approve")
    office.world.pass_by(seconds=31)
    office.world.run()
    page = eva.get(path).text
    assert "/undo" not in page
    assert "Vad som gjordes" in page
    assert office.world.held("contacts") == []


def test_an_undo_that_comes_too_late_says_so(office: Office, eva: httpx2.Client) -> None:
    path = office.queue()
    act(eva, path, "approve")
    undo = path_of(eva.get(path).text, "undo")
    office.world.pass_by(seconds=31)
    answer = eva.post(undo)
    assert answer.status_code == 409
    assert "För sent att ångra" in answer.text


def test_what_has_changed_since_it_was_shown_is_not_approved(office: Office, eva: httpx2.Client) -> None:
    path = office.queue()
    page = eva.get(path).text
    office.world.receive(ANNA, "restriction", In_Reply_To=office.world.letters()[-1].message_id)

    answer = eva.post(path_of(page, "approve"), data=form(page, "approve"))

    assert answer.status_code == 409
    assert "har ändrats sedan du öppnade sidan" in answer.text
    assert ("erasure", "queued") in office.world.requests()


def test_an_approval_without_what_was_seen_is_none(office: Office, eva: httpx2.Client) -> None:
    page = eva.get(office.queue()).text
    assert eva.post(path_of(page, "approve"), data={}).status_code == 409
    assert office.world.requests() == [("erasure", "queued")]


def test_an_approval_that_is_sent_again_does_nothing_more(office: Office, eva: httpx2.Client) -> None:
    path = office.queue()
    page = eva.get(path).text
    eva.post(path_of(page, "approve"), data=form(page, "approve"))
    assert eva.post(path_of(page, "approve"), data=form(page, "approve")).status_code == 409
    assert office.world.requests() == [("erasure", "approved")]


@pytest.mark.parametrize(
    ("action", "fields", "says"),
    [
        ("refuse", {"reasons": "Därför att"}, "Välj en grund för avslaget"),
        ("refuse", {"ground": "because"}, "Välj en grund för avslaget"),
        ("refuse", {"ground": "still_needed"}, "Skriv skälen"),
        ("refuse", {"ground": "still_needed", "reasons": "  \n"}, "Skriv skälen"),
        ("extend", {}, "Skriv ett skäl"),
        ("ask", {"question": ""}, "Skriv en fråga"),
        ("close", {"reason": " "}, "Skriv ett skäl"),
        ("correct", {}, "Välj minst en rättighet"),
    ],
)
def test_what_a_form_lacks_is_said_and_nothing_is_done(
    standing_office: Office, standing_eva: httpx2.Client, action: str, fields: dict[str, str], says: str
) -> None:
    answer = act(standing_eva, STANDING, action, **fields)
    assert answer.status_code == 422
    assert says in answer.text
    assert standing_office.world.requests() == [("erasure", "queued")]


def test_what_was_written_is_kept_when_something_is_lacking(standing_eva: httpx2.Client) -> None:
    answer = act(standing_eva, STANDING, "refuse", reasons="Vi behöver uppgifterna för fakturan")
    assert "Vi behöver uppgifterna för fakturan</textarea>" in answer.text


def test_a_refusal_goes_out_with_its_reasons(office: Office, eva: httpx2.Client) -> None:
    path = office.queue()
    act(eva, path, "refuse", ground="still_needed", reasons="Du är kontaktperson för en kund.")
    assert office.world.requests() == [("erasure", "refused")]
    assert office.world.written()[-1] == ("refused", ANNA)
    assert "Avslaget" in eva.get(path).text


def test_an_extension_tells_the_new_day(office: Office, eva: httpx2.Client) -> None:
    path = office.queue()
    act(eva, path, "extend", reason="Många ärenden")
    page = eva.get(path).text
    assert "Förlängd: Många ärenden" in page
    assert "Har förlängts en gång" in page
    assert office.world.written()[-1] == ("extended", ANNA)


def test_after_the_first_month_no_extension_is_offered(office: Office) -> None:
    path = office.queue()
    office.world.pass_by(days=40)
    with office.officer() as client:
        page = client.get(path).text
    assert "/extend" not in page
    assert "den första månaden har gått" in page


def test_a_restriction_is_lifted_after_the_person_was_told_unless_it_stays_after_all(office: Office) -> None:
    path = office.queue("restriction")
    with office.officer() as eva:
        act(eva, path, "approve")
        office.world.pass_by(seconds=31)
        office.world.run()
        assert act(eva, path, "lift").status_code == 422
        act(eva, path, "lift", reason="Uppgifterna är kontrollerade.")
        assert office.world.written()[-1] == ("restriction_ending", ANNA)
        assert "Personen har fått veta det" in eva.get(path).text
        act(eva, path, "keep-restricted")
        assert "Begränsningen får vara kvar" in eva.get(path).text


def test_a_question_goes_to_the_person(office: Office, eva: httpx2.Client) -> None:
    act(eva, office.queue(), "ask", question="Gäller det också din gamla adress?")
    assert office.world.requests() == [("erasure", "awaiting_person")]
    assert office.world.written()[-1] == ("question", ANNA)


def test_a_mail_that_was_misread_becomes_what_the_officer_says(office: Office, eva: httpx2.Client) -> None:
    office.world.receive(ANNA, "? erasure")
    path = f"/case/{office.world.case().number}"
    assert "kanske Radering" in eva.get("/?view=read").text
    act(eva, path, "correct", kinds=["erasure", "access"])
    assert sorted(office.world.requests()) == [("access", "queued"), ("erasure", "queued"), ("other", "closed")]


def test_somebody_who_is_not_identified_is_not_approved_but_can_be_asked(office: Office, eva: httpx2.Client) -> None:
    office.world.receive(ANNA, "restriction")
    path = f"/case/{office.world.case().number}"
    page = eva.get(path).text
    assert "Kan inte godkännas ännu" in page or "/approve" not in page
    act(eva, path, "vouch", how="Känner igen rösten på telefon")
    assert "Känner igen rösten på telefon" in eva.get(path).text


def test_a_mail_is_shown_as_text_whatever_stands_in_it(office: Office, eva: httpx2.Client) -> None:
    office.world.receive(ANNA, f"? {HOSTILE}", subject=HOSTILE)
    path = f"/case/{office.world.case().number}"
    page = eva.get(path).text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script" not in page
    assert "<img" not in page
    assert "<meta http-equiv" not in page


def test_the_source_is_plain_text_that_nothing_is_done_with(office: Office, eva: httpx2.Client) -> None:
    office.world.receive(ANNA, f"? {HOSTILE}")
    path = f"/case/{office.world.case().number}"
    (source,) = re.findall(r'href="(/case/[^"]+/mail/\d+)"', eva.get(path).text)
    answer = eva.get(source)
    assert answer.headers["content-type"] == "text/plain; charset=iso-8859-1"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "alert(1)" in answer.text


def test_a_mail_of_another_case_is_not_shown(office: Office, eva: httpx2.Client) -> None:
    first, second = office.queue("erasure"), office.queue("restriction")
    assert eva.get(f"{first}/mail/1").status_code == 200
    assert eva.get(f"{second}/mail/1").status_code == 404


def test_a_request_of_another_case_is_not_decided(office: Office, eva: httpx2.Client) -> None:
    first = office.queue("erasure")
    second = office.queue("restriction")
    other = path_of(eva.get(first).text, "close")
    answer = eva.post(other.replace(first, second), data={"reason": "Nej"})
    assert answer.status_code == 404
    assert ("erasure", "queued") in office.world.requests()


@pytest.mark.parametrize("path", ["/case/DS-2026-99999", "/case/x", "/case/DS-2026-00001/mail/abc", "/nowhere"])
def test_what_does_not_exist_is_said_in_words(standing_eva: httpx2.Client, path: str) -> None:
    answer = standing_eva.get(path)
    assert answer.status_code == 404
    assert "Sidan eller ärendet finns inte" in answer.text


def test_a_register_that_does_not_answer_still_lets_the_case_be_read(
    office: Office, eva: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = office.queue()

    def out_of_order(*_: object, **__: object) -> None:
        raise RegisterError("register.db: locked")

    monkeypatch.setattr(type(office.world.parts.register), "holdings", out_of_order)
    page = eva.get(path).text
    assert "Planen kan inte göras just nu" in page
    assert "/approve" not in page


def test_content_that_was_removed_is_said_to_be(office: Office) -> None:
    office.world.receive(ANNA, "consent_withdrawal")
    path = f"/case/{office.world.case().number}"
    office.world.pass_by(days=200)
    office.world.run()
    with office.officer() as client:
        page = client.get(path).text
    assert "Mejlets innehåll är borttaget" in page


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_state_of_a_case_has_a_page_in_each_language(office: Office, eva: httpx2.Client, language: str) -> None:
    eva.post("/language", data={"language": language})
    for words in (
        "erasure",
        "restriction",
        "access",
        "rectification",
        "portability",
        "objection",
        "consent_withdrawal",
    ):
        office.queue(words)
    office.world.receive("stranger@nowhere.example", "access")
    office.world.receive(ANNA, "")
    parts = office.world.parts
    by_kind = {request.kind: request for request in office.world.rows(Request)}
    officer.approve(parts, number_of(office, by_kind["erasure"]), "eva", by_kind["erasure"].id)
    officer.close(parts, number_of(office, by_kind["other"]), "eva", "empty", by_kind["other"].id)

    for number in {number_of(office, request) for request in office.world.rows(Request)}:
        answer = eva.get(f"/case/{number}")
        assert answer.status_code == 200
        ours = re.sub(r"(?s)<pre.*?</pre>", "", answer.text)
        assert not re.search(r">[a-z]+_[a-z_]+<", ours), "a code that nobody has words for"


def number_of(office: Office, request: Request) -> str:
    return next(case.number for case in office.world.rows(Case) if case.id == request.case_id)
