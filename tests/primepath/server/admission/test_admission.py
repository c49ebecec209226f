"""Requests that run in threads, wait, and are refused."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Any

import pytest
from prometheus_client import REGISTRY

from primepath.server.admission.admission import IN_LOOP, PASSWORD_THREADS, Admission
from primepath.server.admission.kinds import Kind, Reason, RefusedError
from primepath.server.admission.lane import Ticket
from primepath.server.give_way import running_requests
from tests.primepath.server.admission.tickets import Clock

pytestmark = pytest.mark.one_database

THREADS = 4
WAIT = 20


class Office:
    """Admission with work that runs until it is released."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.is_away = False
        self.released = threading.Event()
        self.ran: list[Hashable] = []
        self.admission = Admission(
            threads=THREADS,
            per_caller=THREADS,
            operation_seconds=10,
            database_is_away=lambda: self.is_away,
            clock=self.clock,
        )

    def enter(self, caller: Hashable, kind: Kind = Kind.READ, **options: Any) -> Ticket:
        return self.admission.enter(kind, caller, self._work, **options)

    def fill(self) -> list[Ticket]:
        """Keep all threads of reads and writes busy."""
        return [self.enter(f"first {n}") for n in range(THREADS)]

    def _work(self, ticket: Ticket) -> Hashable:
        assert self.released.wait(WAIT)
        # Otherwise one thread can do the work of all, before another one has the interpreter.
        time.sleep(0.001)
        self.ran.append(ticket.caller)
        return ticket.caller


def in_office(test: Callable[[Office], Awaitable[None]]) -> Callable[[], None]:
    """Run the test in an event loop. Afterwards nothing runs or waits."""

    async def run() -> None:
        office = Office()
        try:
            await test(office)
        finally:
            office.released.set()
        async with asyncio.timeout(WAIT):
            while not office.admission.is_idle:
                await asyncio.sleep(0.001)

    def synchronous() -> None:
        asyncio.run(run())

    synchronous.__name__ = test.__name__
    synchronous.__doc__ = test.__doc__
    return synchronous


async def reason_of(ticket: Ticket) -> Reason:
    with pytest.raises(RefusedError) as refused:
        await asyncio.wait_for(ticket.result, WAIT)
    return refused.value.reason


def enter_until_refused(office: Office) -> tuple[int, Reason]:
    """Return how many requests were accepted before one was refused, and the reason."""
    for accepted in range(10_000):
        try:
            office.enter("crowd")
        except RefusedError as refused:
            return accepted, refused.reason
    raise AssertionError("All were accepted.")


def refusals(reason: str, kind: str) -> float:
    return (
        REGISTRY.get_sample_value("primepath_refusals_total", {"reason": reason, "kind": kind})
        or 0.0
    )


@in_office
async def test_waiting_requests_run_when_threads_are_free(office: Office) -> None:
    tickets = [*office.fill(), *(office.enter(f"next {n}") for n in range(20))]
    assert office.ran == []
    office.released.set()
    results = await asyncio.wait_for(asyncio.gather(*(each.result for each in tickets)), WAIT)
    assert results == [each.caller for each in tickets]


@in_office
async def test_early_request_starts_when_it_is_due_although_none_ends(office: Office) -> None:
    for caller in range(THREADS // 2):
        office.enter(caller)
    turns = office.admission._threads[Kind.READ].turns
    charged = [turns.charge("large") for _ in range(100)]
    early = office.enter("large")
    await asyncio.sleep(0.2)
    assert (early.is_waiting, early.started) == (True, None)
    office.clock.now = early.due
    # The work of the others ends after `WAIT`.
    async with asyncio.timeout(WAIT / 4):
        while early.is_waiting:
            await asyncio.sleep(0.001)
    for each in charged:
        turns.withdraw("large", each)


@in_office
async def test_request_that_would_wait_too_long_is_refused_at_once(office: Office) -> None:
    office.fill()
    before = refusals("queue", "read")
    accepted, reason = enter_until_refused(office)
    assert reason is Reason.QUEUE
    assert refusals("queue", "read") == before + 1
    assert accepted > 100
    # The turn of another caller comes sooner.
    office.enter("one")


@in_office
async def test_refusal_is_known_without_entering(office: Office) -> None:
    assert office.admission.refuses(Kind.READ, "crowd") is None
    office.fill()
    assert not office.admission.is_refusing
    while office.admission.refuses(Kind.READ, "crowd") is None:
        office.enter("crowd")
    before = refusals("queue", "read")
    assert office.admission.refuses(Kind.READ, "crowd") is Reason.QUEUE
    with pytest.raises(RefusedError):
        office.enter("crowd")
    assert refusals("queue", "read") == before + 2
    refusing = [office.admission.is_refusing]
    assert office.admission.refuses(Kind.READ, "one") is None
    office.clock.now += 1.1
    refusing.append(office.admission.is_refusing)
    office.is_away = True
    refusing.append(office.admission.is_refusing)
    assert refusing == [True, False, True]
    assert office.admission.refuses(Kind.WRITE, "one") is Reason.DATABASE
    assert office.admission.refuses(Kind.READ, "one", fails_without_database=False) is None
    office.is_away = False


@in_office
async def test_changes_of_one_cell_leave_threads_to_other_changes(office: Office) -> None:
    locked = [
        office.enter(f"writer {n}", Kind.WRITE, targets=frozenset({"cell"})) for n in range(9)
    ]
    assert [each.started is not None for each in locked] == [True] + [False] * 8
    other = office.enter("other", Kind.WRITE, targets=frozenset({"other cell"}))
    assert other.started is not None


@in_office
async def test_request_that_has_waited_too_long_is_refused(office: Office) -> None:
    office.fill()
    early = office.enter("early")
    office.clock.now += 1.5
    late = office.enter("late")
    office.clock.now += 2.6
    assert await reason_of(early) is Reason.WAITED
    assert not late.result.done()
    # Nothing has ended for 4.1 seconds.
    with pytest.raises(RefusedError):
        office.enter("new")


@in_office
async def test_everything_is_refused_while_the_database_is_away(office: Office) -> None:
    office.fill()
    waiting = [office.enter("waits"), office.enter("signs in", Kind.PASSWORD)]
    waiting += [office.enter("signs in", Kind.PASSWORD) for _ in range(PASSWORD_THREADS)]
    office.is_away = True
    assert await reason_of(waiting[0]) is Reason.DATABASE
    assert await reason_of(waiting[-1]) is Reason.DATABASE
    for kind in Kind:
        with pytest.raises(RefusedError) as refused:
            office.enter("new", kind)
        assert refused.value.reason is Reason.DATABASE
    anonymous = office.enter("no account", fails_without_database=False)
    office.is_away = False
    office.released.set()
    assert await asyncio.wait_for(anonymous.result, WAIT) == "no account"
    back = office.enter("back")
    assert await asyncio.wait_for(back.result, WAIT) == "back"


@in_office
async def test_password_checks_have_their_own_threads(office: Office) -> None:
    passwords = [office.enter(f"signs in {n}", Kind.PASSWORD) for n in range(30)]
    assert sum(each.started is not None for each in passwords) == PASSWORD_THREADS
    others = office.fill()
    assert all(each.started is not None for each in others)


@in_office
async def test_request_of_a_client_that_left_does_not_run(office: Office) -> None:
    running, *_ = office.fill()
    left, stays = office.enter("left"), office.enter("stays")
    assert not office.admission.withdraw(running)
    assert office.admission.withdraw(left)
    assert await reason_of(left) is Reason.LEFT
    office.released.set()
    await asyncio.wait_for(stays.result, WAIT)
    assert "left" not in office.ran


@in_office
async def test_requests_of_a_user_who_becomes_known_have_the_turns_of_the_user(
    office: Office,
) -> None:
    office.fill()
    for _ in range(50):
        office.enter("address", credentials=b"someone")
    mina = office.enter("address", credentials=b"mina")
    office.admission.recognise(b"mina", "Mina")
    assert mina.caller == "Mina"
    office.released.set()
    await asyncio.wait_for(mina.result, WAIT)
    assert office.ran.index("Mina") < THREADS + 10


@in_office
async def test_work_in_the_background_learns_whether_requests_run(office: Office) -> None:
    def fail(_ticket: Ticket) -> None:
        assert office.released.wait(WAIT)
        raise ValueError

    waits = office.enter("works")
    fails = office.admission.enter(Kind.READ, "fails", fail)
    while not running_requests.any_runs():
        await asyncio.sleep(0.001)
    office.released.set()
    await asyncio.wait([waits.result, fails.result])
    assert isinstance(fails.result.exception(), ValueError)
    assert not running_requests.any_runs()


@in_office
async def test_error_of_the_work_is_the_error_of_the_result(office: Office) -> None:
    def fail(ticket: Ticket) -> None:
        raise KeyError("work")

    ticket = office.admission.enter(Kind.READ, "someone", fail)
    with pytest.raises(KeyError, match="work"):
        await asyncio.wait_for(ticket.result, WAIT)


@in_office
async def test_slow_requests_have_few_threads(office: Office) -> None:
    office.released.set()
    for kind in (Kind.READ, Kind.WRITE):
        office.released.clear()
        slow = office.enter("someone", kind, content="15 years")
        office.clock.now += 5
        office.released.set()
        await asyncio.wait_for(slow.result, WAIT)
    office.released.clear()
    again = [office.enter(f"reader {n}", content="15 years") for n in range(THREADS)]
    assert sum(each.started is not None for each in again) == 1
    assert office.enter("other", content="a class").started is not None


@in_office
async def test_slow_and_other_writes_together_leave_threads_to_reads(office: Office) -> None:
    slow = office.enter("someone", Kind.WRITE, content="locked")
    office.clock.now += 5
    office.released.set()
    await asyncio.wait_for(slow.result, WAIT)
    office.released.clear()
    writes = [office.enter(f"writer {n}", Kind.WRITE) for n in range(2)]
    writes += [office.enter(f"locked {n}", Kind.WRITE, content="locked") for n in range(2)]
    assert [each.started is not None for each in writes] == [True, True, False, False]
    reads = [office.enter(f"reader {n}") for n in range(2)]
    assert all(each.started is not None for each in reads)


@in_office
async def test_request_in_the_event_loop_takes_the_place_of_a_thread(office: Office) -> None:
    first = office.enter("first", runs_in_loop=True)
    assert first.result.result() is IN_LOOP
    others = [office.enter(f"other {n}") for n in range(THREADS)]
    assert [each.started is None for each in others] == [False] * (THREADS - 1) + [True]
    office.admission.end_in_loop(first)
    # Again, by the caller's `finally`.
    office.admission.end_in_loop(first)
    assert others[-1].started is not None
    late = office.enter("late")
    assert late.started is None
    office.released.set()
    assert await asyncio.wait_for(late.result, WAIT) == "late"


@in_office
async def test_request_that_waits_runs_in_the_event_loop_when_a_thread_is_free(
    office: Office,
) -> None:
    threads = office.fill()
    waiting = [office.enter(f"waiting {n}", runs_in_loop=n % 2 == 0) for n in range(6)]
    office.released.set()
    for ticket in waiting:
        result = await asyncio.wait_for(ticket.result, WAIT)
        assert result is IN_LOOP if ticket.runs_in_loop else result == ticket.caller
        office.admission.end_in_loop(ticket)
    await asyncio.gather(*(each.result for each in threads))


@in_office
async def test_request_that_cannot_run_in_the_event_loop_keeps_its_place(office: Office) -> None:
    ticket = office.enter("first", runs_in_loop=True)
    office.admission.continue_in_thread(ticket)
    office.admission.end_in_loop(ticket)
    others = [office.enter(f"other {n}") for n in range(THREADS)]
    assert others[-1].started is None
    office.released.set()
    assert await asyncio.wait_for(ticket.result, WAIT) == "first"


@in_office
async def test_request_that_never_ran_in_the_event_loop_frees_no_place(office: Office) -> None:
    office.fill()
    left = office.enter("left", runs_in_loop=True)
    assert office.admission.withdraw(left)
    office.admission.end_in_loop(left)
    with pytest.raises(RefusedError):
        await left.result
    assert office.enter("next").started is None
