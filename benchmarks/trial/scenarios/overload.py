"""More clients than the servers can serve."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.progress import say
from benchmarks.trial.load.clients import Habits
from benchmarks.trial.load.mixes import mixed
from benchmarks.trial.registry import POSTGRESQL, scenario
from benchmarks.trial.trial import Trial
from benchmarks.trial.verdicts import ALL, FOR_CONTRAST, NONE, Figure, Unit, at_least, at_most

_PATIENT, _IMPATIENT = Habits(patient=True), Habits(patient=False)
_REFUSED = "503 OVERLOADED"


@scenario("400 clients without a pause, which respect Retry-After", in_short=POSTGRESQL)
def overload_400_patient(trial: Trial) -> Sequence[Figure]:
    return _overload(trial, 400, _PATIENT, share=0.85)


@scenario("400 clients without a pause, which ignore Retry-After")
def overload_400_impatient(trial: Trial) -> Sequence[Figure]:
    return _overload(trial, 400, _IMPATIENT, share=0.6)


@scenario("1,200 clients without a pause, which respect Retry-After")
def overload_1200_patient(trial: Trial) -> Sequence[Figure]:
    return _overload(trial, 1_200, _PATIENT, share=0.85)


@scenario("1,200 clients without a pause, which ignore Retry-After")
def overload_1200_impatient(trial: Trial) -> Sequence[Figure]:
    return _overload(trial, 1_200, _IMPATIENT, share=0.6)


def _overload(trial: Trial, clients: int, habits: Habits, *, share: float) -> Sequence[Figure]:
    best = trial.best()
    load = trial.under_load(mixed, clients, 8, habits)
    refused = load.only(lambda each: each.outcome == _REFUSED)
    dated = refused.only(lambda each: each.retry_after is not None and 1 <= each.retry_after <= 5)
    say(f"    refusals: median {refused.percentile(0.5):.2f} s, slowest {refused.slowest:.2f} s")
    quickly = refused.percentile(0.99) if refused.count else 0
    return [
        Figure("of the best throughput", load.rate / best, Unit.SHARE, at_least(share)),
        Figure("99% of refusals within", quickly, Unit.SECONDS, at_most(0.2)),
        Figure(
            "refusals with Retry-After from 1 to 5", dated.share_of_all(refused), Unit.SHARE, ALL
        ),
        Figure(
            "neither served nor 503 OVERLOADED",
            load.not_served.count - refused.count,
            Unit.COUNT,
            NONE,
        ),
        Figure("slowest that was served", load.served.slowest, Unit.SECONDS, FOR_CONTRAST),
    ]
