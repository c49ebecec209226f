"""Clients that work before, during and after something else, to show how much it slows them down."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.progress import say
from benchmarks.trial.load.clients import Load
from benchmarks.trial.load.measured import Measured
from benchmarks.trial.load.mixes import mixed
from benchmarks.trial.trial import Trial

_SECONDS = 4
_PAUSE_SECONDS = 1


class Others:
    """Clients with ``load``. `note_end` ends the time of the work; `during` and `share` exist after it and after the block."""

    share: float
    """Their throughput during the work, as a share of before and after it."""
    during: Measured

    def __init__(self, load: Load) -> None:
        self.load = load
        self._start = time.monotonic()

    def note_end(self) -> None:
        """Note that the work has ended."""
        self.during = self.load.measured(self._start)


@contextmanager
def others_at_work(trial: Trial, clients: int) -> Iterator[Others]:
    """Measure ``clients`` while the block does its work, which calls `Others.note_end`.

    They change something too. Otherwise they would compare answers that the server keeps while nothing changes with
    answers that it computes, because the work changes the database.
    """
    with trial.load(mixed, clients) as load:
        time.sleep(_SECONDS)
        before = load.measured()
        others = Others(load)
        yield others
        time.sleep(_PAUSE_SECONDS)
        start = time.monotonic()
        time.sleep(_SECONDS)
        after = load.measured(start)
    # The speed of a virtual machine changes within a minute.
    others.share = others.during.rate / ((before.rate + after.rate) / 2)
    rates = ", ".join(f"{each.rate:.0f}/s" for each in (before, others.during, after))
    say(f"    others: {rates}; {others.during.outcomes}")
