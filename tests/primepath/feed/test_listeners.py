"""Queues of listeners, and which groups a change concerns."""

from __future__ import annotations

import pytest

from primepath.feed.listeners import MOST_WAITING, Interest, Listener
from primepath.feed.reading import ALL, Changed

FOLLOWED = Interest(2026, frozenset({"A"}))


class _Noted(Listener):
    """Counts how often it was woken."""

    woken = 0

    def wake(self) -> None:
        self.woken += 1


def is_ready(listener: Listener) -> bool:
    """Return its current value, which the type checker would take for constant."""
    return listener.is_ready


def test_events_wait_in_order() -> None:
    listener = _Noted("token")
    assert not is_ready(listener)
    for event in b"1", b"2":
        listener.offer(event)
    assert is_ready(listener)
    assert listener.woken == 2
    assert listener.take() == ([b"1", b"2"], False)
    assert not is_ready(listener)


def test_listener_that_does_not_read_keeps_a_bounded_queue_and_then_loads_again() -> None:
    listener = _Noted("token")
    for number in range(10 * MOST_WAITING):
        listener.offer(str(number).encode())
    assert is_ready(listener)
    assert listener.take() == ([], True)
    assert not is_ready(listener)
    listener.offer(b"next")
    assert listener.take() == ([b"next"], False)


def test_listener_that_has_ended_stays_ready() -> None:
    listener = _Noted("token")
    listener.offer(b"last")
    listener.end()
    assert listener.woken == 2
    assert listener.take() == ([b"last"], False)
    assert is_ready(listener)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (Changed(frozenset({("A", 2026)}), everything=False), True),
        (Changed(frozenset({("A", 2027), ("B", 2026)}), everything=False), False),
        (Changed(frozenset(), everything=False), False),
        (ALL, True),
    ],
)
def test_group_is_evaluated_only_for_what_it_follows(changed: Changed, expected: bool) -> None:
    assert FOLLOWED.includes(changed) is expected


def test_group_of_all_classes() -> None:
    everyone = Interest(2026, None)
    assert everyone.includes(Changed(frozenset({("B", 2026)}), everything=False))
    assert not everyone.includes(Changed(frozenset({("B", 2027)}), everything=False))
