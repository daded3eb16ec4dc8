"""The words that the reader went by, marked in the text that the officer reads."""

from hypothesis import given
from hypothesis import strategies as st

from mailbot.console.marking import Segment, segments

TEXT = "Hej! Jag vill\natt ni raderar allt.\nOch sluta mejla."


def test_words_are_marked_also_across_a_line_break() -> None:
    found = segments(TEXT, [("erasure", "vill att ni raderar allt")])
    assert [one.text for one in found if one.kind == "erasure"] == ["vill\natt ni raderar allt"]


def test_each_kind_is_marked_as_its_own() -> None:
    found = segments(TEXT, [("consent_withdrawal", "sluta mejla"), ("erasure", "raderar allt")])
    assert [(one.kind, one.text) for one in found if one.kind] == [
        ("erasure", "raderar allt"),
        ("consent_withdrawal", "sluta mejla"),
    ]


def test_where_two_overlap_the_one_that_begins_first_is_marked() -> None:
    found = segments("ni raderar allt", [("access", "raderar allt"), ("erasure", "ni raderar")])
    assert found == (Segment("ni raderar", "erasure"), Segment(" allt"))


def test_words_that_do_not_stand_there_mark_nothing() -> None:
    assert segments(TEXT, [("access", "kopia"), ("access", "  ")]) == (Segment(TEXT),)


@given(
    st.text(alphabet="ab \n.*(", max_size=30), st.lists(st.tuples(st.sampled_from("xy"), st.text("ab .*(", max_size=4)))
)
def test_marking_neither_loses_nor_adds_a_letter(text: str, evidence: list[tuple[str, str]]) -> None:
    found = segments(text, evidence)
    assert "".join(one.text for one in found) == text
    assert all(one.text for one in found)
