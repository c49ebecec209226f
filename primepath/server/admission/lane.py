"""The share of the threads that one kind of requests has."""

from __future__ import annotations

from asyncio import Future
from collections.abc import Callable, Hashable, Set
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from prometheus_client import Gauge, Histogram

from primepath.server.admission.kinds import Kind
from primepath.server.admission.waiting import WaitingList

# Seconds of a request before the first one has run.
_FIRST_GUESS = 0.01
# The weight of the last request in the averages.
_WEIGHT = 0.05
_MOST_TIMES = 5

_running = Gauge(
    "primepath_requests_running",
    "Requests that run, in a thread or in the event loop.",
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

    ``credentials``: see `callers.credentials_of`. ``content`` is equal for requests that ask for the same. ``targets``: what
    the request changes, as far as that is known. ``due``: the time that decides about the order, and ``tag`` the work that its caller had received, see `Turns`. ``charged``: the cost that the
    caller was charged so far. ``runs_in_loop``: it runs in the event loop instead of a thread.
    """

    caller: Hashable
    credentials: bytes | None
    content: Hashable
    targets: Set[Hashable]
    fails_without_database: bool
    work: Callable[[Ticket], Any]
    result: Future[Any]
    lane: Lane
    arrived: float
    due: float
    tag: float
    charged: float = 0.0
    runs_in_loop: bool = False
    is_waiting: bool = False
    started: float | None = None
    processor_seconds: float = 0.0

    def resolve(self, result: Any, error: BaseException | None = None) -> None:
        """Set the result from any thread."""
        # The loop is closed if the server had to stop before all requests ended.
        with suppress(RuntimeError):
            self.result.get_loop().call_soon_threadsafe(self._set, result, error)

    def _set(self, result: Any, error: BaseException | None) -> None:
        if self.result.done():
            return
        if error is None:
            self.result.set_result(result)
        else:
            self.result.set_exception(error)

    @property
    def queued_seconds(self) -> float:
        return 0.0 if self.started is None else self.started - self.arrived


class Lane:
    """The requests of one kind that run or wait.

    At most ``limit`` run at the same time. None waits longer than ``max_wait`` seconds. A new request is refused if it can be
    expected to wait longer than ``max_expected_wait``.
    """

    def __init__(self, kind: Kind, limit: int, max_expected_wait: float, max_wait: float) -> None:
        self.kind = kind
        self.limit = limit
        self.max_expected_wait = max_expected_wait
        self.max_wait = max_wait
        self.waiting: WaitingList[Ticket] = WaitingList()
        self.running = 0
        self.last_start = 0.0
        self._last_end = 0.0
        # Averages of the seconds that a request runs, and of those between the ends of two requests while some run.
        self._seconds = self._gap = _FIRST_GUESS
        self._running_gauge = _running.labels(kind)
        self._waiting_gauge = _waiting.labels(kind)
        self._queue_seconds = _queue_seconds.labels(kind)

    def expected_wait(self, caller: Hashable, due: float, now: float, per_caller: int) -> float:
        """Return the seconds until a new request would start, judging by how long requests take at present.

        ``due``: see `Turns`. ``per_caller``: how many requests of one caller run at the same time.
        """
        running = max(1, self.running)
        turns = self.waiting.ahead_of(due) + 1
        # Of all turns, one caller has no more than its part.
        own_turns = (self.waiting.count_of(caller) + 1) * running / per_caller
        turn = self._seconds_per_turn
        # If no request ends, the averages do not show it.
        is_stalled = self.waiting and self.running
        stalled = now - self.last_start if is_stalled else 0.0
        return max(turns * turn, own_turns * turn, stalled)

    @property
    def is_long(self) -> bool:
        """True if all requests that wait would take a third of the longest wait, or more."""
        return len(self.waiting) * self._seconds_per_turn > self.max_expected_wait / 3

    @property
    def _seconds_per_turn(self) -> float:
        # Both averages are too high after a change: one if more requests ran at the same time before, the other if fewer did.
        return min(self._seconds / max(1, self.running), self._gap)

    def add(self, ticket: Ticket) -> None:
        self.waiting.add(ticket)
        ticket.is_waiting = True
        self._waiting_gauge.inc()

    def remove(self, ticket: Ticket) -> None:
        self.waiting.remove(ticket)
        ticket.is_waiting = False
        self._waiting_gauge.dec()

    def start(self, ticket: Ticket, now: float) -> None:
        if ticket.is_waiting:
            self.remove(ticket)
        if not self.running:
            self._last_end = now
        ticket.started = self.last_start = now
        self.running += 1
        self._running_gauge.inc()
        self._queue_seconds.observe(ticket.queued_seconds)

    def finish(self, ticket: Ticket, now: float) -> float:
        """Return the seconds that the request has run."""
        assert ticket.started is not None
        seconds = now - ticket.started
        self.running -= 1
        self._running_gauge.dec()
        self._seconds = _average(self._seconds, seconds)
        self._gap = _average(self._gap, now - self._last_end)
        self._last_end = now
        return seconds


def _average(average: float, value: float) -> float:
    # One exceptional request, such as the first one after a start, hardly changes the average.
    return average + _WEIGHT * (min(value, _MOST_TIMES * average) - average)
