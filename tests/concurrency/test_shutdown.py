"""An operation that fails, is cancelled or waits forever ends immediately and leaves nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from loaders.dispatch import Stage
from tests.concurrency.recording import RecordingDispatcher

pytestmark = [
    pytest.mark.usefixtures("_assert_nothing_left", "_assert_nothing_logged"),
    pytest.mark.one_database,
]


class StoppedError(Exception):
    """The exception that a checkpoint raises in these tests."""


class Checkpoint:
    """A checkpoint that stops the operation at its ``last`` call."""

    def __init__(self, last: int = 1) -> None:
        self._left = last

    def __call__(self) -> None:
        self._left -= 1
        if self._left == 0:
            raise StoppedError


def test_endless_wait_is_an_error() -> None:
    dispatcher = RecordingDispatcher()
    ended: list[str] = []

    async def operation() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            ended.append("operation")

    with pytest.raises(RuntimeError, match="waits for something that never comes"):
        dispatcher.run(operation())
    assert ended == ["operation"]


def test_deadlock_of_two_tasks_is_an_error() -> None:
    async def operation() -> None:
        first, second = asyncio.Event(), asyncio.Event()

        async def wait(mine: asyncio.Event, other: asyncio.Event) -> None:
            await other.wait()
            mine.set()

        await asyncio.gather(wait(first, second), wait(second, first))

    with pytest.raises(RuntimeError, match="waits for something that never comes"):
        RecordingDispatcher().run(operation())


@pytest.mark.parametrize("rounds", [1, 2, 3])
def test_failing_checkpoint_ends_the_operation_before_the_next_batch(rounds: int) -> None:
    dispatcher = RecordingDispatcher(Checkpoint(rounds))
    rows, details = dispatcher.loader("row"), dispatcher.loader("detail", Stage.DETAIL)
    tasks: list[asyncio.Task[Any]] = []
    futures: list[asyncio.Future[Any]] = []

    async def branch(number: int) -> None:
        futures.extend([details.load(number), details.load_all([number, "more"])])
        for depth in range(5):
            futures.append(rows.load((depth, number)))
            await futures[-1]
        await futures[0]

    async def operation() -> None:
        tasks.extend(asyncio.create_task(branch(number)) for number in range(3))
        tasks.append(asyncio.create_task(asyncio.Event().wait()))
        await asyncio.gather(*tasks, dispatcher.call(lambda: None, Stage.DETAIL))

    with pytest.raises(StoppedError):
        dispatcher.run(operation())
    assert len(dispatcher.batches) == rounds - 1
    assert len(tasks) == 4
    assert all(task.cancelled() for task in tasks)
    assert all(future.done() for future in futures)
    assert dispatcher.loop.tasks == []
    assert asyncio.all_tasks(dispatcher.loop) == set()


def test_tasks_that_load_again_when_cancelled_are_ended() -> None:
    dispatcher = RecordingDispatcher(Checkpoint())
    rows = dispatcher.loader("row")
    tries: list[int] = []
    tasks: list[asyncio.Task[Any]] = []

    async def load(key: Any) -> Any:
        return await rows.load(key)

    async def insist() -> None:
        for number in range(50):
            try:
                await rows.load(number)
            except asyncio.CancelledError:
                tries.append(number)
                tasks.append(asyncio.create_task(load(-number - 1)))
        await asyncio.gather(load("last"), asyncio.Event().wait())

    async def operation() -> None:
        await asyncio.gather(insist(), insist())

    with pytest.raises(StoppedError):
        dispatcher.run(operation())
    assert tries == [number for number in range(50) for _ in range(2)]
    assert all(task.cancelled() for task in tasks)
    assert dispatcher.batches == []


@pytest.mark.parametrize("answers", [True, False])
def test_tasks_started_during_shutdown_are_ended(answers: bool) -> None:
    dispatcher = RecordingDispatcher(Checkpoint())
    rows = dispatcher.loader("row")
    tasks: list[asyncio.Task[Any]] = []

    async def start_over() -> None:
        await rows.load("again")

    async def operation() -> None:
        waiting = rows.load(1)
        waiting.add_done_callback(lambda _: tasks.append(asyncio.create_task(start_over())))
        waiting.add_done_callback(lambda _: rows.load("dropped"))
        if not answers:
            await waiting

    if answers:
        dispatcher.run(operation())
    else:
        with pytest.raises(StoppedError):
            dispatcher.run(operation())
    assert [task.cancelled() for task in tasks] == [True]
    assert dispatcher.batches == []


def test_task_that_ignores_cancellation_does_not_block_the_thread(
    caplog: pytest.LogCaptureFixture,
) -> None:
    dispatcher = RecordingDispatcher(Checkpoint())
    tasks: list[asyncio.Task[None]] = []
    refuses = True

    async def stay() -> None:
        while refuses:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                continue

    async def operation() -> None:
        dispatcher.loader("row").load(1)
        tasks.append(asyncio.create_task(stay()))
        await tasks[0]

    with pytest.raises(StoppedError):
        dispatcher.run(operation())
    assert [record.name for record in caplog.records] == ["primepath.dispatch"]
    assert "refuse to be cancelled" in caplog.text
    caplog.clear()
    refuses = False
    tasks[0].cancel()
    dispatcher.loop.run_ready()


def test_synchronous_error_during_a_pending_load_leaves_no_task() -> None:
    dispatcher = RecordingDispatcher()
    rows = dispatcher.loader("row")
    tasks: list[asyncio.Task[Any]] = []

    async def field() -> Any:
        return await rows.load(1)

    async def operation() -> None:
        tasks.append(asyncio.create_task(field()))
        await asyncio.sleep(0)
        raise ValueError("A resolver that is not async failed.")

    with pytest.raises(ValueError, match="not async"):
        dispatcher.run(operation())
    assert tasks[0].cancelled()
    assert dispatcher.batches == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, asyncio.CancelledError])
def test_exception_that_ends_the_thread_leaves_nothing(error: type[BaseException]) -> None:
    def interrupted(_keys: list[Any]) -> Sequence[Any]:
        raise error

    dispatcher = RecordingDispatcher()
    loaders = [
        dispatcher.loader("before"),
        dispatcher.loader("interrupted", fetch=interrupted),
        dispatcher.loader("after"),
    ]
    futures: list[asyncio.Future[Any]] = []

    async def operation() -> None:
        futures.extend(loader.load(number) for loader in loaders for number in range(2))
        futures.extend(loader.load_all([1, 2]) for loader in loaders)
        await asyncio.gather(*futures, dispatcher.call(int))

    with pytest.raises(error):
        dispatcher.run(operation())
    assert all(future.done() for future in futures)
    assert [name for name, _ in dispatcher.batches] == ["before", "interrupted"]
