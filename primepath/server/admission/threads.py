"""Threads that several lanes share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence, Set

from primepath.server.admission.lane import Lane, Ticket
from primepath.server.admission.turns import Turns

# A request is early if its caller has received more than others, and it is due only so much later.
_EARLY_SECONDS = 0.2


class Threads:
    """``size`` threads for the requests of ``lanes``. One caller has at most ``per_caller`` threads.

    Requests with a common target run one after another. In the database they would wait for each other's locks
    anyway, each in a thread. While another program has locked one cell, its changes keep one thread and not all of them.

    Early requests start only while fewer than half of the threads are used. If a thread is free, the processor can still be busy.
    Before, 6 clients with large requests took half of the throughput of 12 others.
    """

    def __init__(self, size: int, per_caller: int, lanes: Sequence[Lane]) -> None:
        self._size = size
        self.per_caller = per_caller
        self.lanes = lanes
        self.turns = Turns()
        self._by_caller: Counter[Hashable] = Counter()
        self._targets: set[Hashable] = set()
        # Lanes of one kind together have no more threads than the largest.
        self._limits = {
            lane.kind: max(other.limit for other in lanes if other.kind is lane.kind)
            for lane in lanes
        }

    def start(self, ticket: Ticket, now: float) -> bool:
        """Start a request that has just arrived, if a thread is free for it."""
        if not self.can_start(ticket.lane, ticket.caller, ticket.targets, ticket.due, now):
            return False
        self._start(ticket, now)
        return True

    def can_start(
        self, lane: Lane, caller: Hashable, targets: Set[Hashable], due: float, now: float
    ) -> bool:
        """Return whether a thread is free for a request that has just arrived."""
        # Requests that wait and can run have been started, so a new one overtakes none.
        return self._is_free and self._has_room(lane) and self._can_run(caller, targets, due, now)

    def expected_wait(self, lane: Lane, caller: Hashable, due: float, now: float) -> float:
        """Return the seconds until a new request that is due at this time would start."""
        wait = lane.expected_wait(caller, due, now, self.per_caller)
        if lane.is_long:
            # Until it is due, new requests of other callers overtake it.
            wait = max(wait, due - now)
        return wait

    def start_waiting(self, now: float) -> Iterator[Ticket]:
        """Start and yield the requests that can run now."""
        while self._is_free and (ticket := self._next(now)):
            self._start(ticket, now)
            yield ticket

    def finish(self, ticket: Ticket, now: float) -> float:
        """Return the seconds that the request has run."""
        self._by_caller[ticket.caller] -= 1
        if not self._by_caller[ticket.caller]:
            del self._by_caller[ticket.caller]
        self._targets -= ticket.targets
        seconds = ticket.lane.finish(ticket, now)
        # The larger part of what it used: of the processor, or of the threads.
        cost = max(ticket.processor_seconds, seconds / self._size)
        self.turns.settle(ticket.caller, ticket.charged, cost, now)
        return seconds

    @property
    def _is_free(self) -> bool:
        return self._running < self._size

    @property
    def _running(self) -> int:
        return sum(lane.running for lane in self.lanes)

    def _has_room(self, lane: Lane) -> bool:
        of_kind = sum(other.running for other in self.lanes if other.kind is lane.kind)
        return lane.running < lane.limit and of_kind < self._limits[lane.kind]

    def _can_run(self, caller: Hashable, targets: Set[Hashable], due: float, now: float) -> bool:
        is_early = due > now + _EARLY_SECONDS
        return (
            not (is_early and self._running >= self._size / 2)
            and self._by_caller[caller] < self.per_caller
            and self._targets.isdisjoint(targets)
        )

    def _start(self, ticket: Ticket, now: float) -> None:
        ticket.lane.start(ticket, now)
        waiting = (each.tag for lane in self.lanes for each in lane.waiting)
        self.turns.serve(min((ticket.tag, *waiting)))
        self._by_caller[ticket.caller] += 1
        self._targets |= ticket.targets

    def _next(self, now: float) -> Ticket | None:
        found = [
            ticket
            for lane in self.lanes
            if self._has_room(lane)
            and (
                ticket := lane.waiting.first(
                    lambda each: self._can_run(each.caller, each.targets, each.due, now)
                )
            )
            is not None
        ]
        # From the lane that uses the smallest part of its share.
        return min(found, key=_use_of_share, default=None)


def _use_of_share(ticket: Ticket) -> tuple[float, float]:
    lane = ticket.lane
    return lane.running / lane.limit, lane.last_start
