"""PostgreSQL is away, many people ask, and it comes back."""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence

from benchmarks.progress import say
from benchmarks.trial.load.clients import Habits
from benchmarks.trial.load.measured import Measured
from benchmarks.trial.load.mixes import mixed
from benchmarks.trial.registry import POSTGRESQL, scenario
from benchmarks.trial.trial import Trial
from benchmarks.trial.verdicts import ALL, NONE, Figure, Unit, at_most

_CLIENTS = 900
_ONCE = Habits(requests=1)
_WARNED = ("503 UNAVAILABLE", "503 OVERLOADED")


@scenario(
    "PostgreSQL is away, and 900 clients ask once, twice over",
    on=POSTGRESQL,
    in_short=POSTGRESQL,
)
def database_away(trial: Trial) -> Sequence[Figure]:
    primary = trial.postgresql.primary
    stopped = time.monotonic()
    primary.stop(signal.SIGQUIT)
    try:
        # The first to ask find out that it is away.
        first = _ask_once(trial)
        second = _ask_once(trial)
        time.sleep(max(0, stopped + (5 if trial.is_short else 25) - time.monotonic()))
    finally:
        primary.start()
    normal = trial.seconds_until_normal(time.monotonic())
    unclear = sum(each.count - each.counted(*_WARNED) for each in (first, second))
    dated = second.refused.only(lambda each: each.retry_after is not None)
    return [
        Figure("slowest", first.slowest, Unit.SECONDS, at_most(0.5)),
        Figure("slowest of the second time", second.slowest, Unit.SECONDS, at_most(0.5)),
        Figure("not 503 UNAVAILABLE or OVERLOADED", unclear, Unit.COUNT, NONE),
        Figure("with Retry-After", dated.share_of_all(second), Unit.SHARE, ALL),
        Figure("normal after", normal, Unit.SECONDS, at_most(2)),
    ]


def _ask_once(trial: Trial) -> Measured:
    with trial.load(mixed, _CLIENTS, _ONCE) as load:
        load.wait()
    measured = load.all()
    say(f"    median {measured.percentile(0.5):.2f} s; {measured.outcomes}")
    return measured
