"""Tickets and an event loop for tests of admission."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from typing import Any

from primepath.server.admission.kinds import Kind
from primepath.server.admission.lane import Lane, Ticket
from primepath.server.admission.threads import Threads


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class School:
    """Threads with a lane of reads and one of writes. The test ends requests and sets the clock."""

    def __init__(self, size: int, per_caller: int = 100, writes: int | None = None) -> None:
        self.clock = Clock()
        self._loop = asyncio.new_event_loop()
        self.reads = Lane(Kind.READ, size, 10, 10)
        self.writes = Lane(Kind.WRITE, writes or size, 10, 10)
        self.threads = Threads(size, per_caller, [self.reads, self.writes])

    def close(self) -> None:
        self._loop.close()

    def arrive(self, caller: Hashable, lane: Lane | None = None, *targets: Hashable) -> Ticket:
        """Start a request, or let it wait."""
        ticket = self.ticket(caller, lane, *targets)
        if not self.threads.start(ticket, self.clock.now):
            ticket.lane.add(ticket)
        ticket.charged = self.threads.turns.charge(caller)
        return ticket

    def ticket(self, caller: Hashable, lane: Lane | None = None, *targets: Hashable) -> Ticket:
        return Ticket(
            *(caller, None, None, frozenset(targets), True, _no_work, self._loop.create_future()),
            lane=lane or self.reads,
            arrived=self.clock.now,
            due=self.threads.turns.due(caller, self.clock.now),
            tag=self.threads.turns.tag(caller),
        )

    def expected_wait(self, ticket: Ticket) -> float:
        """Return the expected wait of a request that has arrived."""
        return self.threads.expected_wait(ticket.lane, ticket.caller, ticket.due, ticket.arrived)

    def finish(self, ticket: Ticket, processor_seconds: float = 0.0) -> list[Ticket]:
        """End a request. Return the requests that start instead."""
        ticket.processor_seconds = processor_seconds
        self.threads.finish(ticket, self.clock.now)
        return list(self.threads.start_waiting(self.clock.now))


def _no_work(ticket: Ticket) -> Any:
    raise NotImplementedError
