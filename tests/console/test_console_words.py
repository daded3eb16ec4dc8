"""The words of the pages: the same keys in every language, and every key that a page asks for."""

import re
import tomllib
from pathlib import Path

import pytest

from mailbot.core.identity import Level
from mailbot.core.kinds import Disposition, Kind
from mailbot.core.letters import LETTERS
from mailbot.core.lifecycle import Event, State
from mailbot.core.message import Verdict
from mailbot.core.plan import Operation
from mailbot.resources import shipped

ROOMS = ("console", "demo")
KEY = re.compile(r'(?:\bt|texts)\("([a-z_]+\.[\w-]+)"')


def words(room: str, language: str) -> dict[str, dict[str, str]]:
    return tomllib.loads((shipped("templates") / room / "words" / f"{language}.toml").read_text(encoding="utf-8"))


def keys(table: dict[str, dict[str, str]]) -> set[str]:
    return {f"{name}.{code}" for name, codes in table.items() for code in codes}


@pytest.mark.parametrize("room", ROOMS)
def test_both_languages_have_the_same_words(room: str) -> None:
    swedish, english = words(room, "sv"), words(room, "en")
    assert keys(swedish) == keys(english)
    for table, codes in swedish.items():
        for code, text in codes.items():
            assert re.findall(r"{\w+}", text) == re.findall(r"{\w+}", english[table][code]) or (
                set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", english[table][code]))
            ), f"{table}.{code}"


@pytest.mark.parametrize("room", ROOMS)
def test_a_page_asks_for_no_word_that_there_is_not(room: str) -> None:
    there = keys(words(room, "sv"))
    pages = [*(shipped("templates") / room).glob("*.html")]
    code = [*Path("mailbot/console").glob("*.py")] if room == "console" else []
    asked = {key for page in (*pages, *code) for key in KEY.findall(page.read_text(encoding="utf-8"))}
    assert asked
    assert {key for key in asked if not {key, f"{key}_one"} & there} == set()


@pytest.mark.parametrize(
    ("room", "table", "codes"),
    [
        ("console", "kind", Kind),
        ("console", "state", State),
        ("console", "level", [level.code for level in Level]),
        ("console", "level_about", [level.code for level in Level]),
        ("console", "verdict", Verdict),
        ("console", "operation", Operation),
        ("console", "action", set(Event)),
        ("console", "letter", [letter.template for letter in LETTERS]),
        ("demo", "disposition", Disposition),
    ],
)
def test_every_code_has_a_word(room: str, table: str, codes) -> None:
    assert set(codes) <= set(words(room, "sv")[table])
