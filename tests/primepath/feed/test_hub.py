"""Admission of streams, and the position from which the first listeners of a process hear of changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from typing import Any

import pytest
from pytest_django import Settings

from primepath.feed import hub as hub_module
from primepath.feed.hub import Hub, TooManyStreamsError
from primepath.feed.listeners import Evaluated, Group, Interest
from primepath.models.history_position import HistoryPosition

pytestmark = pytest.mark.one_database


def run(work: Callable[[Hub], Coroutine[Any, Any, None]]) -> None:
    async def with_hub() -> None:
        await work(Hub(lambda _: ()))

    asyncio.run(with_hub())


def make_group(key: str) -> Group:
    interest = Interest(2026, None)
    return Group(key, interest, lambda state, _credentials: Evaluated(state), None)


def test_streams_are_counted_for_each_user_and_for_all(settings: Settings) -> None:
    settings.STREAMS_PER_USER, settings.STREAMS = 2, 3

    async def work(hub: Hub) -> None:
        with ExitStack() as open_streams:
            for viewer in ("a", "a", "b"):
                open_streams.enter_context(hub.admitted(viewer))
            for viewer in ("a", "c"):
                with pytest.raises(TooManyStreamsError), hub.admitted(viewer):
                    pass
        # A refused stream is not counted, and an ended one no longer is.
        with hub.admitted("a"), hub.admitted("a"), hub.admitted("c"):
            pass

    run(work)


def test_first_listeners_at_the_same_time_miss_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one reads a later position: changes before it must still reach the first one."""
    early, late = HistoryPosition(1), HistoryPosition(2)
    read_from: list[HistoryPosition] = []
    monkeypatch.setattr(hub_module, "_COMBINE_SECONDS", 0)
    monkeypatch.setattr(hub_module, "Waker", lambda wake: wake() or _NoWaker())

    async def work(hub: Hub) -> None:
        positions = [asyncio.get_running_loop().create_future() for _ in range(2)]
        waiting = iter(positions)
        has_read = asyncio.Event()

        async def read(work: Any) -> Any:
            position = next(waiting, None)
            if position is not None:
                return await position
            read_from.append(work.args[0])
            has_read.set()
            return await asyncio.Event().wait()

        monkeypatch.setattr(hub, "run", read)
        joining = [asyncio.create_task(hub.join(make_group(key), credentials=key)) for key in "ab"]
        await asyncio.sleep(0)
        for position, value in zip(positions, (early, late), strict=True):
            position.set_result(value)
        await asyncio.gather(*joining)
        await asyncio.wait_for(has_read.wait(), 10)

    run(work)
    assert read_from == [early]


class _NoWaker:
    def stop(self) -> None:
        pass
