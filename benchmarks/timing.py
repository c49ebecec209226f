"""Measuring in turn: a busy moment of the machine meets all that are compared.

In another order each round, so that what a slow request leaves behind, garbage above all, is not always cleared away at
the expense of the same one.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.client import Client
from benchmarks.questions import Request

_FEWEST_ROUNDS = 3
_WARM_UP_ROUNDS = 2


@dataclass(slots=True)
class Runner:
    """One of several that take turns. A slow one may sit out, and run every ``every``-th round only.

    ``before`` is done before each of its requests, and not measured. ``seconds`` is what its requests took.
    """

    client: Client
    request: Request
    before: Callable[[], None] | None = None
    every: int = 1
    seconds: list[float] = field(default_factory=list)

    @property
    def milliseconds(self) -> float:
        """The median."""
        return 1_000 * median(self.seconds)

    def run(self) -> float:
        """Sends the request once; gives how long the answer took, in seconds."""
        if self.before:
            self.before()
        start = time.perf_counter()
        self.client.send(self.request)
        return time.perf_counter() - start


def take_turns(runners: Sequence[Runner], *, rounds: int, most_seconds: float) -> None:
    """Runs each in turn for ``rounds`` rounds, or until the time is over, after some that do not count."""
    for number in range(_WARM_UP_ROUNDS):
        for runner in runners:
            if runner.every == 1 or number == 0:
                runner.run()
    deadline = time.monotonic() + most_seconds
    slowest = max(runner.every for runner in runners)
    for number in range(rounds):
        for runner in random.Random(number).sample(runners, len(runners)):  # noqa: S311
            if number % runner.every == 0:
                runner.seconds.append(runner.run())
        if time.monotonic() > deadline and number + 1 >= _FEWEST_ROUNDS * slowest:
            break
