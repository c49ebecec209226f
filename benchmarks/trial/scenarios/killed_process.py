"""A server process is killed under load."""

from __future__ import annotations

import time
from collections.abc import Sequence

from benchmarks.progress import say
from benchmarks.trial.load.mixes import mixed
from benchmarks.trial.registry import POSTGRESQL, SQLITE, scenario
from benchmarks.trial.servers.processes import kill
from benchmarks.trial.trial import BEST_CLIENTS, Trial
from benchmarks.trial.verdicts import Figure, Unit, at_most


@scenario("One of two processes is killed", on=POSTGRESQL, in_short=POSTGRESQL)
def killed_process(trial: Trial) -> Sequence[Figure]:
    with trial.load(mixed, BEST_CLIENTS) as load:
        time.sleep(2)
        kill(trial.stack.product.workers()[:1])
        killed = time.monotonic()
        normal = trial.seconds_until_normal(killed)
        time.sleep(3)
    measured = load.all()
    say(f"    {measured.outcomes}")
    return [
        # The requests that it was working on.
        Figure("not served", measured.not_served.count, Unit.COUNT, at_most(BEST_CLIENTS)),
        Figure("normal after", normal, Unit.SECONDS, at_most(2)),
        Figure("processes", len(trial.stack.product.workers()), Unit.COUNT, at_most(2)),
    ]


@scenario("The only process is killed, and started again as systemd does", on=SQLITE)
def killed_server(trial: Trial) -> Sequence[Figure]:
    product = trial.stack.product
    with trial.load(mixed, BEST_CLIENTS) as load:
        time.sleep(2)
        product.kill()
        product.start()
        started = time.monotonic()
        normal = trial.seconds_until_normal(started)
    say(f"    {load.all().outcomes}")
    return [Figure("normal after the start", normal, Unit.SECONDS, at_most(2))]
