"""Measures both servers in turns: response times, throughput, and processor time."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from statistics import median
from typing import Any, NamedTuple

import psutil  # type: ignore[import-untyped]

from benchmarks.client import Client
from benchmarks.contenders import OURS
from benchmarks.operations import Operation, Request
from benchmarks.throughput import responses_per_second
from scripts.server import Server

CONNECTIONS = 16
_WARM_UP_ROUNDS = 5


class DifferentResponsesError(RuntimeError):
    """The checkouts return different responses, so their speed cannot be compared."""


class Sample(NamedTuple):
    """Median milliseconds or responses per second, and the server's processor milliseconds per request."""

    value: float
    processor_ms: float


@dataclass(slots=True)
class RunningSide:
    """A running server with a client. It collects the measurements of one figure."""

    server: Server
    client: Client
    token: str
    values: list[float] = field(default_factory=list)
    requests: float = 0
    _processor_start: float = 0

    def send(self, operation: Operation) -> Any:
        """Send the operation and return the JSON of the response."""
        return json.loads(self.client.send(operation.request_to(OURS)))

    def start(self) -> None:
        """Discard the measurements."""
        self.values, self.requests = [], 0
        self._processor_start = self._processor_seconds()

    def finish(self) -> Sample:
        """Return the results since `start`."""
        used = self._processor_seconds() - self._processor_start
        return Sample(median(self.values), 1_000 * used / self.requests)

    def _processor_seconds(self) -> float:
        times = psutil.Process(self.server.pid).cpu_times()
        return float(times.user + times.system)


RunningSides = Mapping[str, RunningSide]
"""By title, in the order of the turns."""


def measure_responses(
    sides: RunningSides,
    operation: Callable[[], Operation],
    *,
    seconds: float,
    max_rounds: int | None,
) -> dict[str, Sample]:
    """Measure the milliseconds of a response. ``operation`` returns the operation of the next round.

    The warm-up compares the responses. Raises `DifferentResponsesError`.
    """
    for _ in range(_WARM_UP_ROUNDS):
        warm_up = operation()
        first, second = (each.send(warm_up) for each in sides.values())
        if first != second:
            raise DifferentResponsesError(
                f"The checkouts return different responses to {warm_up.document}{warm_up.variables}"
            )
    for each in sides.values():
        each.start()
    deadline = time.monotonic() + seconds
    for number in count(1):
        request = operation().request_to(OURS)
        for each in sides.values():
            start = time.perf_counter()
            each.client.send(request)
            each.values.append(1_000 * (time.perf_counter() - start))
            each.requests += 1
        if time.monotonic() > deadline or number == max_rounds:
            break
    return {title: each.finish() for title, each in sides.items()}


def measure_throughput(
    sides: RunningSides, request: Request, *, slots: int, seconds: float
) -> dict[str, Sample]:
    """Measure the responses per second with many connections. The first of ``slots`` + 1 is the warm-up."""
    for number in range(slots + 1):
        for each in sides.values():
            if number == 1:
                each.start()
            start = time.monotonic()
            port = each.server.port
            rate = responses_per_second(port, each.token, request, CONNECTIONS, seconds)
            each.values.append(rate)
            each.requests += rate * (time.monotonic() - start)
    return {title: each.finish() for title, each in sides.items()}
