"""Many clients that only write."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.trial.load.mixes import assign
from benchmarks.trial.registry import SQLITE, scenario
from benchmarks.trial.trial import Trial
from benchmarks.trial.verdicts import NONE, Figure, Unit, at_most


@scenario("32 clients that assign exams without a pause", on=SQLITE)
def many_writers(trial: Trial) -> Sequence[Figure]:
    load = trial.under_load(assign, 32, 8)
    return [
        Figure("not served", load.not_served.count, Unit.COUNT, NONE),
        Figure("slowest", load.slowest, Unit.SECONDS, at_most(3)),
    ]
