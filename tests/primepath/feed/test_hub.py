"""Admission of streams, and the position from which the first listeners of a process hear of changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Hashable, Sequence
from contextlib import nullcontext
from typing import Any

import pytest
from pytest_django import Settings

from primepath.domain.errors import UnavailableError
from primepath.feed import hub as hub_module
from primepath.feed.hub import Hub, TooManyStreamsError
from primepath.feed.listeners import Evaluated, Group, Interest, Listener
from primepath.feed.reading import Changed
from primepath.models.history_position import HistoryPosition

pytestmark = pytest.mark.one_database


def run(work: Callable[[Hub], Coroutine[Any, Any, None]]) -> None:
    async def with_hub() -> None:
        await work(Hub(_NoReader()))

    asyncio.run(with_hub())


def make_group(key: str, position: int = 0) -> Group:
    return Group(key, Interest(2026, frozenset(key)), None, HistoryPosition(position), None)


def test_streams_are_counted_for_each_user_and_for_all(settings: Settings) -> None:
    settings.STREAMS_PER_USER, settings.STREAMS = 2, 3

    async def work(hub: Hub) -> None:
        for viewer in ("a", "a", "b"):
            hub.admit(viewer)
        for viewer in ("a", "c"):
            with pytest.raises(TooManyStreamsError):
                hub.admit(viewer)
        # A refused stream is not counted, and an ended one no longer is.
        for viewer in ("a", "a", "b"):
            hub.dismiss(viewer)
        for viewer in ("a", "a", "c"):
            hub.admit(viewer)

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
        joining = [asyncio.create_task(hub.join(make_group(key), Listener(key))) for key in "ab"]
        await asyncio.sleep(0)
        for position, value in zip(positions, (early, late), strict=True):
            position.set_result(value)
        await asyncio.gather(*joining)
        await asyncio.wait_for(has_read.wait(), 10)

    run(work)
    assert read_from == [early]


def test_each_group_has_all_changes_after_a_wake_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Groups without a change move to the new position. Groups that joined while it was read begin at their own."""
    monkeypatch.setattr(hub_module, "_COMBINE_SECONDS", 0)
    monkeypatch.setattr(hub_module, "_TOGETHER", 1)
    monkeypatch.setattr(hub_module, "Waker", lambda _wake: _NoWaker())
    monkeypatch.setattr(hub_module, "one_state", nullcontext)
    changes = Changed(frozenset({("A", 2026), ("B", 2026)}), everything=False)
    monkeypatch.setattr(hub_module, "changed_since", lambda _: (HistoryPosition(2), changes))
    evaluated: list[list[tuple[Hashable, int]]] = []

    async def work(hub: Hub) -> None:
        class Read(_NoReader):
            def evaluate(self, groups: Sequence[Group], _snapshot: object) -> list[Any]:
                evaluated.append([(each.key, each.position.entry_id) for each in groups])
                return [Evaluated(HistoryPosition(3), None) for _ in groups]

        hub._reader = Read()
        has_begun, is_allowed = asyncio.Event(), asyncio.Event()

        async def run(read: Callable[[], Any]) -> Any:
            has_begun.set()
            await is_allowed.wait()
            return read()

        hub._position = HistoryPosition(1)
        hub._begin()
        monkeypatch.setattr(hub, "run", run)
        groups = {key: make_group(key, 1) for key in "ABC"}
        for key, group in groups.items():
            await hub.join(group, Listener(key))
        hub._wake()
        await has_begun.wait()
        late = make_group("D", 1)
        await hub.join(late, Listener("D"))
        is_allowed.set()
        while hub._evaluating or len(evaluated) < 3:
            await asyncio.sleep(0)
        assert {key: group.position.entry_id for key, group in groups.items()} == {
            "A": 3,
            "B": 3,
            "C": 2,
        }
        assert late.position.entry_id == 3

    run(work)
    assert sorted(evaluated) == [[("A", 1)], [("B", 1)], [("D", 1)]]


def test_group_that_failed_keeps_its_position_and_is_evaluated_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hub_module, "_RETRY_SECONDS", 0)
    monkeypatch.setattr(hub_module, "one_state", nullcontext)
    positions: list[int] = []

    async def work(hub: Hub) -> None:
        class Read(_NoReader):
            def evaluate(self, groups: Sequence[Group], _snapshot: object) -> list[Any]:
                positions.append(groups[0].position.entry_id)
                if len(positions) == 1:
                    return [UnavailableError("Away.", retry_after_seconds=1)]
                return [Evaluated(HistoryPosition(2), None)]

        async def run(read: Callable[[], Any]) -> Any:
            return read()

        hub._reader = Read()
        hub._position = HistoryPosition(1)
        monkeypatch.setattr(hub, "run", run)
        group = make_group("A", 1)
        await hub.join(group, Listener("A"))
        hub.evaluate_soon(group)
        while len(positions) < 2 or hub._evaluating:
            await asyncio.sleep(0)
        assert group.position.entry_id == 2

    run(work)
    assert positions == [1, 1]


class _NoReader:
    def evaluate(self, _groups: Sequence[Group], _snapshot: object) -> list[Any]:
        raise AssertionError

    def find_invalid(self, _credentials: Collection[Hashable]) -> Collection[Hashable]:
        return ()


class _NoWaker:
    def stop(self) -> None:
        pass
