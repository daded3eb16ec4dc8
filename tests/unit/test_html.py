"""HTML mail as the plain text that a person would see of it."""

import pytest

from mailbot.mail.html import to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hej</p><p>Radera <b>mig</b>.</p>", "Hej\n\nRadera mig."),
        ("<div>Hej</div><div><br></div><div>Radera mig</div>", "Hej\n\nRadera mig"),
        ("Hej<br>Radera<br/>mig", "Hej\nRadera\nmig"),
        ("<p class=MsoNormal>Hej</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>Radera</p>", "Hej\n\nRadera"),
        ("<ul><li>ett<li>tv&aring;</ul>", "- ett\n- två"),
        ("<table><tr><td>Namn<td>Anna<tr><td>Tel<td>08</table>", "Namn Anna\nTel 08"),
        ("<pre>a\n  b</pre>", "a\nb"),
        ("<div style='white-space: pre-wrap'>rad ett\nrad två</div>", "rad ett\nrad två"),
        ("rad\n   ett", "rad ett"),
        ("1 < 2 & 3 &gt; 2 &bogus;", "1 < 2 & 3 > 2 &bogus;"),
        ("<a href='https://x.example'>länk</a>", "länk"),
        ("a<!-- dold -->b<![if mso]>c<![endif]>", "abc"),
        ("<title>Titel</title><style>p{}</style><script>x</script>text", "text"),
        ("Ra&shy;de&zwnj;ra", "Radera"),
        ("<p>öppen <b>fet", "öppen fet"),
        ("</div></p>text</b>", "text"),
        ("", ""),
    ],
)
def test_tags_become_lines(html, text):
    assert to_text(html) == text


HIDDEN = "<p>syns</p>{}<p>syns också</p>"


@pytest.mark.parametrize(
    "hidden",
    [
        '<div style="display:none">X</div>',
        '<div style="DISPLAY : none !important">X</div>',
        '<div style="display:none"><p style="display:block;font-size:20px">X</p></div>',
        '<span style="visibility:hidden">X</span>',
        '<span style="font-size:0">X</span>',
        '<span style="font-size:0px"><b style="font-size:120%">X</b></span>',
        '<span style="font-size:1px">X</span>',
        '<span style="opacity:0">X</span>',
        '<div style="max-height:0;overflow:hidden">X</div>',
        '<div style="position:absolute;left:-9999px">X</div>',
        '<div style="text-indent:-9999px">X</div>',
        "<div hidden>X</div>",
        '<p style="color:#fff">X</p>',
        '<p style="color:#fefefe">X</p>',
        '<p style="color:rgb(255, 255, 255)">X</p>',
        '<p style="color:white"><span>X</span></p>',
        '<p style="color:transparent">X</p>',
        '<p style="color:rgba(0,0,0,0)">X</p>',
        '<font color="#FFFFFF">X</font>',
        '<div style="background:#003366"><p style="color:#003366">X</p></div>',
        '<table bgcolor="black"><tr><td style="color:black">X</td></tr></table>',
        "<style>.dold{display:none}</style><p class='a dold'>X</p>",
        "<style>/* x */ p#dold, .annan {visibility:hidden}</style><p id=dold>X</p>",
        "<template>X</template>",
        '<p style="display:none">X<p style="display:none">X',
    ],
)
def test_hidden_text_is_not_read(hidden):
    assert to_text(HIDDEN.format(hidden)).split() == ["syns", "syns", "också"]


@pytest.mark.parametrize(
    "seen",
    [
        '<td style="font-size:0"><div style="font-size:13px">X</div></td>',
        '<div style="visibility:hidden"><b style="visibility:visible">X</b></div>',
        '<div style="background:#0a0"><p style="color:white">X</p></div>',
        '<td bgcolor="#000000"><font color="white">X</font></td>',
        '<td background="bild.png" style="color:#fff">X</td>',
        '<div style="background-image:url(x.png)"><p style="color:#fff">X</p></div>',
        '<div style="color:white"><p style="color:red">X</p></div>',
        '<div style="background:navy"><p style="color:white">X</p></div>',
        "<style>.knapp a {background:#0a0}</style><p class=knapp><a style='color:#fff'>X</a></p>",
        "<style>.knapp {background:#0a0;color:#fff}</style><p class=knapp>X</p>",
        "<style>@media (max-width:600px) {.dator {display:none}}</style><p class=dator>X</p>",
        '<p style="display:none">dolt<p>X',
        '<p style="font-size:small">X</p>',
        '<p style="color:#999">X</p>',
        "<div style='height:0'>X</div>",
    ],
)
def test_text_that_only_looks_hidden_is_read(seen):
    assert "X" in to_text(HIDDEN.format(seen))


def test_quoted_mail_is_marked_as_in_plain_text():
    html = (
        "<p>Nej</p><blockquote type=cite><p>Vill du?</p><blockquote class='gmail_quote'>Förut</blockquote></blockquote>"
        "<p>Hej då</p>"
    )

    assert to_text(html).split("\n\n") == ["Nej", "> Vill du?\n>\n>> Förut\n>>\n>", "Hej då"]


def test_indented_text_of_the_sender_is_not_a_quotation():
    assert ">" not in to_text("<blockquote style='margin:0 0 0 40px;border:none'>Radera mig</blockquote>")


@pytest.mark.parametrize("mark", ["class='gmail_signature'", "id='Signature'", "class='moz-signature'"])
def test_signature_is_marked_as_in_plain_text(mark):
    assert to_text(f"<div>Radera mig</div><div {mark}>Anna</div>") == "Radera mig\n-- \nAnna"


def test_twenty_thousand_nested_elements_are_read():
    assert to_text("<div>" * 20_000 + "Radera mig" + "</div>" * 20_000) == "Radera mig"
