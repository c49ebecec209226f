"""The time of an operation, and of reading what it saved."""

from __future__ import annotations

import time

import pytest
from pytest_django import Settings

from primepath.domain.errors import TimeLimitExceededError
from primepath.server.time_limit import TimeLimit


class Clock:
    """A replacement for `time.monotonic`."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Clock:
    settings.OPERATION_SECONDS, settings.PAYLOAD_SECONDS = 10, 4
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock)
    return clock


def allowed(limit: TimeLimit) -> tuple[bool, bool]:
    """Return whether the operation can read, and whether it can write."""
    found = []
    for check in (limit.check, limit.check_before_write):
        try:
            check()
            found.append(True)
        except TimeLimitExceededError:
            found.append(False)
    return found[0], found[1]


def test_operation_ends_when_its_time_is_over(clock: Clock) -> None:
    limit = TimeLimit(clock.now)
    clock.now += 10
    assert allowed(limit) == (True, True)
    clock.now += 0.001
    assert allowed(limit) == (False, False)


def test_late_change_has_time_for_its_payload_but_no_further_change_begins(clock: Clock) -> None:
    limit = TimeLimit(clock.now)
    clock.now += 9
    limit.allow_for_payload()
    clock.now += 4
    assert allowed(limit) == (True, False)
    clock.now += 0.001
    assert allowed(limit) == (False, False)


def test_early_change_does_not_shorten_the_time_of_the_operation(clock: Clock) -> None:
    limit = TimeLimit(clock.now)
    limit.allow_for_payload()
    clock.now += 10
    assert allowed(limit) == (True, True)


def test_no_limit_without_a_start(clock: Clock) -> None:
    clock.now = 1e12
    assert allowed(TimeLimit()) == (True, True)
