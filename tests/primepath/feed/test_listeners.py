"""Queues of listeners, and which groups a change concerns."""

from __future__ import annotations

import asyncio

import pytest

from primepath.feed.listeners import MOST_WAITING, Group, Interest, Listener
from primepath.feed.reading import ALL, Changed
from primepath.models.history_position import HistoryPosition

FOLLOWED = Interest(2026, frozenset({"A"}))


def make_listener() -> Listener:
    group = Group("key", FOLLOWED, None, HistoryPosition(), None)

    async def make() -> Listener:
        return Listener(group, "token")

    return asyncio.run(make())


def test_events_wait_in_order() -> None:
    listener = make_listener()
    for event in b"1", b"2":
        listener.offer(event)
    assert listener.ready.is_set()
    assert listener.take() == ([b"1", b"2"], False)
    assert not listener.ready.is_set()


def test_listener_that_does_not_read_keeps_a_bounded_queue_and_then_loads_again() -> None:
    listener = make_listener()
    for number in range(10 * MOST_WAITING):
        listener.offer(str(number).encode())
    assert listener.take() == ([], True)
    listener.offer(b"next")
    assert listener.take() == ([b"next"], False)


def test_listener_that_has_ended_stays_ready() -> None:
    listener = make_listener()
    listener.offer(b"last")
    listener.end()
    assert listener.take() == ([b"last"], False)
    assert listener.ready.is_set()


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
