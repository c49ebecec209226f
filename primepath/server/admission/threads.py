"""Threads that several lanes share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence

from primepath.server.admission.lane import Lane, Ticket


class Threads:
    """``size`` threads for the requests of ``lanes``. One caller has at most ``per_caller`` of them."""

    def __init__(self, size: int, per_caller: int, lanes: Sequence[Lane]) -> None:
        self._size = size
        self.per_caller = per_caller
        self.lanes = lanes
        self._by_caller: Counter[Hashable] = Counter()

    def start(self, ticket: Ticket, now: float) -> bool:
        """Start a request that has just arrived, if a thread is free for it."""
        # Requests that wait and can run have been started, so a new one overtakes none.
        if ticket.lane.is_full or not self._is_free or not self._can_run(ticket.caller):
            return False
        self._start(ticket, now)
        return True

    def start_waiting(self, now: float) -> Iterator[Ticket]:
        """Start the requests whose turn it is. Yield each."""
        while self._is_free and (found := self._next()):
            lane, caller = found
            ticket = lane.take(caller)
            self._start(ticket, now)
            yield ticket

    def finish(self, ticket: Ticket, seconds: float) -> None:
        ticket.lane.finish(seconds)
        self._by_caller[ticket.caller] -= 1
        if not self._by_caller[ticket.caller]:
            del self._by_caller[ticket.caller]

    @property
    def _is_free(self) -> bool:
        return sum(lane.running for lane in self.lanes) < self._size

    def _can_run(self, caller: Hashable) -> bool:
        return self._by_caller[caller] < self.per_caller

    def _start(self, ticket: Ticket, now: float) -> None:
        ticket.lane.start(ticket, now)
        self._by_caller[ticket.caller] += 1

    def _next(self) -> tuple[Lane, Hashable] | None:
        found = [
            (lane, caller)
            for lane in self.lanes
            if not lane.is_full and (caller := lane.queue.next_caller(self._can_run)) is not None
        ]
        # The lane that uses the smallest part of its share.
        return min(
            found,
            key=lambda each: (each[0].running / each[0].limit, each[0].last_start),
            default=None,
        )
