"""The table that `mailbot demo --once` prints: mail, what was read, who, what was done, what was answered."""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table

from mailbot.core.kinds import Kind
from mailbot.core.lifecycle import State
from mailbot.demo.outcome import Findings, Outcome
from mailbot.flow.parts import Figures

DONE = {
    State.AWAITING_PROOF: "waits for the person's confirmation",
    State.AWAITING_PERSON: "waits for the person",
    State.QUEUED: "waits for an officer",
    State.APPROVED: "about to be carried out",
    State.DONE: "carried out",
    State.REFUSED: "refused by an officer",
    State.WITHDRAWN: "not theirs: nothing done",
    State.CLOSED: "closed",
}
NOT_ANSWERED = "–"


def summary(figures: Figures, found: Findings) -> str:
    """The table in a line."""
    right = len(found.outcomes) - len(found.unexpected)
    return (
        f"{len(found.outcomes)} mails, {right} of them came to what was expected. {figures.executed} requests were"
        f" carried out, {figures.sent} letters were sent; the rest waits for the people or the officer."
    )


def table(found: Findings) -> Table:
    """All outcomes, one a row."""
    drawn = Table(box=None, pad_edge=False, padding=(0, 2, 1, 0), header_style="bold")
    for heading, ratio in (("Mail", 5), ("Read as", 4), ("Who", 4), ("Done", 5), ("Answered with", 5)):
        drawn.add_column(heading, ratio=ratio, overflow="fold")
    drawn.add_column("", width=1)
    for one in found.outcomes:
        cells = (_mail(one), _read(one), _who(one), _done(one), _answered(one))
        drawn.add_row(*map(escape, cells), "[red]✗[/red]" if one.wrong else "[green]✓[/green]")
    return drawn


def _mail(one: Outcome) -> str:
    return f"{one.sample.subject or '(no subject)'}\n{one.sample.name}"


def _read(one: Outcome) -> str:
    rights = [_words(kind) for kind in one.kinds if kind != Kind.OTHER]
    said = ", ".join(rights) or "no right"
    return said if one.disposition == "request" else f"{said}\n({_words(one.disposition)})"


def _who(one: Outcome) -> str:
    return f"{one.person}\n({one.level})" if one.level else one.person


def _done(one: Outcome) -> str:
    states = dict.fromkeys(state for _, state, _ in one.requests)
    if len(states) > 1:
        return "\n".join(f"{_words(kind)}: {DONE[State(state)]}" for kind, state, _ in one.requests)
    done = [DONE[State(state)] for state in states] or ["filed, never answered"]
    return "\n".join([*done, *(f"again: {_words(again)}" for again in one.again)])


def _answered(one: Outcome) -> str:
    letters = dict.fromkeys(_words(template) for template, _ in one.letters)
    return ", ".join(letters) or NOT_ANSWERED


def _words(code: str) -> str:
    return code.replace("_", " ")
