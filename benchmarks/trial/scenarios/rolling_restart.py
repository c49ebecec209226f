"""The server processes are replaced one after the other, as for an upgrade."""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence
from contextlib import suppress

from benchmarks.progress import say
from benchmarks.trial.load.mixes import mixed
from benchmarks.trial.registry import POSTGRESQL, scenario
from benchmarks.trial.servers.processes import wait_until
from benchmarks.trial.trial import BEST_CLIENTS, Trial
from benchmarks.trial.verdicts import NONE, Figure, Unit, at_most

_PATIENCE_SECONDS = 40


@scenario("Rolling restart under load (SIGHUP)", on=POSTGRESQL, in_short=POSTGRESQL)
def rolling_restart(trial: Trial) -> Sequence[Figure]:
    product = trial.stack.product
    before = set(product.workers())

    def replaced() -> bool:
        now = set(product.workers())
        return len(now) == product.processes and not now & before

    seconds = float("nan")
    with trial.load(mixed, BEST_CLIENTS) as load:
        time.sleep(1)
        product.process.send(signal.SIGHUP)
        with suppress(TimeoutError):
            seconds = wait_until(replaced, _PATIENCE_SECONDS, "not restarted")
        time.sleep(1)
    say(f"    {load.all().outcomes}")
    return [
        Figure("not served", load.all().not_served.count, Unit.COUNT, NONE),
        Figure("slowest", load.all().slowest, Unit.SECONDS, at_most(5)),
        Figure("all processes replaced within", seconds, Unit.SECONDS, at_most(30)),
    ]
