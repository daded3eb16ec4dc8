"""`classify`: what mailbot reads in a mail, for people one by one, for programs line by line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, NamedTuple

import typer

from mailbot.cli.installation import installation
from mailbot.cli.options import Json
from mailbot.cli.output import say, say_heading, say_json
from mailbot.errors import MailbotError, UsageError

if TYPE_CHECKING:
    from mailbot.core.reading import Reading
    from mailbot.nlp.pipeline import Reader

commands = typer.Typer()
CHUNK = 1 << 16
"""Bytes; what lies ready on standard input up to this is read in one batch."""
LONGEST_LINE = 1 << 24
"""Bytes; more than any mail that is taken in."""


class BadLine(MailbotError, ValueError):
    """A line of standard input is not what it must be."""


class _Asked(NamedTuple):
    id: Any
    subject: str
    text: str


@commands.command()
def classify(
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE.eml …]",
            help="Mails; without any, one mail on standard input.",
            show_default=False,
            exists=True,
            dir_okay=False,
            readable=True,
        ),
    ] = None,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="One object {id, subject, text} a line on standard input, one a line out.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say what is read in mails.

    The rights that they invoke and how sure that is, the words that carried them, the corrections asked for.
    """
    if jsonl and files:
        raise UsageError("--jsonl reads standard input; give it no files")
    if not jsonl and not files and sys.stdin.isatty():
        raise UsageError("give it files, or a mail on standard input")
    reader = installation(context).reader
    if jsonl:
        classify_lines(reader, sys.stdin.buffer)
    else:
        _classify_mails(reader, files or [], as_json=as_json)


def classify_lines(reader: Reader, stream: BinaryIO) -> None:
    """Answer line by line, in memory that does not grow: whoever sends one line and waits is answered at once.

    Raises:
        BadLine: naming the first line that is none; those before it have been answered.
    """
    for batch, wrong in _batches(stream):
        readings = reader.read_many((one.subject, one.text) for one in batch)
        for one, reading in zip(batch, readings, strict=True):
            print(json.dumps({"id": one.id} | reading_as_data(reading), ensure_ascii=False))
        sys.stdout.flush()
        if wrong is not None:
            raise wrong


def reading_as_data(reading: Reading) -> dict[str, Any]:
    """A reading as the contract's object, without the id."""
    return {
        "language": reading.language,
        "kinds": list(reading.kinds),
        "scores": {kind.value: round(score, 4) for kind, score in reading.scores.items()},
        "abstained": reading.abstained,
        "evidence": [{"kind": found.kind, "text": found.text} for found in reading.evidence],
        "changes": [{"field": change.field, "old": change.old, "new": change.new} for change in reading.changes],
    }


def _batches(stream: BinaryIO) -> Iterator[tuple[list[_Asked], BadLine | None]]:
    """What lies ready, batch after batch, and what is wrong with the line after it."""
    batch: list[_Asked] = []
    for number, line, ready in _lines(stream):
        try:
            if line.strip():
                batch.append(_asked(number, line))
        except BadLine as wrong:
            yield batch, wrong
            return
        if ready:
            yield batch, None
            batch = []
    yield batch, None


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes, bool]]:
    """Every line with its number; the flag is set on the last that lies ready for now."""
    number, rest = 0, b""
    while chunk := _ready(stream):
        *lines, rest = (rest + chunk).split(b"\n")
        for index, line in enumerate(lines, start=1):
            number += 1
            yield number, line, index == len(lines)
        if len(rest) > LONGEST_LINE:
            raise BadLine(f"line {number + 1}: longer than {LONGEST_LINE} bytes")
    if rest:
        yield number + 1, rest, True


def _ready(stream: BinaryIO) -> bytes:
    read1 = getattr(stream, "read1", stream.read)
    chunk: bytes = read1(CHUNK)
    return chunk


def _asked(number: int, line: bytes) -> _Asked:
    try:
        entry = json.loads(line)
        identity, subject, text = entry["id"], entry.get("subject") or "", entry["text"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise BadLine(f"line {number}: not a JSON object with id, subject and text") from None
    if not isinstance(subject, str) or not isinstance(text, str):
        raise BadLine(f"line {number}: subject and text must be strings")
    return _Asked(identity, subject, text)


def _classify_mails(reader: Reader, files: list[Path], *, as_json: bool) -> None:
    from mailbot.mail.parse import parse

    for name, raw in _mails(files):
        message = parse(raw)
        reading = reader.read(message.subject, message.own_text)
        if as_json:
            say_json({"file": name} | reading_as_data(reading))
        else:
            _tell(name, reading)


def _mails(files: list[Path]) -> Iterator[tuple[str, bytes]]:
    if not files:
        yield "standard input", sys.stdin.buffer.read()
    for path in files:
        yield str(path), path.read_bytes()


def _tell(name: str, reading: Reading) -> None:
    say_heading(name)
    sure = "not sure; a person would read it. Best guess" if reading.abstained else "reads"
    say(f"  {sure}: {', '.join(reading.kinds)} ({reading.language})")
    likely = sorted(reading.scores.items(), key=lambda score: -score[1])
    say("  " + "  ".join(f"{kind} {probability:.0%}" for kind, probability in likely if probability >= 0.01))  # noqa: PLR2004
    for found in reading.evidence:
        say(f"  {found.kind}: “{found.text}”")
    for change in reading.changes:
        say(f"  change {change.field}: {change.old or '?'} → {change.new or '?'}")
