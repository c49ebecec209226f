"""Pauses of work in the background."""

from __future__ import annotations

import asyncio
import threading

import pytest

from loaders.dispatch import Dispatcher
from primepath.server import give_way
from primepath.server.give_way import GiveWay, RunningRequests
from tests.processes import PATIENCE

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


@pytest.fixture
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(give_way, "_MOST_SECONDS", PATIENCE)


@pytest.mark.usefixtures("_patient")
def test_work_waits_until_all_requests_have_ended() -> None:
    running, steps = RunningRequests(), list[str]()
    running.begin()
    running.begin()

    def end_both() -> None:
        for number in ("first", "second"):
            steps.append(number)
            running.end()

    other = threading.Timer(0.05, end_both)
    other.start()
    running.wait_for_short_ones()
    assert steps == ["first", "second"]
    other.join()
    running.wait_for_short_ones()


@pytest.mark.usefixtures("_patient")
def test_work_does_not_wait_for_a_long_request(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(give_way, "perf_counter", lambda: now[0])
    running = RunningRequests()
    running.begin()
    now[0] = 0.06
    running.wait_for_short_ones()


def test_work_goes_on_although_requests_run() -> None:
    running = RunningRequests()
    running.begin()
    running.wait_for_short_ones()


def test_operation_gives_way_between_its_steps() -> None:
    steps: list[str] = []
    dispatcher = Dispatcher(give_way=lambda: steps.append("pause"))

    async def step(name: str) -> None:
        steps.append(name)

    async def run() -> None:
        await asyncio.gather(step("a"), step("b"))

    dispatcher.run(run())
    assert steps[:5] == ["pause", "a", "pause", "b", "pause"]
