"""Decides for each request whether it runs, waits or is refused."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Hashable, Iterator

from prometheus_client import Counter

from primepath.server.admission.kinds import Kind, Reason, RefusedError
from primepath.server.admission.lane import Lane, Ticket
from primepath.server.admission.report import RefusalReport
from primepath.server.admission.slow_requests import SlowRequests
from primepath.server.admission.threads import Threads

PASSWORD_THREADS = 2
# Parts of the time that an operation can take, which includes waiting. A wait that was expected to be within the part can
# become a quarter longer.
_PATIENCE = 0.25
_PATIENCE_OF_SLOW = 0.5
# People wait for a sign-in, and a whole school signs in at the same time.
_PATIENCE_FOR_PASSWORD = 0.9
_EXPECTED = 0.8
_CHECK_SECONDS = 0.05

_refusals = Counter(
    "primepath_refusals", "Requests that were refused without running.", ["reason", "kind"]
)


class Admission:
    """The requests of a process that run, and those that wait for a thread.

    A request that would wait too long, by how long requests take at present, is refused at once. So is every request while
    ``database_is_away``. A request that has waited too long although it was expected to run is refused too.

    Of ``threads``, writes use half at most, so reads continue while writes wait for a lock. Slow reads use a quarter, slow writes
    half of the half: see `SlowRequests`. Password checks have threads of their own, `PASSWORD_THREADS`.
    """

    def __init__(
        self,
        *,
        threads: int,
        per_caller: int,
        operation_seconds: float,
        database_is_away: Callable[[], bool] = bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._database_is_away = database_is_away
        self._slow_requests = SlowRequests()
        patience, slow, password = (
            operation_seconds * part
            for part in (_PATIENCE, _PATIENCE_OF_SLOW, _PATIENCE_FOR_PASSWORD)
        )
        writes = _part(threads, 2)
        self._lanes = {
            Kind.READ: Lane(Kind.READ, threads, patience),
            Kind.WRITE: Lane(Kind.WRITE, writes, patience),
            Kind.PASSWORD: Lane(Kind.PASSWORD, PASSWORD_THREADS, password),
        }
        self._slow_lanes = {
            Kind.READ: Lane(Kind.READ, _part(threads, 4), slow),
            Kind.WRITE: Lane(Kind.WRITE, _part(writes, 2), slow),
        }
        # One caller leaves a thread to others, unless there are only two.
        own = min(per_caller, max(2, threads - 1))
        shared = Threads(
            threads,
            own,
            [self._lanes[Kind.READ], self._lanes[Kind.WRITE], *self._slow_lanes.values()],
        )
        passwords = Threads(PASSWORD_THREADS, PASSWORD_THREADS, [self._lanes[Kind.PASSWORD]])
        self._threads = {Kind.READ: shared, Kind.WRITE: shared, Kind.PASSWORD: passwords}
        self._report = RefusalReport()
        self._timer: asyncio.TimerHandle | None = None

    def enter(
        self, kind: Kind, caller: Hashable, credentials: bytes | None, content: Hashable
    ) -> Ticket:
        """Return the ticket of a request that has arrived. It runs from now on, unless the ticket has a ``turn``.

        Raises `RefusedError`.
        """
        if self._database_is_away():
            raise self._refusal(Reason.DATABASE, kind)
        now = self._clock()
        threads = self._threads[kind]
        turns = threads.turns
        lane = self._lane(kind, caller, content)
        ticket = Ticket(caller, credentials, content, lane, now, turns.tag(caller))
        if not threads.start(ticket, now):
            if lane.expected_wait(ticket, threads.per_caller) > _EXPECTED * lane.patience:
                raise self._refusal(Reason.QUEUE, kind)
            ticket.turn = asyncio.get_running_loop().create_future()
            lane.add(ticket)
            self._check_soon()
        ticket.charged = turns.charge(caller)
        return ticket

    async def wait(self, ticket: Ticket) -> None:
        """Wait until a request can run. Raises `RefusedError`."""
        if ticket.turn is None:
            return
        try:
            reason = await ticket.turn
        except asyncio.CancelledError:
            if ticket.is_waiting:
                self._remove(ticket)
            elif ticket.started is not None:
                self.leave(ticket)
            raise
        if reason is not None:
            raise self._refusal(reason, ticket.lane.kind)

    def withdraw(self, ticket: Ticket) -> None:
        """Refuse a request if it still waits, because its client has left."""
        if ticket.is_waiting:
            self._refuse(ticket, Reason.LEFT)

    def leave(self, ticket: Ticket) -> None:
        """Note that a request has ended, and start the next ones."""
        now = self._clock()
        kind = ticket.lane.kind
        threads = self._threads[kind]
        seconds = threads.finish(ticket, now)
        if kind in self._slow_lanes:
            self._slow_requests.record(ticket.caller, ticket.content, seconds)
        self._start_waiting(threads, now)

    def recognise(self, credentials: bytes, caller: Hashable) -> None:
        """Give requests that wait with these credentials the turns of their user, who has just become known.

        After a start, everyone at one address is one caller. Their further requests would wait for the turns of one.
        """
        for lane in self._every_lane:
            for ticket in list(lane.waiting):
                if ticket.credentials == credentials and ticket.caller != caller:
                    self._remove(ticket)
                    turns = self._threads[lane.kind].turns
                    ticket.caller, ticket.tag = caller, turns.tag(caller)
                    ticket.charged = turns.charge(caller)
                    lane.add(ticket)
        for threads in self._threads.values():
            self._start_waiting(threads, self._clock())

    def _start_waiting(self, threads: Threads, now: float) -> None:
        for ticket in threads.start_waiting(now):
            # A task that was cancelled at this moment calls `leave` when it notices.
            if ticket.turn is not None and not ticket.turn.done():
                ticket.turn.set_result(None)

    def refuse_overdue(self) -> None:
        """Refuse the requests that have waited too long, or all if the database is away."""
        now = self._clock()
        is_away = self._database_is_away()
        for lane in self._every_lane:
            for ticket in list(lane.waiting):
                if is_away:
                    self._refuse(ticket, Reason.DATABASE)
                elif now - ticket.arrived > lane.patience:
                    self._refuse(ticket, Reason.WAITED)

    @property
    def is_idle(self) -> bool:
        """True if no request runs or waits."""
        return not any(lane.running or lane.waiting for lane in self._every_lane)

    def _lane(self, kind: Kind, caller: Hashable, content: Hashable) -> Lane:
        if kind in self._slow_lanes and self._slow_requests.expects(caller, content):
            return self._slow_lanes[kind]
        return self._lanes[kind]

    def _refuse(self, ticket: Ticket, reason: Reason) -> None:
        self._remove(ticket)
        assert ticket.turn is not None
        if not ticket.turn.done():
            ticket.turn.set_result(reason)

    def _remove(self, ticket: Ticket) -> None:
        ticket.lane.remove(ticket)
        self._threads[ticket.lane.kind].turns.refund(ticket.caller, ticket.charged)

    def _refusal(self, reason: Reason, kind: Kind) -> RefusedError:
        _refusals.labels(reason, kind).inc()
        self._report.add(reason, kind)
        return RefusedError(reason)

    @property
    def _every_lane(self) -> Iterator[Lane]:
        yield from self._lanes.values()
        yield from self._slow_lanes.values()

    def _check_soon(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(_CHECK_SECONDS, self._check)

    def _check(self) -> None:
        self._timer = None
        self.refuse_overdue()
        if any(lane.waiting for lane in self._every_lane):
            self._check_soon()


def _part(threads: int, divisor: int) -> int:
    return max(1, threads // divisor)
