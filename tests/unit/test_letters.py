"""What people read: every letter, in both languages, from shipped and from a company's own templates."""

import re
from dataclasses import fields, replace
from datetime import date

import pytest

from mailbot.core.datamap import Authority, Text
from mailbot.core.kinds import RIGHTS, Kind, Language
from mailbot.core.letters import (
    LETTERS,
    Confirmation,
    CopyCode,
    CopySent,
    Done,
    Extended,
    InHand,
    Item,
    Lapsed,
    NothingHeld,
    Pickup,
    Question,
    Received,
    RefusalGround,
    Refused,
    Suppressed,
    UnknownSender,
)
from mailbot.core.plan import Operation
from mailbot.registers.opening import read_data_map
from mailbot.render.demands import IncompleteLetter, IncompleteRefusal
from mailbot.render.proofreading import previews
from mailbot.render.prose import WIDTH, squeezed, visible_text
from mailbot.render.replies import Replies
from mailbot.render.samples import sample_letters
from mailbot.render.words import TemplateError, UnknownCode
from mailbot.resources import shipped

ADDRESS = "dataskydd@winlas.se"
CASE = "DS-2026-00042"
CODE = "MFRG-G3DF-NQ2H-XO5T"
DAY = date(2026, 12, 24)
BLOCKS = "{% include 'parts/sv/complaint.txt' %} {% include 'parts/sv/remedy.txt' %}"
SV, EN = Language.SWEDISH, Language.ENGLISH
DATA_MAP = read_data_map()
REPLIES = Replies([shipped("templates")], DATA_MAP, ADDRESS)
ALL = list(previews(REPLIES))
IDS = [f"{number}-{preview.template}-{preview.language}" for number, preview in enumerate(ALL)]


def refused(**changes):
    letter = Refused(
        language=SV, case=CASE, kind=Kind.ERASURE, ground=RefusalGround.LEGAL_CLAIMS, reasons="Fakturan är obetald."
    )
    return replace(letter, **changes)


def kept(**changes):
    item = Item(
        dataset="event_registrations",
        operation=Operation.KEEP,
        rows=1,
        fields=("name",),
        ground="bookkeeping",
        until=date(2033, 12, 31),
    )
    return replace(item, **changes)


def erased():
    return Item(dataset="contacts", operation=Operation.ERASE, rows=1, fields=("name", "secondary_email"))


def done(kind, *items, **more):
    return Done(language=SV, case=CASE, kind=kind, items=items, **more)


def replies_with(tmp_path, **files):
    """A company's own folder over the shipped one; names are paths with / written as __ and . as _dot_."""
    for name, text in files.items():
        path = tmp_path / "mail" / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Replies([tmp_path, shipped("templates")], DATA_MAP, ADDRESS)


def test_every_letter_has_a_sample_in_every_language():
    written = {(preview.template, preview.language) for preview in ALL}
    assert written == {(letter.template, language) for letter in LETTERS for language in Language}


@pytest.mark.parametrize("preview", ALL, ids=IDS)
def test_text_and_html_say_the_same(preview):
    text = preview.rendered.text
    assert squeezed(visible_text(preview.rendered.html)) == squeezed(text)
    assert len(text.split()) > 15


@pytest.mark.parametrize("preview", ALL, ids=IDS)
def test_text_stays_within_its_width_and_subject_in_one_line(preview):
    assert max(map(len, preview.rendered.text.splitlines())) <= WIDTH
    assert "\n" not in preview.rendered.subject
    assert "\n\n\n" not in preview.rendered.text


@pytest.mark.parametrize("preview", ALL, ids=IDS)
def test_every_answer_names_its_case_and_says_how_to_reach_a_human(preview):
    if preview.template in {"retention_reminder", "officer_alarm"}:
        assert CASE not in preview.rendered.subject
    else:
        assert preview.rendered.subject.endswith(f"[{CASE}]")
        assert CASE in preview.rendered.text
    assert ADDRESS in preview.rendered.text


@pytest.mark.parametrize("preview", ALL, ids=IDS)
def test_no_letter_asks_for_an_identity_document(preview):
    text = squeezed(preview.rendered.text)
    mentions = re.findall(r"[^.?!]*(?:legitimation|personnummer|\bID\b|identity number|passport|pass\b)[^.?!]*", text)
    for sentence in mentions:
        assert re.search(r"Skicka inte|behöver inte|Do not send|do not need", sentence), sentence


@pytest.mark.parametrize("preview", ALL, ids=IDS)
def test_html_is_one_small_page_without_tables_remote_content_or_scripts(preview):
    html = preview.rendered.html
    assert f'<html lang="{preview.language}">' in html
    assert '<meta name="color-scheme" content="light dark">' in html
    assert not re.search(r"<(table|img|script|style|link|iframe)|url\(|@import|<[^>]*\son\w+=", html)
    assert not re.search(r"(?<!-)color:|background", html), "colours of ours would break dark mode"
    links = re.findall(r'(?:href|src)="([^"]*)"', html)
    ours = ("mailto:", "https://mailbot.example/queue", "https://mailbot.example/copy/")
    assert all(link.startswith(ours) for link in links)


@pytest.mark.parametrize("preview", ALL, ids=IDS)
def test_no_letter_says_vanligen_or_leaves_template_marks(preview):
    everything = preview.rendered.text + preview.rendered.subject
    assert not re.search(r"vänligen|\{\{|\{%|\bNone\b|Undefined|  \S", everything.replace("\n  ", "\n"), re.IGNORECASE)


def test_both_languages_tell_of_the_same_things():
    """The same case numbers, dates, codes, addresses and articles, in as many paragraphs."""
    swedish = [preview for preview in ALL if preview.language is SV]
    english = [preview for preview in ALL if preview.language is EN]
    for ours, theirs in zip(swedish, english, strict=True):
        assert ours.template == theirs.template
        for pattern in (
            r"<p\b",
            r"<li>",
            r"<h2\b",
            r"<strong>",
            r"\S+@[\w.]+\w",
            r"\d{4}-\d+",
            r"\b20\d\d\b",
            r"[A-Z0-9]{4}-[A-Z0-9]{4}",
        ):
            counts = [len(re.findall(pattern, preview.rendered.html)) for preview in (ours, theirs)]
            assert counts[0] == counts[1], (ours.template, pattern, counts)


def test_dates_are_written_out_as_each_language_does():
    for language, day in ((SV, "den 24 december 2026"), (EN, "24 December 2026")):
        assert day in squeezed(REPLIES.render(Received(language=language, case=CASE, due=DAY)).text)


def test_lists_are_written_as_sentences():
    kinds = (Kind.ACCESS, Kind.RECTIFICATION, Kind.ERASURE)
    subject = REPLIES.render(InHand(language=SV, case=CASE, kinds=kinds, due=DAY)).subject
    assert "din begäran om registerutdrag, din begäran om rättelse och din begäran om radering" in subject


def test_a_confirmation_holds_its_code_unbroken_and_the_word_to_answer():
    rendered = REPLIES.render(Confirmation(language=SV, case=CASE, kinds=RIGHTS, code=CODE, until=DAY))
    assert CODE in rendered.text.splitlines()
    assert "Svara Ja på det här mejlet" in rendered.text
    assert "<strong>Ja</strong>" in rendered.html


def test_an_unknown_sender_is_greeted_without_name_whatever_is_held():
    letter = UnknownSender(language=SV, case=CASE, kinds=(Kind.ACCESS,), due=DAY)
    assert REPLIES.render(letter).text.startswith("Hej!\n")
    assert "från en annan e-postadress" in squeezed(REPLIES.render(letter).text)


@pytest.mark.parametrize("ground", RefusalGround)
@pytest.mark.parametrize("language", Language)
def test_every_refusal_gives_ground_reasons_authority_and_court(ground, language):
    text = squeezed(REPLIES.render(refused(ground=ground, language=language)).text)
    assert "Fakturan är obetald." in text
    assert "imy@imy.se" in text
    assert "(IMY)" in text
    assert ("domstol" if language is SV else "go to court") in text


@pytest.mark.parametrize("reasons", ["", "  \n\t ", "\u202e"])
def test_no_refusal_without_reasons(reasons):
    with pytest.raises(IncompleteRefusal, match="without a reason"):
        REPLIES.render(refused(reasons=reasons))


def test_no_extension_without_reasons():
    with pytest.raises(IncompleteRefusal, match="without a reason"):
        REPLIES.render(Extended(language=SV, case=CASE, kind=Kind.ACCESS, reasons="", due=DAY))


def test_what_is_kept_needs_a_ground():
    with pytest.raises(IncompleteRefusal, match="without a reason"):
        REPLIES.render(done(Kind.ERASURE, erased(), kept(ground="")))


def test_no_refusal_while_the_data_map_names_no_authority():
    for authority in (Authority(email="imy@imy.se"), Authority(name=Text(sv="IMY", en="IMY"))):
        replies = Replies([shipped("templates")], DATA_MAP.model_copy(update={"authority": authority}), ADDRESS)
        with pytest.raises(IncompleteRefusal, match="authority"):
            replies.render(refused())
        assert replies.render(Suppressed(language=SV, case=CASE))


def test_a_partial_erasure_says_what_was_kept_why_until_when_and_where_to_complain():
    rendered = REPLIES.render(done(Kind.ERASURE, erased(), kept()))
    text = squeezed(rendered.text)
    assert rendered.subject.startswith("Vi har raderat en del av dina personuppgifter")
    assert "Anmälningar till utbildningar och evenemang (1 post): namn. Skäl: uppgifterna är underlag för en" in text
    assert "Lagstöd: artikel 17.3 b GDPR; 7 kap. 2 § bokföringslagen (1999:1078). Vi sparar uppgifterna" in text
    assert "till och med den 31 december 2033" in text
    assert "Du behöver inte be om det igen" in text
    assert "imy@imy.se" in text
    assert "domstol" in text


def test_a_copy_that_leaves_something_out_is_a_partial_refusal():
    items = (Item(dataset="contacts", operation=Operation.SHOW, rows=1), kept(ground="", reason="several_people"))
    letter = CopySent(language=SV, case=CASE, kind=Kind.ACCESS, items=items)
    assert "domstol" in REPLIES.render(letter).text
    with pytest.raises(IncompleteRefusal):
        REPLIES.render(replace(letter, items=(replace(items[1], reason=""),)))


def test_an_erasure_of_everything_does_not_speak_of_complaints():
    text = REPLIES.render(done(Kind.ERASURE, erased())).text
    assert "Vi har raderat dina personuppgifter." in text
    assert "domstol" not in text


def test_when_nothing_could_be_done_the_subject_says_so():
    assert REPLIES.render(done(Kind.ERASURE, kept())).subject.startswith("Vi har inte raderat")


def test_when_all_is_a_customers_the_subject_says_so_and_the_customer_is_named():
    refer = Item(dataset="event_registrations", operation=Operation.REFER, rows=3)
    rendered = REPLIES.render(done(Kind.ERASURE, refer, customers=("Norrskog AB", "Fjällmark AB")))
    assert rendered.subject.startswith("En kund bestämmer")
    assert "Norrskog AB och Fjällmark AB som är personuppgiftsansvariga" in squeezed(rendered.text)


def test_nothing_is_said_to_be_done_when_nothing_was():
    rendered = REPLIES.render(done(Kind.ERASURE))
    assert rendered.subject.startswith("Vi hittade inga uppgifter att radera")
    assert "Vi har raderat" not in rendered.text
    assert "domstol" in rendered.text, "no action was taken (Article 12(4))"
    referred = REPLIES.render(done(Kind.ERASURE, customers=("Norrskog AB",)))
    assert referred.subject.startswith("En kund bestämmer över uppgifterna")
    assert "Vi har raderat" not in referred.text
    assert "domstol" not in referred.text


def test_a_customer_that_may_not_be_named_is_not_named():
    refer = Item(dataset="event_registrations", operation=Operation.REFER, rows=3)
    text = squeezed(REPLIES.render(done(Kind.RESTRICTION, refer)).text)
    assert "åt en kund" in text
    assert "Anmälningar" not in text, "how many records a customer holds is the customer's to tell"


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        (Kind.CONSENT_WITHDRAWAL, "Ditt samtycke gäller inte längre"),
        (Kind.OBJECTION, "Du får ingen mer marknadsföring från oss"),
    ],
)
def test_stopping_marketing_gets_a_short_kind_letter(kind, subject):
    items = (Item(dataset="contacts", operation=Operation.SUPPRESS, rows=1),)
    rendered = REPLIES.render(done(kind, *items))
    assert rendered.subject.startswith(subject)
    assert "spärrlista" in rendered.text
    assert len(rendered.text.split()) < 100


def test_restricted_data_comes_with_the_promise_to_tell_before_it_is_lifted():
    restricted = Item(dataset="contacts", operation=Operation.RESTRICT, rows=1)
    assert "innan vi häver den" in REPLIES.render(done(Kind.RESTRICTION, restricted)).text


@pytest.mark.parametrize("letter", [Lapsed, NothingHeld])
def test_what_comes_to_nothing_tells_where_to_complain(letter):
    kinds = {"kinds": (Kind.ACCESS,)} if letter is Lapsed else {"kind": Kind.ACCESS}
    text = REPLIES.render(letter(language=EN, case=CASE, **kinds)).text
    assert "imy@imy.se" in text
    assert "court" in text


def test_field_names_stand_in_small_letters_within_a_sentence_but_abbreviations_stay():
    changed = Item(dataset="contacts", operation=Operation.CHANGE, rows=1, fields=("name", "secondary_email"))
    assert "namn och extra e-postadress" in REPLIES.render(done(Kind.RECTIFICATION, changed)).text


def test_an_officers_own_lines_are_kept():
    letter = Question(language=SV, case=CASE, question="Rad ett <b>.\r\n\r\nRad {{ två }}.")
    rendered = REPLIES.render(letter)
    assert "Rad ett <b>.\n\nRad {{ två }}." in rendered.text
    assert "Rad ett &lt;b&gt;.<br>\n<br>\nRad {{ två }}." in rendered.html


HOSTILE = "Anna\r\nBcc: alla@example.se\x00 <script>alert(1)</script> {{ controller }} {% raw %} \u202etxt"


@pytest.mark.parametrize("language", Language)
def test_nothing_that_people_write_becomes_markup_a_header_or_a_template(language):
    for sample in sample_letters(DATA_MAP, language):
        texts = {
            field.name: HOSTILE
            for field in fields(sample)
            if type(getattr(sample, field.name)) is str and field.name not in {"language", "case", "dataset", "code"}
        }
        if "ground" in texts:
            texts["ground"] = sample.ground
        rendered = REPLIES.render(replace(sample, **texts))
        assert not re.search(r"[\r\n\x00]", rendered.subject)
        assert "<script>" not in rendered.html
        assert not re.search(r"[\x00\u202e]", rendered.text + rendered.html + rendered.subject)
        assert "WinLas AB {%" not in rendered.text


@pytest.mark.parametrize(
    ("name", "greeting"),
    [
        ("Åsa Öberg", "Hej Åsa Öberg!"),
        ("J. O'Hara-Lind", "Hej J. O'Hara-Lind!"),
        ("Anna\nEk", "Hej Anna Ek!"),
        ("Vinn pris på evil.example", "Hej!"),
        ("Ring 0771-123456", "Hej!"),
        ("<b>Anna</b>", "Hej!"),
        ("A" * 100, "Hej!"),
        ("", "Hej!"),
    ],
)
def test_a_name_is_used_only_if_it_can_only_be_a_name(name, greeting):
    letter = CopyCode(language=SV, case=CASE, name=name, code=CODE)
    assert REPLIES.render(letter).text.splitlines()[0] == greeting


def test_a_code_that_nobody_has_words_for_is_named():
    with pytest.raises(UnknownCode, match=r"words/sv\.toml: \[refusal\] has no words for 'because'"):
        REPLIES.render(refused(ground="because"))
    with pytest.raises(UnknownCode, match="no data set 'nowhere'"):
        REPLIES.render(done(Kind.ERASURE, replace(erased(), dataset="nowhere")))


# A company's own templates


def test_a_company_overrides_file_by_file(tmp_path):
    replies = replies_with(tmp_path, received__sv__subject_dot_txt="Tack! [{{ case }}]")
    letter = Received(language=SV, case=CASE, due=DAY)
    assert replies.render(letter).subject == f"Tack! [{CASE}]"
    assert replies.render(letter).text == REPLIES.render(letter).text
    assert replies.render(replace(letter, language=EN)) == REPLIES.render(replace(letter, language=EN))


def test_a_company_changes_one_word(tmp_path):
    replies = replies_with(tmp_path, words__sv_dot_toml='[request]\naccess = "din fråga"\n')
    subject = replies.render(InHand(language=SV, case=CASE, kinds=(Kind.ACCESS, Kind.ERASURE), due=DAY)).subject
    assert "din fråga och din begäran om radering" in subject


@pytest.mark.parametrize("body", ["body.txt", "body.html"])
@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("{{ ground | refusal }} {{ reasons }} {{ case }} domstol", "the authority"),
        (
            "{{ ground | refusal }} {{ reasons }} {{ case }} {% include 'parts/sv/complaint.txt' %}",
            "the judicial remedy",
        ),
        (
            "{{ ground | refusal }} {{ case }} " + BLOCKS,
            "the reasons",
        ),
        (
            "{{ reasons }} {{ case }} " + BLOCKS,
            "the ground",
        ),
        (
            "{{ ground | refusal }} {{ reasons }} " + BLOCKS,
            "the case number",
        ),
    ],
)
def test_an_override_that_drops_a_block_of_a_refusal_cannot_be_sent(tmp_path, body, text, lacks):
    replies = replies_with(tmp_path, **{f"refused__sv__{body.replace('.', '_dot_')}": text})
    with pytest.raises(IncompleteRefusal, match=f"mail/refused/sv/{re.escape(body)}: lacks {lacks}"):
        replies.render(refused())


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("{{ case }} {{ pickup.until | date }}", "the link to the copy"),
        ("{{ case }} {{ pickup.link }}", "until when the copy can be fetched"),
    ],
)
def test_an_override_that_drops_the_link_to_a_copy_cannot_be_sent(tmp_path, text, lacks):
    replies = replies_with(tmp_path, copy_sent__sv__body_dot_txt=text)
    letter = CopySent(language=SV, case=CASE, kind=Kind.ACCESS, items=())
    waiting = Pickup(link="https://mailbot.example/copy/sv/abc", until=DAY, times=3)
    assert REPLIES.render(replace(letter, pickup=waiting))
    with pytest.raises(IncompleteLetter, match=lacks):
        replies.render(replace(letter, pickup=waiting))


def test_a_remedy_block_without_a_court_is_refused(tmp_path):
    replies = replies_with(tmp_path, parts__sv__remedy_dot_txt="Hör av dig.", parts__sv__remedy_dot_html="Hör av dig.")
    with pytest.raises(TemplateError, match=r"remedy\.txt:1: must tell of the right to a judicial remedy"):
        replies.render(refused())


def test_a_confirmation_without_its_code_cannot_be_sent(tmp_path):
    replies = replies_with(tmp_path, confirmation__sv__body_dot_txt="Svara Ja. {{ case }}")
    with pytest.raises(IncompleteLetter, match="lacks the code"):
        replies.render(Confirmation(language=SV, case=CASE, kinds=RIGHTS, code=CODE, until=DAY))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Hej\n\n{{ nobody }}", r"body\.txt:3: UndefinedError: 'nobody' is undefined"),
        ("Hej\n{% if %}", r"body\.txt:2: TemplateSyntaxError: "),
        ("Hej\n{% include 'parts/sv/gone.txt' %}", r"body\.txt:2: there is no template mail/parts/sv/gone\.txt"),
        ("{{ ''.__class__.__mro__ }}", r"body\.txt:1: SecurityError: "),
        ("\n{{ 1 / 0 }}", r"body\.txt:2: ZeroDivisionError: cannot be filled in"),
        ("{{ case | nofilter }}", r"body\.txt:1: TemplateAssertionError: No filter named 'nofilter'"),
    ],
)
def test_a_mistake_in_a_template_is_named_by_file_and_line(tmp_path, text, what):
    replies = replies_with(tmp_path, received__sv__body_dot_txt=text)
    with pytest.raises(TemplateError, match=what) as caught:
        replies.render(Received(language=SV, case=CASE, due=DAY))
    assert str(tmp_path) in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[request\n", r"sv\.toml:1: is not TOML"),
        ("\n[request]\naccess = 1\n", r"sv\.toml:2: \[request\] must be a table of texts"),
    ],
)
def test_a_mistake_in_a_file_of_words_is_named_by_file_and_line(tmp_path, text, what):
    with pytest.raises(TemplateError, match=what):
        replies_with(tmp_path, words__sv_dot_toml=text)
