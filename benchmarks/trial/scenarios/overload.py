"""More clients than the servers can serve.

nginx refuses most of their requests. One process of Python cannot: while 1,200 clients ignore Retry-After, 5,000 refusals a
second are needed to answer each of them within 0.2 s. That takes a third of the interpreter's time, and each event takes the
interpreter from the threads that serve requests, which then wait for it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.progress import say
from benchmarks.trial.kept_answers import KeptAnswers
from benchmarks.trial.load.clients import Habits
from benchmarks.trial.load.mixes import mixed
from benchmarks.trial.registry import POSTGRESQL, scenario
from benchmarks.trial.servers.nginx import Nginx
from benchmarks.trial.servers.stack import SqliteStack
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
    figures = _overload(trial, 1_200, _IMPATIENT, share=0.6)
    if isinstance(trial.stack, SqliteStack):
        figures = [*figures, *_without_nginx(trial)]
    return figures


def _without_nginx(trial: Trial) -> Sequence[Figure]:
    """Return the same figures for contrast, of clients that reach the only process itself."""
    figures = _figures(trial, trial.stack.port, 1_200, _IMPATIENT, share=0.6)
    return [
        replace(each, name=f"without nginx: {each.name}", bound=FOR_CONTRAST)
        for each in figures[:2]
    ]


def _overload(trial: Trial, clients: int, habits: Habits, *, share: float) -> Sequence[Figure]:
    """Load the installation through nginx, as in production, also the one with SQLite."""
    with ExitStack() as closing:
        port = trial.stack.port
        if isinstance(trial.stack, SqliteStack):
            folder = Path(closing.enter_context(TemporaryDirectory(dir=trial.stack.folder)))
            nginx = Nginx(folder / "nginx", trial.stack.product.ports)
            closing.callback(nginx.stop)
            port = nginx.port
        return _figures(trial, port, clients, habits, share=share)


def _figures(
    trial: Trial, port: int, clients: int, habits: Habits, *, share: float
) -> Sequence[Figure]:
    before = trial.best(port=port)
    seconds = 8
    kept, used = KeptAnswers(trial.stack.product), time.process_time()
    load = trial.under_load(mixed, clients, seconds, habits, port=port)
    used, from_cache = time.process_time() - used, kept.figure()
    trial.seconds_until_normal(time.monotonic())
    # The speed of a virtual machine changes within a minute.
    best = (before + trial.best(port=port)) / 2
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
        Figure("refusals", refused.count / seconds, Unit.RATE, FOR_CONTRAST),
        Figure(
            "processors used by the clients",
            used / seconds / (os.cpu_count() or 1),
            Unit.SHARE,
            FOR_CONTRAST,
        ),
        from_cache,
    ]
