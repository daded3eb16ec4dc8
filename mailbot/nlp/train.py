"""Training: from config.cfg and the corpus to a pipeline on disk, the same one each time.

Officers' corrections join the corpus only without the people in them; a model that reads the test hands worse than the
one in place is then not put there.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from spacy.language import Language as Pipeline

from mailbot.errors import MailbotError
from mailbot.nlp.augment import joined_mails, plain_mails
from mailbot.nlp.components import Example, KindReader, LexiconComponent, Log
from mailbot.nlp.corpus import Mail, read_corpus, read_mails
from mailbot.nlp.evaluate import Report, measure
from mailbot.nlp.mail_reader import MailReader
from mailbot.nlp.pipeline import ModelError, Reader, load_reader, untrained
from mailbot.nlp.pseudonyms import pseudonymise
from mailbot.nlp.sentence_reader import SentenceReader
from mailbot.nlp.weighing import JudgeComponent

_OFFICERS: Final = "officers"
_PLAIN: Final = "plain.yaml"
_PLAIN_SHARE: Final = 5
"""For each so many mails of the corpus one plain mail is made."""
_NO_WORSE: Final = 0.002
"""Macro-F1 may fall by this and still be called the same."""


class WorseModelError(MailbotError):
    """The newly trained model reads the test hands worse than the one in place, which stays."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """What a training came to."""

    version: str
    mails: int
    hands: int
    test: Report | None
    """On the hands held back; None where the corpus holds none back."""
    before: Report | None = None
    """The same by the model that was in place."""

    def as_json(self) -> dict[str, Any]:
        """The figures as they stand in metrics.json."""
        return {
            "version": self.version,
            "trained_on": {"mails": self.mails, "hands": self.hands},
            "test_hands": self.test.as_json() if self.test else None,
        }


def train(config: Path, corpus: Path, output: Path, *, with_corrections: Path | None = None, log: Log) -> Metrics:
    """Train what `config` describes on the corpus folder, and put it into `output` with its figures and model card.

    With officers' corrections (JSONL like the corpus) the mails are pseudonymised first.

    Raises:
        CorpusError: a labelled mail is not what it must be.
        ModelError: the config describes no pipeline.
        WorseModelError: with corrections, the new model is worse; nothing was changed.
    """
    learnt, held_back = read_corpus(corpus)
    if with_corrections is not None:
        learnt = [*learnt, *map(without_people, read_mails(with_corrections, _OFFICERS))]
    nlp = fit(config, learnt, log)
    nlp.meta["version"] = _version(config, learnt)
    test = measure(Reader(nlp), held_back) if held_back else None
    before = _in_place(output, held_back) if with_corrections is not None else None
    if test and before and _worse(test, before):
        raise WorseModelError(
            f"{output}: the new model reads the test mails worse "
            f"(macro-F1 {test.macro_f1:.3f}, before {before.macro_f1:.3f}); "
            "the old one stays; look through the corrections"
        )
    _put(nlp, output / "pipeline")
    metrics = Metrics(nlp.meta["version"], len(learnt), len({mail.hand for mail in learnt}), test, before)
    write_metrics(metrics, output)
    return metrics


def fit(config: Path, mails: Sequence[Mail], log: Log) -> Pipeline:
    """Return the pipeline that a config file describes, trained on the mails."""
    nlp = untrained(config)
    lexicon, judge = nlp.get_pipe("lexicon"), nlp.get_pipe("judge")
    if not isinstance(lexicon, LexiconComponent) or not isinstance(judge, JudgeComponent):
        raise ModelError(f"{config}: needs a component `lexicon` first and a component `judge` last")
    lexicon.prepare(config.parent)
    examples = [Example(mail, lexicon.look(mail.subject, mail.text)) for mail in mails]
    made = [*joined_mails(mails), *plain_mails(config.parent / _PLAIN, len(mails) // _PLAIN_SHARE)]
    extra = [Example(mail, lexicon.look(mail.subject, mail.text), made=True) for mail in made]
    readers: list[KindReader] = [part for _, part in nlp.pipeline if isinstance(part, (MailReader, SentenceReader))]
    unseen = {reader.name: reader.learn([*examples, *extra], log)[: len(examples)] for reader in readers}
    judge.learn(examples, unseen, log)
    nlp.meta["name"] = "request_kinds"
    return nlp


def without_people(mail: Mail) -> Mail:
    """The same mail with invented names, addresses and numbers; annotated values go with them."""
    return replace(mail, subject=pseudonymise(mail.subject), text=pseudonymise(mail.text), changes=(), evidence=())


def write_metrics(metrics: Metrics, output: Path) -> None:
    """Write metrics.json and MODEL_CARD.md beside the pipeline."""
    figures = metrics.as_json()
    (output / "metrics.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    templates = Environment(  # noqa: S701 -- Markdown, not HTML
        loader=FileSystemLoader(Path(__file__).parent), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    card = templates.get_template("model_card.md.j2").render(metrics=metrics, test=metrics.test)
    (output / "MODEL_CARD.md").write_text(card + "\n", encoding="utf-8")


def _in_place(output: Path, held_back: Sequence[Mail]) -> Report | None:
    try:
        return measure(load_reader(output), held_back) if held_back else None
    except ModelError:
        return None


def _worse(new: Report, old: Report) -> bool:
    more_erased = len(new.erased_wrongly) > len(old.erased_wrongly)
    return more_erased or new.macro_f1 < old.macro_f1 - _NO_WORSE


def _put(nlp: Pipeline, folder: Path) -> None:
    """Write the pipeline beside its place and swap it in, so that a reader never finds half of one."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".training-") as scratch:
        new, old = Path(scratch) / "new", Path(scratch) / "old"
        nlp.to_disk(new, exclude=["vocab"])
        if folder.exists():
            folder.replace(old)
        new.replace(folder)
        shutil.rmtree(old, ignore_errors=True)


def _version(config: Path, mails: Sequence[Mail]) -> str:
    digest = hashlib.sha256(config.read_bytes())
    for mail in mails:
        digest.update(f"{mail.subject}\0{mail.text}\0{sorted(mail.labels)}\0".encode())
    return f"1.0+{digest.hexdigest()[:8]}"
