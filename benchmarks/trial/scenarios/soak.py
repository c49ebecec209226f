"""Minutes of load: by default ten."""

from __future__ import annotations

import time
from collections.abc import Sequence
from statistics import median

from benchmarks.trial.kept_answers import KeptAnswers
from benchmarks.trial.load.mixes import mixed
from benchmarks.trial.registry import scenario
from benchmarks.trial.trial import BEST_CLIENTS, Trial
from benchmarks.trial.verdicts import FOR_CONTRAST, Figure, Unit, at_least, at_most

_SAMPLES = 10


@scenario("Minutes of load", soak=True)
def soak(trial: Trial) -> Sequence[Figure]:
    kept = KeptAnswers(trial.stack.product)
    with trial.load(mixed, BEST_CLIENTS) as load:
        # Caches fill up in the first minute.
        time.sleep(60)
        first = _memory(trial)
        time.sleep(60 * trial.soak_minutes - 60)
        last = _memory(trial)
    measured = load.all()
    return [
        Figure("minutes", trial.soak_minutes, Unit.COUNT, FOR_CONTRAST),
        Figure("served", measured.share_served, Unit.SHARE, at_least(0.999)),
        Figure("slowest", measured.slowest, Unit.SECONDS, at_most(3)),
        Figure("memory added", last / first - 1, Unit.SHARE, at_most(0.05)),
        kept.figure(),
    ]


def _memory(trial: Trial) -> float:
    """Return the median of samples over ten seconds, because responses need memory for a moment."""
    samples = []
    for _ in range(_SAMPLES):
        samples.append(trial.stack.product.memory())
        time.sleep(1)
    return median(samples)
