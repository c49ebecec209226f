"""Coroutines that begin to run immediately."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from typing import Any


def start(work: Coroutine[Any, Any, None]) -> asyncio.Task[None] | None:
    """Run ``work`` until it waits for the first time. Return a task with the rest, or None if it has ended.

    Most coroutines that send something do not wait. A task for each would cost more than what it sends. From Python 3.12 on, tasks can
    start like this themselves.
    """
    try:
        waits_for = work.send(None)
    except StopIteration:
        return None
    return asyncio.get_running_loop().create_task(_Begun(work, waits_for))


class _Begun(Coroutine[Any, Any, None]):
    """A coroutine that has begun, and what it waits for: the task must get that first."""

    def __init__(self, work: Coroutine[Any, Any, None], waits_for: Any) -> None:
        self._work = work
        self._waits_for = waits_for
        self._is_waiting = True

    def send(self, value: Any) -> Any:
        if self._is_waiting:
            self._is_waiting = False
            waits_for, self._waits_for = self._waits_for, None
            return waits_for
        return self._work.send(value)

    def throw(self, *error: Any) -> Any:
        # A task can be cancelled before its first step.
        self._is_waiting = False
        return self._work.throw(*error)

    def close(self) -> None:
        self._work.close()

    def __await__(self) -> Generator[Any, Any, None]:
        raise TypeError("Only a task can run it.")
