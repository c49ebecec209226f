"""A batch that fails: its own keys fail for the callers that still wait, and nothing else fails."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from loaders.dispatch import Stage
from tests.concurrency.recording import RecordingDispatcher

pytestmark = [
    pytest.mark.usefixtures("_assert_nothing_left", "_assert_nothing_logged"),
    pytest.mark.one_database,
]


def _fails(_keys: list[Any]) -> Sequence[Any]:
    raise ValueError("No such table.")


@pytest.mark.parametrize("error", [ValueError("bad"), StopIteration(), TimeoutError()])
@pytest.mark.parametrize("way", ["batch", "call"])
def test_failing_batch_fails_only_its_own_keys(way: str, error: Exception) -> None:
    def fail(*_: Any) -> Any:
        raise error

    dispatcher = RecordingDispatcher()
    broken = dispatcher.loader("broken", fetch=fail)
    healthy, later = dispatcher.loader("healthy"), dispatcher.loader("later", Stage.DETAIL)

    async def operation() -> list[Any]:
        if way == "batch":
            failing = [broken.load(1), broken.load_all([2, 3])]
        else:
            failing = [dispatcher.call(fail), dispatcher.call(fail)]
        futures = [*failing, healthy.load(1), later.load(1)]
        return list(await asyncio.gather(*futures, return_exceptions=True))

    first, second, *rest = dispatcher.run(operation())
    assert isinstance(first, Exception)
    assert isinstance(second, Exception)
    assert error in {first, first.__cause__}
    assert rest == ["healthy:1", "later:1"]


def test_failed_batch_is_retried_only_after_clearing() -> None:
    answers: Iterator[Any] = iter([ValueError("Not now."), ["found"]])

    def fetch(_keys: list[Any]) -> Sequence[Any]:
        answer = next(answers)
        if isinstance(answer, ValueError):
            raise answer
        return list(answer)

    dispatcher = RecordingDispatcher()
    rows = dispatcher.loader("row", fetch=fetch)

    async def operation() -> Any:
        for _ in range(2):
            with pytest.raises(ValueError, match=r"Not now\."):
                await rows.load(1)
            with pytest.raises(ValueError, match=r"Not now\."):
                await rows.load_all([1, 1])
        assert len(dispatcher.batches) == 1
        rows.clear(1)
        return await rows.load(1), await rows.load_all([1])

    assert dispatcher.run(operation()) == ("found", ["found"])
    assert dispatcher.batches == [("row", [1]), ("row", [1])]


@pytest.mark.parametrize("values", [[], ["one"], ["one", "two", "three"], None])
def test_wrong_number_of_values_fails_every_key(values: Any) -> None:
    dispatcher = RecordingDispatcher()
    answers = iter([values, ["first", "second"]])
    rows = dispatcher.loader("row", fetch=lambda _: next(answers))

    async def operation() -> list[Any]:
        futures: list[Any] = [rows.load(1), rows.load_all([2, 1])]
        for failed in await asyncio.gather(*futures, return_exceptions=True):
            assert isinstance(failed, ValueError | TypeError)
        rows.clear_all()
        return await rows.load_all([1, 2])

    assert dispatcher.run(operation()) == ["first", "second"]


def test_cancelled_waiter_does_not_affect_another() -> None:
    dispatcher = RecordingDispatcher()
    rows = dispatcher.loader("row")

    async def operation() -> Any:
        leaving, staying = (asyncio.ensure_future(rows.load(1)) for _ in range(2))
        await asyncio.sleep(0)
        leaving.cancel()
        return await staying, leaving.cancelled(), await rows.load(1)

    assert dispatcher.run(operation()) == ("row:1", True, "row:1")
    assert dispatcher.batches == [("row", [1])]


def test_batch_without_waiters_affects_no_other_batch() -> None:
    dispatcher = RecordingDispatcher()
    broken, rows = dispatcher.loader("broken", fetch=_fails), dispatcher.loader("row")
    called: list[str] = []

    async def operation() -> Any:
        leaving: list[asyncio.Future[Any]] = [broken.load(1), broken.load_all([1]), rows.load(1)]
        leaving.append(dispatcher.call(lambda: called.append("call")))
        for future in leaving:
            future.cancel()
        return await rows.load(2)

    assert dispatcher.run(operation()) == "row:2"
    assert called == []


def test_failure_without_waiters_is_not_logged() -> None:
    dispatcher = RecordingDispatcher()
    first, second = (dispatcher.loader(name, fetch=_fails) for name in ("first", "second"))

    async def operation() -> str:
        wanted_later = second.load(1), second.load_all([1, 2])
        with pytest.raises(ValueError, match="No such table"):
            await first.load(1)
        del wanted_later
        return "done"

    assert dispatcher.run(operation()) == "done"
    # asyncio logs the exception when it deletes the future.
    gc.collect()
