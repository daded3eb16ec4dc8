"""The copy of a person's data: all of Article 15, the data as text, and the same data as files that the code opens."""

import csv
import io
import json
import re
import secrets
from dataclasses import replace
from datetime import date
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import PasswordError, Pdf

from mailbot.core.copy import IncompleteMap, make_copy
from mailbot.core.datamap import Authority, Text
from mailbot.core.kinds import Kind, Language
from mailbot.core.plan import Operation, Plan, Row, Step
from mailbot.registers.opening import read_data_map
from mailbot.render.attached import as_csv
from mailbot.render.copy import ALPHABET, ROWS_TO_READ, CopyError, CopyMaker, encrypt, new_code
from mailbot.render.glyphs import Glyphs, texts_in, tidy
from mailbot.render.proofreading import check, copy_previews
from mailbot.render.replies import Replies
from mailbot.render.samples import sample_copy
from mailbot.render.typesetting import NotSet
from mailbot.resources import shipped
from tests.support.pdf import words_of

SHIPPED = shipped("templates")
DATA_MAP = read_data_map()
COPIES = CopyMaker([SHIPPED])
CODE = "K7PM-3XWD-QH9T-RB4N"
SV, EN = Language.SWEDISH, Language.ENGLISH


def copy_of(*steps, kind=Kind.ACCESS, language=SV, data_map=DATA_MAP, **changes):
    copy = make_copy(
        Plan(kind, "key", steps),
        data_map,
        language=language,
        case="DS-2026-00042",
        name="Åsa Öberg",
        addresses=("asa.oberg@norrskog.example",),
        day=date(2026, 12, 24),
    )
    return replace(copy, **changes)


def shown(dataset, *rows):
    fields = DATA_MAP.dataset(dataset).own_fields
    return Step(dataset, Operation.SHOW, tuple(Row(str(i), row) for i, row in enumerate(rows)), fields)


def enquiry(message):
    return shown("enquiries", {"name": "Åsa Öberg", "message": message, "created_at": "2026-03-05T10:30:00Z"})


def files_in(pdf, password=""):
    with Pdf.open(io.BytesIO(pdf), password=password) as document:
        return {name: spec.get_file().read_bytes() for name, spec in document.attachments.items()}


def test_the_copy_opens_with_the_code_and_with_nothing_else():
    pdf = COPIES.make(copy_of(enquiry("Hemligt")))
    sealed = encrypt(pdf, CODE, owner="nobody keeps this")
    for wrong in ("", CODE.lower(), CODE[:-1]):
        with pytest.raises(PasswordError):
            Pdf.open(io.BytesIO(sealed), password=wrong)
    with Pdf.open(io.BytesIO(sealed), password=CODE) as document:
        assert document.encryption.R == 6
        assert document.encryption.bits == 256
        assert str(document.encryption.stream_method) == "EncryptionMethod.aesv3"
    assert "Hemligt" in words_of(sealed, CODE)
    assert json.loads(files_in(sealed, CODE)["data.json"])["case"] == "DS-2026-00042"
    assert b"Hemligt" not in sealed
    assert "Åsa".encode() not in sealed, "not even the title or the metadata names anybody"


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", [Kind.ACCESS, Kind.PORTABILITY])
def test_the_copy_is_an_archivable_accessible_pdf(kind, language):
    pdf = COPIES.make(copy_of(enquiry("Hej"), kind=kind, language=language))
    with Pdf.open(io.BytesIO(pdf)) as document:
        metadata = document.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "B")
        assert metadata["pdfuaid:part"] == "1"
        assert str(document.Root.Lang) == {SV: "sv-SE", EN: "en-GB"}[language]
        assert document.Root.MarkInfo.Marked
        assert str(document.docinfo.Title) in words_of(pdf)
        fonts = {str(font.BaseFont) for page in document.pages for font in page.Resources.Font.values()}
    assert all(re.search(r"Libertinus|DejaVu|NewCM", font) for font in fonts)


def test_access_says_all_that_article_15_wants():
    copy = sample_copy(DATA_MAP, SV, Kind.ACCESS)
    words = words_of(COPIES.make(copy)).replace("- ", "")
    assert "Ja, vi behandlar personuppgifter om dig" in words
    for section in copy.sections:
        about = section.about
        wanted = (
            *(purpose.text for purpose in about.purposes),
            *about.categories,
            about.recipients_statement,
            about.storage,
            about.origin,
            about.transfers,
        )
        for text in wanted:
            assert " ".join(text.split()).replace("- ", "") in words, (section.dataset, text)
    for right in ("Rättelse", "Radering", "Begränsning", "Invändning", "Dataportabilitet", "Återkalla samtycke"):
        assert right in words
    assert DATA_MAP.automated_decisions.sv in words
    assert "Integritetsskyddsmyndigheten (IMY)" in words
    assert "imy@imy.se" in words


def test_recipients_are_named():
    recipients = {
        "post": {
            "name": "Utskick AB",
            "role": {"sv": "Skickar brev", "en": "Sends letters"},
            "country": {"sv": "Sverige", "en": "Sweden"},
            "contact": None,
        }
    }
    data = DATA_MAP.model_dump(by_alias=True)
    data["recipients"] = recipients
    data["datasets"]["enquiries"]["recipients"] = ["post"]
    words = words_of(COPIES.make(copy_of(enquiry("Hej"), data_map=type(DATA_MAP).model_validate(data))))
    assert "Utskick AB, Sverige. Skickar brev." in words


def test_portability_carries_the_data_and_no_letter_of_article_15():
    pdf = COPIES.make(copy_of(enquiry("Hej"), kind=Kind.PORTABILITY))
    assert "Åsa Öberg" in words_of(pdf)
    assert "Hur länge vi sparar" not in words_of(pdf)
    assert "about" not in json.loads(files_in(pdf)["data.json"])["datasets"][0]


@pytest.mark.parametrize(
    ("hole", "letter"),
    [({"authority": Authority()}, r"15\(1\)\(f\)"), ({"automated_decisions": Text()}, r"15\(1\)\(h\)")],
)
def test_no_copy_while_a_letter_of_article_15_is_empty(hole, letter):
    with pytest.raises(IncompleteMap, match=letter):
        copy_of(enquiry("Hej"), data_map=DATA_MAP.model_copy(update=hole))
    assert copy_of(enquiry("Hej"), data_map=DATA_MAP.model_copy(update=hole), kind=Kind.PORTABILITY)


def test_no_copy_while_a_data_set_says_nothing_of_storage():
    silent = DATA_MAP.dataset("consents").model_copy(update={"storage": Text()})
    holed = DATA_MAP.model_copy(update={"datasets": {**DATA_MAP.datasets, "consents": silent}})
    with pytest.raises(IncompleteMap, match=r"15\(1\)\(d\)"):
        copy_of(enquiry("Hej"), data_map=holed)


@pytest.mark.parametrize(
    "value",
    [
        "#panic()",
        "*fet* _kursiv_ `kod` $x^2$ <etikett> @ref",
        '#read("page.json")',
        "= Rubrik",
        "- punkt // kommentar /* kommentar */",
        'slut") #panic("',
        "\\#panic() \\u{41}",
        "http://example.se #link",
        "~ -- --- ... 'a' \"b\"",
    ],
)
def test_what_a_register_holds_is_text_and_never_markup(value):
    for copy in (
        copy_of(enquiry(value)),
        copy_of(enquiry("Hej"), name=value, addresses=(value,), customers=(value,), kind=Kind.PORTABILITY),
    ):
        pdf = COPIES.make(copy)
        assert value.replace(" ", "") in words_of(pdf).replace(" ", "")
        assert value in set(texts_in(json.loads(files_in(pdf)["data.json"])))


def test_a_special_category_value_may_stand_in_the_copy():
    copy = copy_of(
        shown("event_registrations", {"name": "Åsa", "dietary": "Glutenfritt", "personal_id": "850101-1236"})
    )
    assert "Glutenfritt" in words_of(COPIES.make(copy))


def test_what_no_font_can_draw_is_replaced_on_the_page_and_kept_in_the_files():
    pdf = COPIES.make(copy_of(enquiry("Tack 😀 张伟 z\u0307 \u202eabc\x00\x07")))
    words = words_of(pdf)
    assert "Tack \ufffd \ufffd\ufffd ż abc" in words
    assert "Några tecken i uppgifterna går inte att visa här" in words
    message = json.loads(files_in(pdf)["data.json"])["datasets"][0]["rows"][0]["message"]
    assert message == "Tack 😀 张伟 z\u0307 \u202eabc\x00\x07"


def test_nothing_is_said_of_replaced_characters_when_there_are_none():
    assert "Några tecken" not in words_of(COPIES.make(copy_of(enquiry("Ærlig Łódź Σ Ж – ’ €"))))


def test_half_a_surrogate_pair_does_not_stop_the_copy():
    assert files_in(COPIES.make(copy_of(enquiry("trasigt \ud83d slut"))))


@given(st.text(max_size=60))
def test_any_text_can_be_tidied_to_what_a_page_can_hold(text):
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028]", tidy(text))


def test_asking_what_can_be_drawn_finds_each_culprit_and_remembers():
    asked = count()

    class Draws:
        def pdf(self, files):
            next(asked)
            if {"😀", "张"} & set(json.loads(files["letters.json"])):
                raise NotSet("cannot")

    glyphs = Glyphs(Draws())
    assert glyphs.undrawable(set("abcå😀ŴẀ张Σ")) == {"😀", "张"}
    before = next(asked)
    assert glyphs.undrawable(set("å😀Σ")) == {"😀"}
    assert next(asked) == before + 1


def test_the_files_hold_every_row_as_the_register_has_it():
    rows = ({"email": "a@b.example", "purpose": 'ny"het, brev', "given_at": "2021-02-03"}, {"email": "c@d.example"})
    pdf = COPIES.make(copy_of(shown("consents", *rows)))
    files = files_in(pdf)
    assert set(files) == {"data.json", "consents.csv"}
    table = list(csv.DictReader(io.StringIO(files["consents.csv"].decode(), newline="")))
    assert [(row["email"], row["purpose"], row["given_at"]) for row in table] == [
        ("a@b.example", 'ny"het, brev', "2021-02-03"),
        ("c@d.example", "", ""),
    ]
    data = json.loads(files["data.json"])
    assert data["format"] == "mailbot-copy/1"
    assert data["datasets"][0]["rows"][0]["purpose"] == 'ny"het, brev'
    assert data["datasets"][0]["rows"][1]["purpose"] is None
    assert data["person"] == {"name": "Åsa Öberg", "addresses": ["asa.oberg@norrskog.example"]}


@given(
    st.lists(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2), max_size=5)
)
def test_csv_reads_back_as_it_was(rows):
    section = copy_of(enquiry("x")).sections[0]
    section = replace(section, fields=section.fields[:2], rows=tuple(map(tuple, rows)))
    read = list(csv.reader(io.StringIO(as_csv(section).decode(), newline="")))
    assert read[1:] == rows


def test_values_are_shown_as_people_write_them():
    copy = copy_of(enquiry("Rad ett\r\nRad två"))
    section = copy.sections[0]
    values = dict(zip([field.name for field in section.fields], section.rows[0], strict=True))
    values |= {"organisation": True, "last_activity_at": 7}
    section = replace(section, rows=(tuple(values.values()),))
    words = words_of(COPIES.make(replace(copy, sections=(section,))))
    assert "Rad ett Rad två" in words
    assert "2026-03-05 10:30" in words
    assert "Organisation Ja" in words
    assert "Senaste kontakt 7" in words
    assert "Inte ifyllt: E-postadress" in words


def test_records_that_fit_stand_in_a_table_and_others_on_cards():
    rows = [{"email": "a@b.example", "purpose": f"utskick {number}", "given_at": "2021-02-03"} for number in range(3)]
    assert "Post 2" not in words_of(COPIES.make(copy_of(shown("consents", *rows))))
    rows[1]["purpose"] = "lång " * 40
    assert "Post 2" in words_of(COPIES.make(copy_of(shown("consents", *rows))))


def test_customers_that_may_be_named_are_named():
    refer = Step("tickets", Operation.REFER, (Row("1", {}),), named=("Norrskog AB", "Fjällmark AB"))
    assert "åt Norrskog AB och Fjällmark AB" in words_of(COPIES.make(copy_of(enquiry("Hej"), refer)))
    assert "Norrskog AB" not in words_of(COPIES.make(copy_of(enquiry("Hej"), replace(refer, named=()))))


@pytest.mark.parametrize("kind", [Kind.ACCESS, Kind.PORTABILITY])
def test_a_copy_of_nothing_says_so(kind):
    words = words_of(COPIES.make(copy_of(kind=kind, name="")))
    assert re.search("hittade inga|Vi har inga uppgifter", words)
    assert "Dina uppgifter Användarprofiler" not in words


def test_the_same_copy_gives_the_same_bytes():
    copy = sample_copy(DATA_MAP, SV, Kind.ACCESS)
    assert COPIES.make(copy) == CopyMaker([SHIPPED]).make(copy)
    assert COPIES.make(copy) != COPIES.make(replace(copy, day=date(2026, 12, 25)))


def test_ten_thousand_rows_are_all_in_the_files_and_the_first_on_pages():
    rows = [{"email": f"{number}@b.example", "purpose": "utskick"} for number in range(10_000)]
    pdf = COPIES.make(copy_of(shown("consents", *rows)))
    files = files_in(pdf)
    assert len(json.loads(files["data.json"])["datasets"][0]["rows"]) == 10_000
    assert files["consents.csv"].count(b"\r\n") == 10_001
    words = words_of(pdf)
    assert "10000 poster" in words
    assert f"Här visas de första {ROWS_TO_READ} posterna. Alla finns i datafilen consents.csv" in words
    assert f"{ROWS_TO_READ - 1}@b.example" in words
    assert f"{ROWS_TO_READ}@b.example" not in words


def test_codes_are_easy_to_type_and_never_the_same():
    codes = {new_code(secrets.token_bytes) for _ in range(200)}
    assert len(codes) == 200
    assert all(re.fullmatch(r"[A-HJ-NP-Z2-9]{4}(-[A-HJ-NP-Z2-9]{4}){3}", code) for code in codes)


def test_every_sign_of_a_code_is_as_likely_as_any_other():
    every_byte = iter([bytes(range(at, at + 16)) for at in range(0, 256, 16)])
    signs = "".join(new_code(lambda _: next(every_byte)) for _ in range(16)).replace("-", "")
    assert {signs.count(sign) for sign in ALPHABET} == {8}


# A company's own templates


def write(folder, name, text):
    path = folder / "copy" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_company_overrides_the_words(tmp_path):
    words = (SHIPPED / "copy" / "sv.toml").read_text(encoding="utf-8")
    write(tmp_path, "sv.toml", words.replace("Kopia av dina personuppgifter", "Ditt registerutdrag"))
    copies = CopyMaker([tmp_path, SHIPPED])
    assert "Ditt registerutdrag" in words_of(copies.make(copy_of(enquiry("Hej"))))
    assert "Copy of your personal data" in words_of(copies.make(copy_of(enquiry("Hej"), language=EN)))


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("copy.typ", '#let x = \n#panic(json("page.json"))', r"copy/copy\.typ \(sv\): "),
        ("sv.toml", "title_access = ", r"copy/copy\.typ \(sv\): .*toml"),
        ("sv.toml", 'case = "Ärende"', r"copy/copy\.typ \(sv\): .*title_access"),
    ],
)
def test_a_mistake_is_told_of_a_sample_and_never_with_a_persons_data(tmp_path, name, text, what):
    write(tmp_path, name, text)
    problems = check(Replies([tmp_path, SHIPPED], DATA_MAP, "dataskydd@winlas.se"))
    assert problems
    assert re.match(what, problems[0], re.IGNORECASE)
    with pytest.raises(CopyError) as caught:
        CopyMaker([tmp_path, SHIPPED]).make(copy_of(enquiry("Hemligt")))
    assert "Hemligt" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_missing_template_is_named(tmp_path):
    with pytest.raises(CopyError, match=r"copy/copy\.typ: there is no such template"):
        CopyMaker([tmp_path]).make(copy_of(enquiry("Hej")))


def test_a_file_that_nothing_reads_is_told(tmp_path):
    path = write(tmp_path, "kopia.typ", "")
    assert check(Replies([tmp_path, SHIPPED], DATA_MAP, "dataskydd@winlas.se")) == [
        f"{path}:1: is no template: nothing reads it"
    ]


def test_previews_of_the_copy_can_be_looked_at():
    previews = list(copy_previews(Replies([SHIPPED], DATA_MAP, "dataskydd@winlas.se")))
    assert {(preview.kind, preview.language) for preview in previews} == {
        (kind, language) for kind in (Kind.ACCESS, Kind.PORTABILITY) for language in Language
    }
    assert all(preview.pdf.startswith(b"%PDF-1.7") for preview in previews)
