"""A reading as the plain record that `mailbot classify --jsonl` prints."""

from __future__ import annotations

from typing import Any

from mailbot.core.reading import Reading


def record(mail_id: object, reading: Reading) -> dict[str, Any]:
    """Return the contract's object: id, language, kinds, scores, abstained, evidence, changes."""
    return {
        "id": mail_id,
        "language": reading.language.value,
        "kinds": [kind.value for kind in reading.kinds],
        "scores": {kind.value: round(score, 4) for kind, score in reading.scores.items()},
        "abstained": reading.abstained,
        "evidence": [{"kind": found.kind.value, "text": found.text} for found in reading.evidence],
        "changes": [{"field": change.field.value, "old": change.old, "new": change.new} for change in reading.changes],
    }
