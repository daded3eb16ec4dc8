"""How well the reader reads labelled mails: per kind, as whole sets, and – what counts – where it says it is sure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mailbot.core.kinds import Field, Kind
from mailbot.core.reading import Change, Reading
from mailbot.nlp.corpus import Mail, read_mails
from mailbot.nlp.pipeline import Reader

_BINS: Final = 5
_DESTROYS: Final = Kind.ERASURE


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        """Between 0 and 1; 0 of nothing is 0."""
        return self.part / self.whole if self.whole else 0.0

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.part}/{self.whole})"


@dataclass(frozen=True, slots=True)
class Score:
    """How one kind was found."""

    found: int
    claimed: int
    there: int

    @property
    def precision(self) -> float:
        """Of the claimed, the share that was there."""
        return Share(self.found, self.claimed).value

    @property
    def recall(self) -> float:
        """Of those there, the share that was found."""
        return Share(self.found, self.there).value

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.found / (self.claimed + self.there) if self.claimed + self.there else 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """All figures on one set of mails."""

    mails: int
    kinds: dict[Kind, Score]
    exact: Share
    sure: Share
    sure_right: Share
    sure_wrong: tuple[str, ...]
    """Ids of mails read wrongly with certainty."""
    wrong: tuple[str, ...]
    """Ids of all mails read wrongly, abstained or not."""
    erased_wrongly: tuple[str, ...]
    """Ids of mails without a wish for erasure that were surely read as one."""
    reliability: tuple[tuple[float, float, int], ...]
    """Per band of predicted probability: its mean, the share that was right, how many."""
    confusion: dict[str, int]
    """`what was there > what was read`: how often, for wrongly read mails."""
    changes: dict[Field, Share]
    """Corrections found exactly, old and new value alike, per field."""
    exact_by: dict[str, Share]
    """Whole sets right per language, and for single and several rights."""

    @property
    def macro_f1(self) -> float:
        """The mean of the kinds' F1, `other` included."""
        return sum(score.f1 for score in self.kinds.values()) / len(self.kinds)

    def as_json(self) -> dict[str, Any]:
        """The figures as plain data."""
        return {
            "mails": self.mails,
            "macro_f1": round(self.macro_f1, 4),
            "exact": round(self.exact.value, 4),
            "sure": round(self.sure.value, 4),
            "sure_right": round(self.sure_right.value, 4),
            "sure_wrong": len(self.sure_wrong),
            "erased_wrongly": len(self.erased_wrongly),
            "kinds": {
                kind.value: {
                    "precision": round(score.precision, 4),
                    "recall": round(score.recall, 4),
                    "f1": round(score.f1, 4),
                    "mails": score.there,
                }
                for kind, score in self.kinds.items()
            },
            "reliability": [
                {"predicted": round(mean, 3), "right": round(right, 3), "readings": count}
                for mean, right, count in self.reliability
            ],
            "confusion": self.confusion,
            "changes": {field.value: {"exact": s.part, "asked": s.whole} for field, s in self.changes.items()},
            "exact_by": {name: {"exact": s.part, "mails": s.whole} for name, s in self.exact_by.items()},
        }

    def render(self) -> str:
        """The figures as text for a terminal."""
        lines = [f"{'kind':<20}{'precision':>10}{'recall':>10}{'f1':>10}{'mails':>8}"]
        lines += [
            f"{kind:<20}{s.precision:>10.3f}{s.recall:>10.3f}{s.f1:>10.3f}{s.there:>8}"
            for kind, s in self.kinds.items()
        ]
        lines += [
            "",
            f"macro-F1            {self.macro_f1:.3f}",
            f"all kinds right     {self.exact}",
            f"sure of             {self.sure}",
            f"  and wholly right  {self.sure_right}",
            f"  erasure wrongly   {len(self.erased_wrongly)}",
            "",
            "probability   right   readings",
            *(f"{mean:>11.3f}{right:>8.3f}{count:>11}" for mean, right, count in self.reliability),
        ]
        for title, rows in (("all kinds right, by", self.exact_by), ("corrections found exactly", self.changes)):
            lines += ["", title, *(f"  {name:<18}{share}" for name, share in rows.items())] if rows else []
        if self.confusion:
            lines += ["", "read wrongly", *(f"{count:>5}  {what}" for what, count in self.confusion.items())]
        return "\n".join(lines)


def evaluate(reader: Reader, path: Path) -> Report:
    """Measure the reader on a JSONL file of labelled mails.

    Raises:
        CorpusError: the file cannot be read, or a line is not a labelled mail; the message names it.
    """
    return measure(reader, read_mails(path))


def measure(reader: Reader, mails: Sequence[Mail]) -> Report:
    """Measure the reader on labelled mails."""
    readings = list(reader.read_many((mail.subject, mail.text) for mail in mails))
    pairs = list(zip(mails, readings, strict=True))
    right = [is_right(mail, reading) for mail, reading in pairs]
    sure = [not reading.abstained for reading in readings]
    return Report(
        mails=len(mails),
        kinds={kind: _score(kind, pairs) for kind in Kind},
        exact=Share(sum(right), len(mails)),
        sure=Share(sum(sure), len(mails)),
        sure_right=Share(sum(r and s for r, s in zip(right, sure, strict=True)), sum(sure)),
        sure_wrong=tuple(m.id for (m, _), r, s in zip(pairs, right, sure, strict=True) if s and not r),
        wrong=tuple(m.id for (m, _), r in zip(pairs, right, strict=True) if not r),
        erased_wrongly=tuple(
            m.id
            for m, r in pairs
            if not r.abstained and _DESTROYS in r.kinds and _DESTROYS not in m.labels | m.also_right
        ),
        reliability=_reliability(pairs),
        confusion=_confusion(pairs),
        changes=_changes(pairs),
        exact_by=_exact_by(pairs),
    )


def is_right(mail: Mail, reading: Reading) -> bool:
    """Whether a reading is wholly right; labels in `also_right` may be read or not."""
    kinds = frozenset(reading.kinds)
    if kinds == {Kind.OTHER} and Kind.OTHER in mail.also_right:
        return True
    return mail.labels <= kinds <= mail.labels | mail.also_right


def _score(kind: Kind, pairs: Sequence[tuple[Mail, Reading]]) -> Score:
    counted = [
        (kind in mail.labels, kind in reading.kinds) for mail, reading in pairs if not _forgiven(kind, mail, reading)
    ]
    return Score(
        found=sum(there and claimed for there, claimed in counted),
        claimed=sum(claimed for _, claimed in counted),
        there=sum(there for there, _ in counted),
    )


def _forgiven(kind: Kind, mail: Mail, reading: Reading) -> bool:
    """Whether a mail says nothing about how a kind is found, since either reading of it is right."""
    only_other = frozenset(reading.kinds) == {Kind.OTHER} and Kind.OTHER in mail.also_right
    return kind in mail.also_right or (only_other and kind in mail.labels)


def _reliability(pairs: Sequence[tuple[Mail, Reading]]) -> tuple[tuple[float, float, int], ...]:
    readings = sorted(
        (p, kind in mail.labels)
        for mail, reading in pairs
        for kind, p in reading.scores.items()
        if kind not in mail.also_right
    )
    bands = [[r for r in readings if i / _BINS <= r[0] < (i + 1) / _BINS + (i == _BINS - 1)] for i in range(_BINS)]
    return tuple(
        (sum(p for p, _ in band) / len(band), sum(there for _, there in band) / len(band), len(band))
        for band in bands
        if band
    )


def _confusion(pairs: Sequence[tuple[Mail, Reading]]) -> dict[str, int]:
    wrong = Counter(
        f"{_names(mail.labels)} > {_names(reading.kinds)}" for mail, reading in pairs if not is_right(mail, reading)
    )
    return dict(wrong.most_common())


def _names(kinds: frozenset[Kind] | tuple[Kind, ...]) -> str:
    return "+".join(kind for kind in Kind if kind in kinds)


def _changes(pairs: Sequence[tuple[Mail, Reading]]) -> dict[Field, Share]:
    asked = [(change, reading) for mail, reading in pairs for change in mail.changes]
    found: Callable[[Field], int] = lambda field: sum(  # noqa: E731
        _same(change, reading.changes) for change, reading in asked if change.field is field
    )
    return {
        field: Share(found(field), sum(change.field is field for change, _ in asked))
        for field in Field
        if any(change.field is field for change, _ in asked)
    }


def _same(asked: Change, found: Sequence[Change]) -> bool:
    return any(
        change.field is asked.field and (asked.old is None or change.old == asked.old) and change.new == asked.new
        for change in found
    )


def _exact_by(pairs: Sequence[tuple[Mail, Reading]]) -> dict[str, Share]:
    groups: dict[str, list[bool]] = {}
    for mail, reading in pairs:
        right = is_right(mail, reading)
        several = "several rights" if len(mail.labels) > 1 else "other" if Kind.OTHER in mail.labels else "one right"
        for name in (mail.language.value, several):
            groups.setdefault(name, []).append(right)
    return {name: Share(sum(results), len(results)) for name, results in sorted(groups.items())}
