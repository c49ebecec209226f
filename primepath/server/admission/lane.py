"""The share of the threads that one kind of requests has."""

from __future__ import annotations

from asyncio import Future
from collections.abc import Hashable
from dataclasses import dataclass

from prometheus_client import Gauge, Histogram

from primepath.server.admission.fair_queue import FairQueue
from primepath.server.admission.kinds import Kind, Reason

# Seconds of a request before the first one has run.
_FIRST_GUESS = 0.05
# The weight of the last request in the average.
_WEIGHT = 0.05

_running = Gauge(
    "primepath_requests_running",
    "Requests that run in a thread.",
    ["kind"],
    multiprocess_mode="livesum",
)
_waiting = Gauge(
    "primepath_requests_waiting",
    "Requests that wait for a thread.",
    ["kind"],
    multiprocess_mode="livesum",
)
_queue_seconds = Histogram(
    "primepath_queue_seconds",
    "Seconds that a request waited for a thread before it ran.",
    ["kind"],
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8),
)


@dataclass(slots=True, eq=False)
class Ticket:
    """A request from its arrival until it has run. Times are seconds of the clock of `Admission`.

    ``content`` is equal for requests that ask for the same.
    """

    caller: Hashable
    content: Hashable
    lane: Lane
    arrived: float
    started: float | None = None
    turn: Future[Reason | None] | None = None
    """None if the request did not have to wait. Its result is None if the request runs, or else why it is refused."""
    is_waiting: bool = False

    @property
    def queued_seconds(self) -> float:
        return 0.0 if self.started is None else self.started - self.arrived


class Lane:
    """The requests of one kind that run or wait.

    At most ``limit`` run at the same time. None waits longer than ``patience`` seconds.
    """

    def __init__(self, kind: Kind, limit: int, patience: float) -> None:
        self.kind = kind
        self.limit = limit
        self.patience = patience
        self.queue: FairQueue[Ticket] = FairQueue()
        self.running = 0
        self.last_start = 0.0
        self._average = _FIRST_GUESS
        self._running_gauge = _running.labels(kind)
        self._waiting_gauge = _waiting.labels(kind)
        self._queue_seconds = _queue_seconds.labels(kind)

    @property
    def is_full(self) -> bool:
        return self.running >= self.limit

    def expected_wait(self, caller: Hashable, per_caller: int, now: float) -> float:
        """Return the seconds until a new request of ``caller`` would start, judging by how long requests take at present."""
        turns = (self.queue.ahead_of(caller) + 1) / max(1, self.running)
        own_turns = (self.queue.count_of(caller) + 1) / per_caller
        # If no request ends, the average does not show it.
        stalled = now - self.last_start if self.queue and self.running else 0.0
        return max(turns * self._average, own_turns * self._average, stalled)

    def add(self, ticket: Ticket) -> None:
        self.queue.add(ticket.caller, ticket)
        ticket.is_waiting = True
        self._waiting_gauge.inc()

    def remove(self, ticket: Ticket) -> None:
        self.queue.remove(ticket.caller, ticket)
        ticket.is_waiting = False
        self._waiting_gauge.dec()

    def take(self, caller: Hashable) -> Ticket:
        ticket = self.queue.take(caller)
        ticket.is_waiting = False
        self._waiting_gauge.dec()
        return ticket

    def start(self, ticket: Ticket, now: float) -> None:
        ticket.started = self.last_start = now
        self.running += 1
        self._running_gauge.inc()
        self._queue_seconds.observe(ticket.queued_seconds)

    def finish(self, seconds: float) -> None:
        self.running -= 1
        self._running_gauge.dec()
        self._average += _WEIGHT * (seconds - self._average)
