"""The time limit of an operation: pending batches fail, loaded results are kept, and everything ends cleanly."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import pytest

from loaders.dispatch import Stage
from primepath.domain.errors import TimeLimitExceededError
from tests.concurrency.recording import RecordingDispatcher

pytestmark = [
    pytest.mark.usefixtures("_assert_nothing_left", "_assert_nothing_logged"),
    pytest.mark.one_database,
]


class BatchLimit:
    """A checkpoint that allows a number of batches."""

    def __init__(self, batches: int) -> None:
        self._left = batches

    def __call__(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise TimeLimitExceededError("Too late.")


def kinds(answers: list[Any]) -> list[Any]:
    return [type(each) if isinstance(each, Exception) else each for each in answers]


@pytest.mark.parametrize("batches", range(5))
def test_batches_after_the_time_limit_fail_and_earlier_results_are_kept(batches: int) -> None:
    dispatcher = RecordingDispatcher(BatchLimit(batches))
    rows, details = dispatcher.loader("row"), dispatcher.loader("detail", Stage.DETAIL)

    async def operation() -> list[Any]:
        waiting: list[asyncio.Future[Any]] = [
            rows.load(1),
            rows.load_all([2, 3]),
            dispatcher.call(lambda: "called"),
            details.load(4),
            details.load_all([5, 4]),
        ]
        return await asyncio.gather(*waiting, return_exceptions=True)

    late = TimeLimitExceededError
    answers: dict[int, list[Any]] = {
        0: [late] * 5,
        1: ["row:1", ["row:2", "row:3"], late, late, late],
        2: ["row:1", ["row:2", "row:3"], "called", late, late],
    }
    all_of_them = [*answers[2][:3], "detail:4", ["detail:5", "detail:4"]]
    assert kinds(dispatcher.run(operation())) == answers.get(batches, all_of_them)
    assert len(dispatcher.batches) == min(batches, 1) + (batches > 2)


def test_pending_call_is_never_made_after_the_time_limit() -> None:
    dispatcher = RecordingDispatcher(BatchLimit(1))
    called: list[int] = []

    async def operation() -> list[Any]:
        outcomes: list[Any] = []
        for number in range(3):
            outcomes += await asyncio.gather(
                dispatcher.call(partial(called.append, number)),
                return_exceptions=True,
            )
        return outcomes

    outcomes = dispatcher.run(operation())
    assert kinds(outcomes) == [None, TimeLimitExceededError, TimeLimitExceededError]
    assert called == [0]


def test_every_later_load_fails() -> None:
    dispatcher = RecordingDispatcher(BatchLimit(0))
    rows = dispatcher.loader("row")

    async def operation() -> int:
        failures = 0
        for key in [1, 1, 2, 2, 3]:
            try:
                await rows.load(key)
            except TimeLimitExceededError:
                failures += 1
        return failures

    assert dispatcher.run(operation()) == 5
    assert dispatcher.batches == []


def test_failures_without_waiters_are_not_logged() -> None:
    dispatcher = RecordingDispatcher(BatchLimit(0))
    rows, other = dispatcher.loader("row"), dispatcher.loader("other")

    async def operation() -> Any:
        unwanted = [rows.load(1), rows.load_all([1, 2]), dispatcher.call(int)]
        unwanted[-1].cancel()
        return await asyncio.gather(other.load(1), return_exceptions=True)

    assert kinds(dispatcher.run(operation())) == [TimeLimitExceededError]
