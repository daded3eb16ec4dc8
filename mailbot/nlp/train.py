"""Training: from config.cfg and the corpus to a pipeline on disk, the same one each time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import spacy
from spacy.language import Language as Pipeline

from mailbot.nlp.corpus import Mail, read_corpus


def train(config: Path, corpus: Path, output: Path, *, log: Callable[[str], None]) -> None:
    """Train the pipeline that `config` describes on the corpus folder and put it into `output`/pipeline."""
    learnt, _ = read_corpus(corpus)
    nlp = fit(config, learnt, log)
    nlp.to_disk(output / "pipeline", exclude=["vocab"])


def fit(config: Path, mails: list[Mail], log: Callable[[str], None]) -> Pipeline:
    nlp = spacy.util.load_model_from_config(spacy.util.load_config(config), auto_fill=True)
    for _, part in nlp.pipeline:
        if hasattr(part, "prepare"):
            part.prepare(config.parent)
    unseen = {name: part.learn(mails, log) for name, part in nlp.pipeline if hasattr(part, "learn") and name != "judge"}
    nlp.get_pipe("judge").learn(mails, unseen, log)
    nlp.meta["name"] = "request_kinds"
    return nlp
