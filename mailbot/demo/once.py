"""The whole demo in one go: mails sent, handled, confirmed, decided and answered until nothing moves any more."""

from __future__ import annotations

from mailbot.app import App, utcnow
from mailbot.daemon import run_once
from mailbot.demo.cast import Cast
from mailbot.demo.installation import Stage
from mailbot.demo.outcome import Findings, findings
from mailbot.demo.samples import load_samples
from mailbot.flow.parts import Figures

MOST_ROUNDS = 20
"""A bounce, an answer and a second confirmation take five."""


class NeverQuiet(RuntimeError):
    """The demo goes on and on: something answers itself."""


def play(stage: Stage) -> tuple[Figures, Findings]:
    """Play every sample through. What the daemon did in all, and what came of each mail."""
    cast = Cast(stage.app, stage.world, load_samples(utcnow()))
    cast.write()
    figures = _until_quiet(stage.app, cast)
    return figures, findings(stage.app, cast)


def _until_quiet(app: App, cast: Cast) -> Figures:
    total = Figures()
    for _ in range(MOST_ROUNDS):
        figures = run_once(app)
        total += figures
        if not cast.act() and not figures:
            return total
    raise NeverQuiet
