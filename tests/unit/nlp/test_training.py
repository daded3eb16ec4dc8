"""Training on a corpus of three hands made here: it learns, it is repeatable, it refuses what is worse."""

import json
import shutil
from pathlib import Path

import pytest

from mailbot.core.kinds import Kind
from mailbot.nlp.corpus import CorpusError
from mailbot.nlp.curve import learning_curve, write_curve
from mailbot.nlp.evaluate import evaluate
from mailbot.nlp.pipeline import ModelError, load_reader
from mailbot.nlp.train import WorseModelError, train

MODEL = Path(__file__).parents[3] / "models" / "request_kinds"
SAYS = {
    "access": [
        "Jag vill ha ett registerutdrag.",
        "Skicka en kopia på mina uppgifter.",
        "Vilka uppgifter har ni om mig?",
    ],
    "erasure": ["Radera mina uppgifter.", "Ta bort allt om mig.", "Jag vill bli raderad ur ert register."],
    "rectification": ["Rätta mitt namn.", "Mitt nummer är fel, ändra det.", "Uppdatera min adress."],
    "restriction": ["Begränsa behandlingen.", "Frys mina uppgifter.", "Använd inte uppgifterna tills vidare."],
    "portability": ["Skicka uppgifterna som csv-fil.", "Överför mina data.", "Jag vill ha maskinläsbara data."],
    "objection": ["Jag invänder mot behandlingen.", "Jag motsätter mig profilering.", "Jag protesterar mot analysen."],
    "consent_withdrawal": ["Inga fler nyhetsbrev.", "Jag återkallar samtycket.", "Avregistrera mig från utskicken."],
    "other": ["Hur loggar jag in?", "Vi vill boka en demo.", "Fakturan är fel."],
}


def write_hand(folder, hand, variant, labels=None):
    lines = [
        {
            "id": f"{hand}-{kind}-{i}",
            "lang": "sv",
            "subject": "",
            "text": f"{words} {variant}",
            "labels": [(labels or {}).get(kind, kind)],
            **({"evidence": [{"kind": kind, "text": words}]} if kind != "other" and not labels else {}),
        }
        for kind, said in SAYS.items()
        for i, words in enumerate(said)
    ]
    (folder / f"{hand}.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    for hand, variant in (("a", "Tack!"), ("b", "Mvh"), ("c", "Hej då."), ("z", "Hälsningar")):
        write_hand(folder, hand, variant)
    hands = {h: {"description": h, "language": "sv", "split": "test" if h == "z" else "train"} for h in "abcz"}
    (folder / "hands.json").write_text(json.dumps(hands), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    """The shipped configuration, with fewer columns so that it trains in seconds."""
    folder = tmp_path_factory.mktemp("config")
    for name in ("lexicon.yaml", "plain.yaml"):
        shutil.copy(MODEL / name, folder)
    text = (MODEL / "config.cfg").read_text(encoding="utf-8")
    for wide in ("bits = 17", "bits = 16"):
        text = text.replace(wide, "bits = 11")
    (folder / "config.cfg").write_text(text.replace("folds = 6", "folds = 3"), encoding="utf-8")
    return folder / "config.cfg"


@pytest.fixture(scope="module")
def trained(corpus, config, tmp_path_factory):
    output = tmp_path_factory.mktemp("trained")
    return output, train(config, corpus, output, log=lambda _: None)


def test_learns_to_read_a_hand_it_has_not_seen(trained):
    _, metrics = trained
    assert metrics.test is not None
    assert metrics.test.exact.value > 0.8


def test_writes_its_figures_and_its_card(trained):
    output, metrics = trained
    figures = json.loads((output / "metrics.json").read_text(encoding="utf-8"))
    assert figures["version"] == metrics.version == load_reader(output).version.removeprefix("request_kinds-")
    assert figures["test_hands"]["mails"] == 24
    assert f"request_kinds {metrics.version}" in (output / "MODEL_CARD.md").read_text(encoding="utf-8")


def test_the_same_corpus_gives_the_same_model(trained, corpus, config, tmp_path):
    output, _ = trained
    train(config, corpus, tmp_path, log=lambda _: None)
    first, second = load_reader(output), load_reader(tmp_path)
    for said in SAYS.values():
        for words in said:
            assert first.read("", words) == second.read("", words)


def test_what_was_trained_is_what_is_loaded(trained):
    output, metrics = trained
    report = evaluate(load_reader(output), _test_file(output))
    assert report.as_json() == metrics.test.as_json()


def test_the_learning_curve_is_kept_with_the_figures(trained, corpus, config, tmp_path):
    shutil.copy(trained[0] / "metrics.json", tmp_path)
    curve = learning_curve(config, corpus, lambda _: None)
    write_curve(curve, tmp_path)
    assert [(point.hands, point.mails) for point in curve] == [(2, 48), (3, 72)]
    kept = json.loads((tmp_path / "metrics.json").read_text(encoding="utf-8"))["learning_curve"]
    assert kept[-1] == {"hands": 3, "mails": 72, "macro_f1": curve[-1].macro_f1, "exact": curve[-1].exact}


def _test_file(output):
    write_hand(output, "z", "Hälsningar")
    return output / "z.jsonl"


def test_nothing_is_left_beside_the_pipeline(trained):
    output, _ = trained
    assert not list(output.glob(".training-*"))


def test_corrections_that_make_it_worse_are_refused_and_the_old_model_stays(corpus, config, trained, tmp_path):
    output = tmp_path / "model"
    shutil.copytree(trained[0], output)
    before = load_reader(output).version
    turned = dict(zip(SAYS, [*list(SAYS)[1:], "access"], strict=True))
    for number in range(8):
        write_hand(tmp_path, f"wrong{number}", "Tack!", turned)
    corrections = tmp_path / "corrections.jsonl"
    corrections.write_text("\n".join((tmp_path / f"wrong{n}.jsonl").read_text() for n in range(8)), encoding="utf-8")
    with pytest.raises(WorseModelError, match="the old one stays"):
        train(config, corpus, output, with_corrections=corrections, log=lambda _: None)
    assert load_reader(output).version == before


def test_good_corrections_are_learnt_from(corpus, config, trained, tmp_path):
    output = tmp_path / "model"
    shutil.copytree(trained[0], output)
    write_hand(tmp_path, "right", "Tack på förhand!")
    metrics = train(config, corpus, output, with_corrections=tmp_path / "right.jsonl", log=lambda _: None)
    assert metrics.mails == 96
    assert load_reader(output).version.endswith(metrics.version)


def test_a_bad_line_of_corrections_is_named(corpus, config, tmp_path):
    (tmp_path / "corrections.jsonl").write_text('{"id": 1}', encoding="utf-8")
    with pytest.raises(CorpusError, match=r"corrections\.jsonl:1"):
        train(config, corpus, tmp_path, with_corrections=tmp_path / "corrections.jsonl", log=lambda _: None)


def test_a_missing_model_says_how_to_make_one(tmp_path):
    with pytest.raises(ModelError, match="run `mailbot train`"):
        load_reader(tmp_path)


def test_a_broken_model_says_how_to_mend_it(trained, tmp_path):
    shutil.copytree(trained[0], tmp_path / "model")
    (tmp_path / "model" / "pipeline" / "sentences" / "weights.npz").write_bytes(b"PK")
    with pytest.raises(ModelError, match="train it anew"):
        load_reader(tmp_path / "model")


def test_a_sure_reading_of_the_small_model_carries_evidence(trained):
    reading = load_reader(trained[0]).read("Ang. mig", "Hej! Radera mina uppgifter. Tack!")
    assert reading.kinds == (Kind.ERASURE,)
    (evidence,) = reading.evidence
    assert evidence.text == "Radera mina uppgifter."
    assert reading.source[evidence.start : evidence.end] == evidence.text
