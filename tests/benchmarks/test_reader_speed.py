"""How fast the shipped model loads and reads; the limits are those of docs/decisions/reading-kinds-nlp.md."""

import resource
from pathlib import Path

import pytest

from mailbot.nlp.corpus import read_mails
from mailbot.nlp.pipeline import load_reader

MODEL = Path(__file__).parents[2] / "models" / "request_kinds"
MAILS = 250


@pytest.fixture(scope="module")
def mails():
    return [(mail.subject, mail.text) for mail in read_mails(MODEL / "corpus" / "t.jsonl")][:MAILS]


def test_reads_at_least_150_mails_a_second(benchmark, mails):
    reader = load_reader(MODEL)
    benchmark.pedantic(lambda: list(reader.read_many(mails)), rounds=3, warmup_rounds=1)
    if benchmark.enabled:
        assert len(mails) / benchmark.stats["min"] >= 150


def test_loads_in_a_second_and_a_half(benchmark):
    benchmark.pedantic(load_reader, args=(MODEL,), rounds=3)
    if benchmark.enabled:
        assert benchmark.stats["max"] < 1.5


def test_stays_under_350_megabytes(mails):
    list(load_reader(MODEL).read_many(mails))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 350 * 1024
