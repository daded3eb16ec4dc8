"""How fast the shipped model loads and reads; the limits are those of docs/decisions/reading-kinds-nlp.md."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
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
    # A process of its own: what other tests have loaded is not the reader's.
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        assert pool.submit(memory_after_reading, mails).result() < 350 * 1024


def test_many_long_mails_take_little_memory():
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        assert pool.submit(memory_after_reading, [("", "Radera mig " * 5000)] * 40).result() < 350 * 1024


def memory_after_reading(mails):
    """The most memory that this process has held, in KiB; `ru_maxrss` would begin at what its parent held."""
    list(load_reader(MODEL).read_many(mails))
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0])
