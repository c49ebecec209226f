"""The times at which refusals are sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from primepath.server.processes import early_refusals as module
from primepath.server.processes.early_refusals import EarlyRefusals

pytestmark = pytest.mark.one_database


class Overload:
    """Refusals at times that the test sets."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_000.0
        self.sent = 0
        self.refusals = EarlyRefusals()
        monkeypatch.setattr(module, "monotonic", lambda: self.now)

    def refuse(self, number: int) -> int:
        """Refuse so many requests, and return how many refusals were sent immediately."""
        before = self.sent
        for _ in range(number):
            self.refusals.send(self._send)
        return self.sent - before

    def _send(self) -> None:
        self.sent += 1


def in_loop(test: Callable[[], None]) -> None:
    async def run() -> None:
        test()

    asyncio.run(run())


def test_refusals_are_immediate_until_there_are_many_all_the_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    overload = Overload(monkeypatch)

    def test() -> None:
        # Everyone comes at the same time.
        assert overload.refuse(1_000) == 1_000
        for _ in range(3):
            overload.now += 0.5
            assert overload.refuse(60) == 60
        overload.now += 0.5
        assert overload.refuse(60) == 0
        # A pause ends it.
        overload.now += 1.5
        assert overload.refuse(60) == 60

    in_loop(test)


def test_clients_with_patience_do_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    overload = Overload(monkeypatch)

    def test() -> None:
        for _ in range(20):
            assert overload.refuse(40) == 40
            overload.now += 0.5

    in_loop(test)


def test_delayed_refusals_are_sent_together(monkeypatch: pytest.MonkeyPatch) -> None:
    overload = Overload(monkeypatch)

    async def run() -> None:
        for _ in range(5):
            overload.now += 0.5
            overload.refuse(60)
        before = overload.sent
        assert overload.refuse(10) == 0
        overload.now += 0.2
        async with asyncio.timeout(20):
            while overload.sent == before:
                await asyncio.sleep(0.01)
        # The sixty before them, too.
        assert overload.sent == before + 70

    asyncio.run(run())
