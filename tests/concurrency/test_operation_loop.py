"""The loop of an operation, seen from its thread, from asyncio, and from other operations."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any

import pytest

from tests.concurrency.recording import RecordingDispatcher

SOON = 0.01
PATIENCE = 20

pytestmark = [
    pytest.mark.usefixtures("_assert_nothing_left", "_assert_nothing_logged"),
    pytest.mark.one_database,
]


def _no_loop_runs() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return True
    return False


def test_loop_runs_in_coroutines_but_not_during_a_batch() -> None:
    idle: list[bool] = []

    def fetch(keys: list[Any]) -> list[Any]:
        idle.append(_no_loop_runs())
        return keys

    dispatcher = RecordingDispatcher(checkpoint=lambda: idle.append(_no_loop_runs()))
    rows = dispatcher.loader("row", fetch=fetch)

    async def operation() -> None:
        for number in range(2):
            assert asyncio.get_running_loop() is dispatcher.loop
            assert dispatcher.loop.is_running()
            assert asyncio.current_task() in asyncio.all_tasks()
            await rows.load(number)
        await dispatcher.call(lambda: idle.append(_no_loop_runs()))

    dispatcher.run(operation())
    assert idle == [True] * 6
    assert _no_loop_runs()


def test_batch_can_run_another_operation() -> None:
    def fetch(keys: list[Any]) -> list[Any]:
        inner = RecordingDispatcher()
        rows = inner.loader("inner")

        async def operation() -> list[Any]:
            return await rows.load_many(keys)

        return inner.run(operation())

    outer = RecordingDispatcher()
    rows = outer.loader("outer", fetch=fetch)

    async def operation() -> list[Any]:
        return await rows.load_many([1, 2])

    assert outer.run(operation()) == ["inner:1", "inner:2"]


async def _in_time() -> None:
    async with asyncio.timeout(SOON):
        await asyncio.sleep(0)


async def _from_another_thread() -> None:
    asyncio.get_running_loop().call_soon_threadsafe(lambda: None)


@pytest.mark.parametrize(
    "wait",
    [
        lambda: asyncio.sleep(SOON),
        lambda: asyncio.to_thread(int),
        lambda: asyncio.open_connection("127.0.0.1", 9),
        lambda: asyncio.create_subprocess_exec("true"),
        lambda: asyncio.wait([asyncio.get_running_loop().create_future()], timeout=SOON),
        _in_time,
        _from_another_thread,
    ],
)
def test_timers_threads_and_sockets_are_rejected(wait: Callable[[], Awaitable[Any]]) -> None:
    async def operation() -> str:
        with pytest.raises(NotImplementedError):
            await wait()
        return "goes on"

    assert RecordingDispatcher().run(operation()) == "goes on"


def test_operation_in_a_thread_does_not_disturb_another_loop() -> None:
    async def operation(dispatcher: RecordingDispatcher) -> Any:
        return await dispatcher.loader("row").load(1)

    def work() -> Any:
        dispatcher = RecordingDispatcher()
        return dispatcher.run(operation(dispatcher))

    async def server() -> list[Any]:
        mine = asyncio.get_running_loop()
        answers = await asyncio.gather(*(asyncio.to_thread(work) for _ in range(20)))
        assert asyncio.get_running_loop() is mine
        return answers

    assert asyncio.run(server()) == ["row:1"] * 20


def test_operations_in_two_threads_are_separate() -> None:
    rounds = 50
    together = threading.Barrier(2, timeout=PATIENCE)

    def work(name: str) -> tuple[list[str], list[Any]]:
        def fetch(keys: list[Any]) -> list[str]:
            with contextlib.suppress(threading.BrokenBarrierError):
                together.wait()
            return [f"{name}:{key}" for key in keys]

        dispatcher = RecordingDispatcher()
        rows = dispatcher.loader(name, fetch=fetch)

        async def operation() -> list[str]:
            answers: list[str] = []
            for number in range(rounds):
                answers += await asyncio.gather(rows.load(number), rows.load(-number - 1))
                assert asyncio.get_running_loop() is dispatcher.loop
            return answers

        return dispatcher.run(operation()), dispatcher.batches

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(work, ["left", "right"]))
    assert not together.broken
    for name, (answers, batches) in zip(["left", "right"], results, strict=True):
        assert answers == [f"{name}:{key}" for pair in range(rounds) for key in (pair, -pair - 1)]
        assert batches == [(name, [number, -number - 1]) for number in range(rounds)]


def test_tasks_have_the_context_of_their_creator_and_batches_of_the_caller() -> None:
    variable: ContextVar[str] = ContextVar("variable", default="nobody's")
    seen: list[str] = []

    def fetch(keys: list[Any]) -> list[Any]:
        seen.append(variable.get())
        return keys

    dispatcher = RecordingDispatcher()
    rows = dispatcher.loader("row", fetch=fetch)

    async def branch(name: str) -> str:
        before = variable.get()
        variable.set(name)
        await rows.load(name)
        return f"{before} {variable.get()}"

    async def operation() -> list[str]:
        variable.set("operation's")
        return list(await asyncio.gather(branch("left"), branch("right")))

    token = variable.set("caller's")
    try:
        assert dispatcher.run(operation()) == ["operation's left", "operation's right"]
        assert variable.get() == "caller's"
    finally:
        variable.reset(token)
    assert seen == ["caller's"]
