"""The dispatcher: when batches are sent, and in which order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from loaders.dispatch import Dispatcher, Stage
from tests.concurrency.recording import RecordingDispatcher, assert_nothing_left

pytestmark = pytest.mark.one_database


@pytest.fixture(autouse=True)
def _assert_nothing_left() -> Iterator[None]:
    with assert_nothing_left():
        yield


async def _by_turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def _by_nested_tasks(count: int) -> None:
    if count:
        await asyncio.create_task(_by_nested_tasks(count - 1))


async def _by_nested_gathers(count: int) -> None:
    if count:
        await asyncio.gather(_by_nested_gathers(count - 1), asyncio.sleep(0))


async def _by_a_chain_of_callbacks(count: int) -> None:
    loop = asyncio.get_running_loop()
    reached = loop.create_future()

    def step(left: int) -> None:
        if left:
            loop.call_soon(step, left - 1)
        else:
            reached.set_result(None)

    step(count)
    await reached


async def _by_an_event(count: int) -> None:
    event = asyncio.Event()

    async def set_it() -> None:
        await _by_turns(count)
        event.set()

    setter = asyncio.create_task(set_it())
    await event.wait()
    await setter


async def _by_a_queue(count: int) -> None:
    queue: asyncio.Queue[int] = asyncio.Queue(maxsize=1)

    async def fill() -> None:
        for number in range(count):
            await queue.put(number)

    filler = asyncio.create_task(fill())
    for _ in range(count):
        await queue.get()
    await filler


async def _by_a_task_group(count: int) -> None:
    async with asyncio.TaskGroup() as group:
        for turns in range(count):
            group.create_task(_by_turns(turns))


async def _by_a_shared_lock(count: int) -> None:
    lock = asyncio.Lock()

    async def hold() -> None:
        async with lock:
            await asyncio.sleep(0)

    await asyncio.gather(*(hold() for _ in range(count)))


DELAYS = [
    _by_turns,
    _by_nested_tasks,
    _by_nested_gathers,
    _by_a_chain_of_callbacks,
    _by_an_event,
    _by_a_queue,
    _by_a_task_group,
    _by_a_shared_lock,
]


@pytest.mark.parametrize("turns", [0, 1, 2, 7, 100])
@pytest.mark.parametrize("delay", DELAYS)
def test_key_that_arrives_later_is_in_the_same_batch(
    delay: Callable[[int], Awaitable[None]], turns: int
) -> None:
    dispatcher = RecordingDispatcher()
    rows = dispatcher.loader("row")

    async def late() -> str:
        await delay(turns)
        return str(await rows.load("late"))

    async def operation() -> list[Any]:
        return list(await asyncio.gather(rows.load("early"), late(), late()))

    assert dispatcher.run(operation()) == ["row:early", "row:late", "row:late"]
    assert dispatcher.batches == [("row", ["early", "late"])]


@pytest.mark.parametrize("delay", DELAYS)
def test_each_depth_is_one_batch_however_late_its_keys_arrive(
    delay: Callable[[int], Awaitable[None]],
) -> None:
    dispatcher = RecordingDispatcher()
    parents, children = dispatcher.loader("parent"), dispatcher.loader("child")

    async def branch(number: int) -> str:
        await delay(number)
        parent = await parents.load(number)
        await delay(9 - number)
        return str(await children.load(parent))

    async def operation() -> list[str]:
        return await asyncio.gather(*map(branch, range(10)))

    answers = dispatcher.run(operation())
    assert answers == [f"child:parent:{number}" for number in range(10)]
    assert [name for name, _ in dispatcher.batches] == ["parent", "child"]


def test_earliest_stage_is_sent_first_in_any_order_of_requests() -> None:
    dispatcher = RecordingDispatcher()
    loaders = [dispatcher.loader(stage.name, stage) for stage in reversed(Stage)]

    async def operation() -> None:
        await asyncio.gather(*(loader.load(1) for loader in loaders))

    dispatcher.run(operation())
    assert [name for name, _ in dispatcher.batches] == ["FIRST", "SOURCE", "CELLS", "DETAIL"]


def test_cells_wait_for_every_source_and_details_for_every_cell() -> None:
    dispatcher = RecordingDispatcher()
    classes = dispatcher.loader("class")
    exams = dispatcher.loader("exam")
    cells = dispatcher.loader("cell", Stage.CELLS)
    teachers = dispatcher.loader("teacher", Stage.DETAIL)

    async def through_an_exam() -> None:
        exam = await exams.load(1)
        visible = await classes.load(exam)
        await teachers.load(await cells.load(visible))

    async def operation() -> None:
        await asyncio.gather(
            teachers.load("first"), cells.load("known"), classes.load("A"), through_an_exam()
        )

    dispatcher.run(operation())
    assert dispatcher.batches == [
        ("class", ["A"]),
        ("exam", [1]),
        ("class", ["exam:1"]),
        ("cell", ["known", "class:exam:1"]),
        ("teacher", ["first", "cell:class:exam:1"]),
    ]


def test_all_loaders_of_a_stage_are_sent_before_any_waiter_continues() -> None:
    dispatcher = RecordingDispatcher()
    first, second = dispatcher.loader("first"), dispatcher.loader("second")

    async def through_both(start: int) -> None:
        await second.load(await first.load(start))

    async def operation() -> None:
        await asyncio.gather(through_both(1), second.load(2), through_both(3))

    dispatcher.run(operation())
    assert dispatcher.batches == [
        ("second", [2]),
        ("first", [1, 3]),
        ("second", ["first:1", "first:3"]),
    ]


def test_cells_that_depend_on_cells_are_a_second_batch_after_their_sources() -> None:
    dispatcher = RecordingDispatcher()
    cells, links = dispatcher.loader("cell", Stage.CELLS), dispatcher.loader("link")
    details = dispatcher.loader("detail", Stage.DETAIL)

    async def operation() -> None:
        detail = details.load(0)
        await cells.load(await links.load(await cells.load(1)))
        await detail

    dispatcher.run(operation())
    assert [name for name, _ in dispatcher.batches] == ["cell", "link", "cell", "detail"]


def test_call_waits_for_its_stage_and_runs_once() -> None:
    dispatcher = RecordingDispatcher()
    rows = dispatcher.loader("row")
    calls: list[str] = []

    async def operation() -> str:
        detail = dispatcher.call(lambda: calls.append("detail"), Stage.DETAIL)
        source = dispatcher.call(lambda: calls.append("source"))
        await _by_turns(20)
        assert calls == []
        await asyncio.gather(detail, source)
        return str(await rows.load(1))

    assert dispatcher.run(operation()) == "row:1"
    assert calls == ["source", "detail"]


def test_keys_without_a_waiter_are_not_read() -> None:
    dispatcher = RecordingDispatcher()
    rows = dispatcher.loader("row")

    async def operation() -> str:
        rows.load(1)
        await _by_turns(5)
        return "done"

    assert dispatcher.run(operation()) == "done"
    assert dispatcher.batches == []


def test_operation_in_a_callback_of_another_loop_leaves_it_running() -> None:
    """The server's loop executes small operations itself."""

    async def outer() -> Any:
        loop = asyncio.get_running_loop()
        result = loop.create_future()

        def execute() -> None:
            dispatcher = RecordingDispatcher()
            loader = dispatcher.loader(
                "a", fetch=lambda keys: [asyncio._get_running_loop()] * len(keys)
            )

            async def operation() -> Any:
                return asyncio.get_running_loop(), await asyncio.gather(*map(loader.load, "xy"))

            inner, during_batches = dispatcher.run(operation())
            assert inner is dispatcher.loop
            # So Django refuses to use a connection in a batch.
            assert during_batches == [loop, loop]
            result.set_result(asyncio.get_running_loop())

        loop.call_soon(execute)
        return await result is loop

    assert asyncio.run(outer())


def test_reads_know_of_each_write_and_of_the_end() -> None:
    class Recorded:
        def __init__(self) -> None:
            self.calls: list[str] = []

        def begin(self) -> None:
            self.calls.append("begin")

        def begin_write(self) -> None:
            self.calls.append("begin write")

        def end(self) -> None:
            self.calls.append("end")

    reads = Recorded()
    dispatcher = Dispatcher(reads=reads)

    async def operation() -> None:
        await dispatcher.call(int)
        await dispatcher.write(int)
        await dispatcher.call(int)

    dispatcher.run(operation())
    assert reads.calls == ["begin", "begin write", "begin", "end"]
