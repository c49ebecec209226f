"""Decides for each request whether it runs, waits or is refused, and runs it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Hashable, Iterator, Set
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from prometheus_client import Counter

from primepath.server.admission.kinds import Kind, Reason, RefusedError
from primepath.server.admission.lane import Lane, Ticket
from primepath.server.admission.report import RefusalReport
from primepath.server.admission.slow_requests import SlowRequests
from primepath.server.admission.threads import Threads
from primepath.server.give_way import running_requests

PASSWORD_THREADS = 2
# Limits of the wait, as parts of the time that an operation can take. The first limits the wait that is expected when a request
# arrives. The second limits the wait itself, which can become longer: the rest of the work must still fit.
_USUAL = (0.175, 0.4)
_SLOW = (0.35, 0.5)
# People wait for a sign-in, and a whole school signs in at the same time.
_PASSWORD = (0.8, 0.9)
_CHECK_SECONDS = 0.05
_RECENT_SECONDS = 1.0

# The result of a ticket when its turn comes in the event loop.
IN_LOOP = object()

_refusals = Counter(
    "primepath_refusals", "Requests that were refused without running.", ["reason", "kind"]
)


class Admission:
    """The requests of a process that run, and the requests that wait for a thread.

    A request that would wait too long, by how long requests take at present, is refused immediately. While the database is
    away, so is every request that ``fails_without_database``. A request that has waited too long is refused too, although it
    was expected to run in time.

    Of ``threads``, writes use half at most, so reads continue while writes wait for a lock. Slow reads use a quarter, slow writes
    half of the half: see `SlowRequests`. Password checks have threads of their own, `PASSWORD_THREADS`.

    A request can run in the event loop instead. It counts as one in a thread, so the same limits and turns apply.

    A thread that has ended a request starts the next one itself. The event loop can be late. While it refused a
    thousand requests a second, threads that waited for it were mostly idle. So a lock guards all of this.
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
        self._lock = threading.Lock()
        self._slow_requests = SlowRequests()
        writes = _part(threads, 2)

        def lane(kind: Kind, limit: int, waits: tuple[float, float]) -> Lane:
            expected, longest = (operation_seconds * part for part in waits)
            return Lane(kind, limit, expected, longest)

        self._lanes = {
            Kind.READ: lane(Kind.READ, threads, _USUAL),
            Kind.WRITE: lane(Kind.WRITE, writes, _USUAL),
            Kind.PASSWORD: lane(Kind.PASSWORD, PASSWORD_THREADS, _PASSWORD),
        }
        self._slow_lanes = {
            Kind.READ: lane(Kind.READ, _part(threads, 4), _SLOW),
            Kind.WRITE: lane(Kind.WRITE, _part(writes, 2), _SLOW),
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
        pool = ThreadPoolExecutor(threads, "request")
        password_pool = ThreadPoolExecutor(PASSWORD_THREADS, "password")
        self._pools = {Kind.READ: pool, Kind.WRITE: pool, Kind.PASSWORD: password_pool}
        self._report = RefusalReport()
        self._refused_at = float("-inf")
        self._timer: asyncio.TimerHandle | None = None

    def enter(
        self,
        kind: Kind,
        caller: Hashable,
        work: Callable[[Ticket], Any],
        *,
        credentials: bytes | None = None,
        content: Hashable = None,
        targets: Set[Hashable] = frozenset(),
        fails_without_database: bool = True,
        runs_in_loop: bool = False,
    ) -> Ticket:
        """Let a request that has arrived run ``work`` in a thread, now or when its turn comes.

        Requests with a common element in ``targets`` run one after another.
        The `Ticket.result` will be what ``work`` returns, or `RefusedError`. Raises `RefusedError` if it is refused immediately.

        With ``runs_in_loop``, the result is `IN_LOOP` when its turn comes. The caller then runs it, and calls `end_in_loop` or
        `continue_in_thread`.
        """
        if fails_without_database and self._database_is_away():
            raise self._refusal(Reason.DATABASE, kind)
        now = self._clock()
        result = asyncio.get_running_loop().create_future()
        with self._lock:
            threads = self._threads[kind]
            lane = self._lane(kind, caller, content)
            due = threads.turns.due(caller, now)
            ticket = Ticket(
                *(caller, credentials, content, targets, fails_without_database, work, result),
                lane=lane,
                arrived=now,
                due=due,
                tag=threads.turns.tag(caller),
                runs_in_loop=runs_in_loop,
            )
            starts = threads.start(ticket, now)
            if not starts:
                wait = threads.expected_wait(lane, caller, due, now)
                if wait > lane.max_expected_wait:
                    raise self._refusal(Reason.QUEUE, kind)
                lane.add(ticket)
            ticket.charged = threads.turns.charge(caller)
        if not starts:
            self._check_soon()
        elif runs_in_loop:
            result.set_result(IN_LOOP)
        else:
            self._submit(ticket)
        return ticket

    def refuses(
        self,
        kind: Kind,
        caller: Hashable,
        *,
        content: Hashable = None,
        targets: Set[Hashable] = frozenset(),
        fails_without_database: bool = True,
    ) -> Reason | None:
        """Return the reason why `enter` would refuse a request, and count the refusal. None if it would not."""
        reason = None
        if fails_without_database and self._database_is_away():
            reason = Reason.DATABASE
        else:
            now = self._clock()
            with self._lock:
                threads = self._threads[kind]
                lane = self._lane(kind, caller, content)
                due = threads.turns.due(caller, now)
                if not threads.can_start(lane, caller, targets, due, now):
                    wait = threads.expected_wait(lane, caller, due, now)
                    if wait > lane.max_expected_wait:
                        reason = Reason.QUEUE
        if reason is not None:
            self._count(reason, kind)
        return reason

    @property
    def is_refusing(self) -> bool:
        """True if a request would be refused, or one was within the last second."""
        is_recent = self._clock() - self._refused_at < _RECENT_SECONDS
        return is_recent or self._database_is_away()

    def end_in_loop(self, ticket: Ticket) -> None:
        """Note that a request has run in the event loop. Nothing if it has not started there."""
        if ticket.runs_in_loop and ticket.started is not None:
            ticket.runs_in_loop = False
            for other in self._leave(ticket):
                self._submit(other)

    def continue_in_thread(self, ticket: Ticket) -> None:
        """Let a request that could not run in the event loop run in a thread. Its ``result`` is a new one."""
        ticket.runs_in_loop = False
        ticket.result = asyncio.get_running_loop().create_future()
        self._submit(ticket)

    def withdraw(self, ticket: Ticket) -> bool:
        """Forget a request if it still waits, because its client has left. Return whether it will never run."""
        with self._lock:
            if ticket.is_waiting:
                self._remove(ticket)
            will_run = ticket.started is not None
        if not will_run and not ticket.result.done():
            ticket.result.set_exception(self._refusal(Reason.LEFT, ticket.lane.kind))
        return not will_run

    def recognise(self, credentials: bytes, caller: Hashable) -> None:
        """Move requests that wait with these credentials to the turns of their user, who has just become known.

        After a start, everyone at one address is one caller. Their further requests would wait for the turns of one.
        """
        with self._lock:
            for lane in self._every_lane:
                for ticket in list(lane.waiting):
                    if ticket.credentials == credentials and ticket.caller != caller:
                        self._remove(ticket)
                        turns = self._threads[lane.kind].turns
                        ticket.caller, ticket.due = caller, turns.due(caller, self._clock())
                        ticket.tag = turns.tag(caller)
                        ticket.charged = turns.charge(caller)
                        lane.add(ticket)
        self._start_waiting()

    def refuse_overdue(self) -> None:
        """Refuse the requests that have waited too long, or wait for a database that is away."""
        now = self._clock()
        is_away = self._database_is_away()
        refused: list[tuple[Ticket, Reason]] = []
        with self._lock:
            for lane in self._every_lane:
                for ticket in list(lane.waiting):
                    if is_away and ticket.fails_without_database:
                        refused.append((ticket, Reason.DATABASE))
                    elif now - ticket.arrived > lane.max_wait:
                        refused.append((ticket, Reason.WAITED))
            for ticket, _ in refused:
                self._remove(ticket)
        for ticket, reason in refused:
            if not ticket.result.done():
                ticket.result.set_exception(self._refusal(reason, ticket.lane.kind))

    def queue(self, kind: Kind) -> tuple[int, float]:
        """Return how many requests of this kind wait, and for how many seconds the first one has."""
        with self._lock:
            waiting = self._lanes[kind].waiting
            first = min((ticket.arrived for ticket in waiting), default=None)
            return len(waiting), 0.0 if first is None else self._clock() - first

    @property
    def is_idle(self) -> bool:
        """True if no request runs or waits."""
        return not any(lane.running or lane.waiting for lane in self._every_lane)

    def _work(self, first: Ticket) -> None:
        """Run a request in a thread of its pool, then others while some wait."""
        ticket: Ticket | None = first
        while ticket is not None:
            result, error = None, None
            start = time.thread_time()
            running_requests.begin()
            try:
                result = ticket.work(ticket)
            except BaseException as caught:
                error = caught
            running_requests.end()
            ticket.processor_seconds = time.thread_time() - start
            started = self._leave(ticket)
            ticket.resolve(result, error)
            ticket = next((each for each in started if not each.runs_in_loop), None)
            for other in started:
                if other is not ticket:
                    self._submit(other)

    def _submit(self, ticket: Ticket) -> None:
        if ticket.runs_in_loop:
            ticket.resolve(IN_LOOP)
        else:
            self._pools[ticket.lane.kind].submit(self._work, ticket)

    def _leave(self, ticket: Ticket) -> list[Ticket]:
        """Note that a request has run. Return the requests that run now."""
        kind = ticket.lane.kind
        with self._lock:
            now = self._clock()
            threads = self._threads[kind]
            seconds = threads.finish(ticket, now)
            if kind in self._slow_lanes:
                self._slow_requests.record(ticket.caller, ticket.content, seconds)
            return list(threads.start_waiting(now))

    def _remove(self, ticket: Ticket) -> None:
        ticket.lane.remove(ticket)
        self._threads[ticket.lane.kind].turns.withdraw(ticket.caller, ticket.charged)

    def _refusal(self, reason: Reason, kind: Kind) -> RefusedError:
        self._count(reason, kind)
        return RefusedError(reason)

    def _count(self, reason: Reason, kind: Kind) -> None:
        self._refused_at = self._clock()
        _refusals.labels(reason, kind).inc()
        self._report.add(reason, kind)

    def _lane(self, kind: Kind, caller: Hashable, content: Hashable) -> Lane:
        if kind in self._slow_lanes and self._slow_requests.expects(caller, content):
            return self._slow_lanes[kind]
        return self._lanes[kind]

    @property
    def _every_lane(self) -> Iterator[Lane]:
        yield from self._lanes.values()
        yield from self._slow_lanes.values()

    def _start_waiting(self) -> None:
        """Start the requests that can run now, although none has ended."""
        now = self._clock()
        with self._lock:
            started = [
                ticket
                for threads in set(self._threads.values())
                for ticket in threads.start_waiting(now)
            ]
        for ticket in started:
            self._submit(ticket)

    def _check_soon(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(_CHECK_SECONDS, self._check)

    def _check(self) -> None:
        self._timer = None
        self.refuse_overdue()
        # Some are due now.
        self._start_waiting()
        if any(lane.waiting for lane in self._every_lane):
            self._check_soon()


def _part(threads: int, divisor: int) -> int:
    return max(1, threads // divisor)
