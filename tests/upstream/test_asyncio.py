"""Each private name of asyncio, aiodataloader and CPython still exists, and the library still uses it.

If one of these fails after an upgrade, see `docs/development/upstream.md`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import aiodataloader
import pytest

from loaders.dispatch import Dispatcher, OperationLoop, Stage
from loaders.generic import BatchLoader
from primepath.server.stack_chunk import with_large_stack_chunk, with_room_for_a_chunk

pytestmark = pytest.mark.one_database


def test_running_loop_is_the_one_of_the_operation() -> None:
    dispatcher = Dispatcher()

    async def loops() -> tuple[Any, bool]:
        return asyncio.get_running_loop(), dispatcher.loop.is_running()

    assert dispatcher.run(loops()) == (dispatcher.loop, True)
    assert not dispatcher.loop.is_running()


def test_handles_run_their_callbacks() -> None:
    loop = OperationLoop()  # type: ignore[abstract]
    called: list[str] = []
    loop.call_soon(called.append, "now")
    assert loop.run_ready()
    assert called == ["now"]


def test_aiodataloader_adds_keys_by_do_resolve_reject() -> None:
    dispatcher = Dispatcher()
    loader = BatchLoader[int, int](dispatcher, Stage.DETAIL, lambda keys: [-key for key in keys])

    async def load() -> list[int]:
        futures = [loader.load(key) for key in (1, 2, 1)]
        assert [(each.key, each.future.done()) for each in loader._queue] == [
            (1, False),
            (2, False),
        ]
        assert all(isinstance(each, aiodataloader.Loader) for each in loader._queue)
        return [await each for each in futures]

    assert dispatcher.run(load()) == [-1, -2, -1]


def test_dispatch_queue_batch_resolves_without_waiting() -> None:
    loop = OperationLoop()  # type: ignore[abstract]
    found, failed = loop.create_future(), loop.create_future()

    class Twice(aiodataloader.DataLoader[int, Any]):
        async def batch_load_fn(self, keys: list[int]) -> list[Any]:
            return [key * 2 if key else ValueError() for key in keys]

    queue = [aiodataloader.Loader(1, found), aiodataloader.Loader(0, failed)]
    with pytest.raises(StopIteration):
        aiodataloader.dispatch_queue_batch(Twice(loop=loop), queue).send(None)
    assert found.result() == 2
    assert isinstance(failed.exception(), ValueError)


@pytest.mark.parametrize(
    ("enlarge", "words"), [(with_large_stack_chunk, 40_000), (with_room_for_a_chunk, 70_000)]
)
def test_co_stacksize_can_be_enlarged(enlarge: Callable[..., Any], words: int) -> None:
    def deep(depth: int) -> int:
        return 1 + deep(depth - 1) if depth else 0

    deep = enlarge(deep)
    assert deep.__code__.co_stacksize == words
    assert deep(100) == 100
