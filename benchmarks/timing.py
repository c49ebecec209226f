"""Measures contenders in turns, so that other load on the machine affects all of them.

The order changes each round. Otherwise the garbage of a slow request would always slow down the same contender.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.client import Client
from benchmarks.operations import Request

_MIN_ROUNDS = 3
_WARM_UP_ROUNDS = 2


@dataclass(slots=True)
class Runner:
    """Sends one request repeatedly, in turns with other runners. A slow one runs in every ``every``-th round only.

    ``before`` runs before each request and is not measured. ``seconds`` collects the response times.
    """

    client: Client
    request: Request
    before: Callable[[], None] | None = None
    every: int = 1
    seconds: list[float] = field(default_factory=list)

    @property
    def milliseconds(self) -> float:
        """Median response time."""
        return 1_000 * median(self.seconds)

    def run(self) -> float:
        """Send the request once and return its response time in seconds."""
        if self.before:
            self.before()
        start = time.perf_counter()
        self.client.send(self.request)
        return time.perf_counter() - start


def take_turns(runners: Sequence[Runner], *, rounds: int, max_seconds: float) -> None:
    """Run all in turns for ``rounds`` rounds or ``max_seconds``, after a few warm-up rounds."""
    for number in range(_WARM_UP_ROUNDS):
        for runner in runners:
            if runner.every == 1 or number == 0:
                runner.run()
    deadline = time.monotonic() + max_seconds
    slowest = max(runner.every for runner in runners)
    for number in range(rounds):
        for runner in random.Random(number).sample(runners, len(runners)):  # noqa: S311
            if number % runner.every == 0:
                runner.seconds.append(runner.run())
        if time.monotonic() > deadline and number + 1 >= _MIN_ROUNDS * slowest:
            break
