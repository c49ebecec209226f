"""Pauses of work in the background."""

from __future__ import annotations

import asyncio

import pytest

from loaders.dispatch import Dispatcher
from primepath.server import give_way
from primepath.server.give_way import GiveWay

pytestmark = pytest.mark.one_database


def test_pause_comes_after_some_time_and_only_then(monkeypatch: pytest.MonkeyPatch) -> None:
    now, pauses = [0.0], list[float]()
    monkeypatch.setattr(give_way, "perf_counter", lambda: now[0])
    monkeypatch.setattr(give_way, "sleep", pauses.append)
    pause = GiveWay()
    for moment in (0.0001, 0.0004, 0.0006, 0.0007, 0.0012):
        now[0] = moment
        pause()
    assert len(pauses) == 2


def test_operation_gives_way_between_its_steps() -> None:
    steps: list[str] = []
    dispatcher = Dispatcher(give_way=lambda: steps.append("pause"))

    async def step(name: str) -> None:
        steps.append(name)

    async def run() -> None:
        await asyncio.gather(step("a"), step("b"))

    dispatcher.run(run())
    assert steps[:5] == ["pause", "a", "pause", "b", "pause"]
