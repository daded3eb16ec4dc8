"""Wrapping and cleaning of text."""

import re

from hypothesis import given
from hypothesis import strategies as st

from mailbot.render.prose import WIDTH, greetable, one_line, several_lines, squeezed, visible_text, wrap


@given(st.text(alphabet=st.sampled_from("abc åäö-/@.:\n"), max_size=400))
def test_wrapping_loses_no_word_and_breaks_none(text):
    assert wrap(text).split() == text.split()


@given(st.lists(st.text(alphabet="abcdefghij-@.", min_size=1, max_size=40), min_size=1, max_size=60))
def test_wrapped_lines_stay_within_the_width(words):
    assert max(map(len, wrap(" ".join(words)).splitlines())) <= WIDTH


def test_a_long_link_is_left_whole():
    url = "https://example.se/" + "a-b/" * 40
    assert url in wrap(f"Se {url} här").splitlines()


def test_list_items_hang():
    lines = wrap("- " + "ord " * 40).splitlines()
    assert lines[0].startswith("- ord")
    assert all(line.startswith("  ord") for line in lines[1:])


def test_the_signatures_mark_keeps_its_blank():
    assert wrap("a\n\n-- \nb") == "a\n\n-- \nb\n"


@given(st.text())
def test_one_line_is_one_harmless_line(text):
    cleaned = one_line(text)
    assert len(cleaned.splitlines()) <= 1
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", cleaned)


@given(st.text())
def test_an_officers_words_keep_their_lines_and_lose_what_is_unprintable(text):
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", several_lines(text))


@given(st.text(max_size=80))
def test_a_name_that_is_greeted_carries_no_link_number_or_markup(name):
    assert not re.search(r"[\d<>@:/{}\n]|\.\S", greetable(name))


def test_visible_text_leaves_out_what_readers_do_not_see():
    html = "<head><title>a</title><style>b</style></head><p>c&amp;d</p><p>e<br>f</p>"
    assert visible_text(html).split() == ["c&d", "e", "f"]


def test_list_marks_make_no_difference_to_what_is_said():
    assert squeezed("a\n- b\n-- \nc") == "a b c"
