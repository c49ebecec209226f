"""Coroutines that begin to run immediately."""

from __future__ import annotations

import asyncio

import pytest

from primepath.server import eager

pytestmark = pytest.mark.one_database


def test_coroutine_that_does_not_wait_needs_no_task() -> None:
    done = []

    async def work() -> None:
        done.append(1)

    async def run() -> None:
        assert eager.start(work()) is None
        assert done == [1]

    asyncio.run(run())


def test_the_rest_gets_results_and_errors_of_what_it_waits_for() -> None:
    seen: list[object] = []

    async def run() -> None:
        futures = [asyncio.get_running_loop().create_future() for _ in range(3)]

        async def work() -> None:
            for future in futures:
                try:
                    seen.append(await future)
                except ValueError as error:
                    seen.append(str(error))

        rest = eager.start(work())
        assert rest is not None
        futures[0].set_result("first")
        await asyncio.sleep(0)
        futures[1].set_exception(ValueError("second"))
        futures[2].set_result("third")
        await rest

    asyncio.run(run())
    assert seen == ["first", "second", "third"]


def test_errors_reach_the_caller_or_the_task() -> None:
    async def fail(*, waits: bool) -> None:
        if waits:
            await asyncio.sleep(0)
        raise ValueError("no")

    async def run() -> None:
        with pytest.raises(ValueError, match="no"):
            eager.start(fail(waits=False))
        rest = eager.start(fail(waits=True))
        assert rest is not None
        with pytest.raises(ValueError, match="no"):
            await rest

    asyncio.run(run())


def test_cancelled_rest_cleans_up() -> None:
    seen = []

    async def run() -> None:
        async def work() -> None:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                await asyncio.sleep(0)
                seen.append("cleaned up")
                raise

        rest = eager.start(work())
        assert rest is not None
        rest.cancel()
        with pytest.raises(asyncio.CancelledError):
            await rest

    asyncio.run(run())
    assert seen == ["cleaned up"]
