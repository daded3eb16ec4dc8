"""`mailbot check` finds what is wrong with templates before a person gets a letter."""

from pathlib import Path

import pytest

from mailbot.core.datamap import Authority
from mailbot.registers.opening import read_data_map
from mailbot.render.proofreading import check
from mailbot.render.replies import Replies
from mailbot.resources import shipped

DATA_MAP = read_data_map()


def problems_of(folder: Path, data_map=DATA_MAP) -> list[str]:
    return check(Replies([folder, shipped("templates")], data_map, "dataskydd@winlas.se"))


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / "mail" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_templates_are_faultless(tmp_path):
    assert problems_of(tmp_path) == []


@pytest.mark.parametrize("name", ["received/sv/body.text", "recieved/sv/body.txt", "received/de/body.txt", "notes.md"])
def test_a_file_that_nothing_reads_is_told(tmp_path, name):
    path = write(tmp_path, name, "Hej")
    assert problems_of(tmp_path) == [f"{path}:1: is no template: nothing reads it"]


def test_a_mistake_is_told_once_with_file_and_line(tmp_path):
    path = write(tmp_path, "done/en/body.txt", "Hello\n{{ oops }}\n")
    assert problems_of(tmp_path) == [f"{path}:2: UndefinedError: 'oops' is undefined"]


def test_a_refusal_without_the_authority_is_told(tmp_path):
    write(tmp_path, "refused/sv/body.html", "<p>Nej. {{ case }}</p>")
    (problem,) = problems_of(tmp_path)
    assert problem.startswith("mail/refused/sv/body.html: lacks ")


def test_a_data_map_without_authority_is_told(tmp_path):
    problems = problems_of(tmp_path, DATA_MAP.model_copy(update={"authority": Authority()}))
    assert problems == [
        "the data map lacks the authority's name or how to reach it (Article 12(4))",
        "the data map says nothing under 15(1)(f)",
    ]


def test_missing_words_are_told(tmp_path):
    folder = tmp_path / "shipped"
    for path in shipped("templates").rglob("*.*"):
        if path.is_file():
            target = folder / path.relative_to(shipped("templates"))
            target.parent.mkdir(parents=True, exist_ok=True)
            text = path.read_text(encoding="utf-8")
            target.write_text(text.replace("denied =", "dinied ="), encoding="utf-8")
    replies = Replies([folder], DATA_MAP, "dataskydd@winlas.se")
    assert check(replies) == [f"words/{language}.toml: [reason] has no words for 'denied'" for language in ("sv", "en")]
