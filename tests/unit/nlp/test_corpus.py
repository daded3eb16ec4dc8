import json

import pytest

from mailbot.core.kinds import Field, Kind
from mailbot.core.reading import Change
from mailbot.nlp.corpus import CorpusError, read_corpus, read_mails

GOOD = {"id": "x-1", "lang": "sv", "subject": "", "text": "Radera mig", "labels": ["erasure"]}


def file_of(tmp_path, *lines):
    path = tmp_path / "x.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return path


def test_reads_a_mail_with_all_that_can_be_said_of_it(tmp_path):
    entry = {
        **GOOD,
        "labels": ["rectification"],
        "changes": [{"field": "phone", "old": None, "new": "070-1"}],
        "evidence": [{"kind": "rectification", "text": "Radera"}],
        "alt": ["erasure"],
        "processor": True,
    }
    (mail,) = read_mails(file_of(tmp_path, entry))
    assert mail.labels == {Kind.RECTIFICATION}
    assert mail.changes == (Change(Field.PHONE, None, "070-1"),)
    assert mail.also_right == {Kind.ERASURE}
    assert mail.evidence == ((Kind.RECTIFICATION, "Radera"),)
    assert mail.processor
    assert mail.hand == "x"


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        {**GOOD, "labels": []},
        {**GOOD, "labels": ["erasure", "other"]},
        {**GOOD, "labels": ["deletion"]},
        {**GOOD, "text": None},
        {key: value for key, value in GOOD.items() if key != "lang"},
    ],
)
def test_a_bad_line_is_named(tmp_path, line):
    with pytest.raises(CorpusError, match=r"x\.jsonl:2: not a labelled mail"):
        read_mails(file_of(tmp_path, GOOD, line))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CorpusError, match=r"nothing\.jsonl"):
        read_mails(tmp_path / "nothing.jsonl")


def test_a_file_by_nobody_known_is_refused(tmp_path):
    file_of(tmp_path, GOOD)
    (tmp_path / "hands.json").write_text("{}", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"does not say who wrote"):
        read_corpus(tmp_path)


def test_a_corpus_without_a_list_of_hands_is_refused(tmp_path):
    with pytest.raises(CorpusError, match=r"hands\.json"):
        read_corpus(tmp_path)
