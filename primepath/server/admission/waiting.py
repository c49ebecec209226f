"""Requests that wait, in the order in which they are due."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from itertools import count
from typing import Generic, Protocol, TypeVar


class Due(Protocol):
    """``caller``: the sender of a request. ``due``: the time at which it is due, see `Turns`."""

    caller: Hashable
    due: float


Item = TypeVar("Item", bound=Due)


class WaitingList(Generic[Item]):
    """Items that are due first come first. For equal times, the order is that of arrival."""

    def __init__(self) -> None:
        self._items: list[tuple[float, int, Item]] = []
        self._arrivals = count()
        self._by_caller: Counter[Hashable] = Counter()

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Item]:
        return (item for _due, _arrival, item in self._items)

    def add(self, item: Item) -> None:
        insort(self._items, (item.due, next(self._arrivals), item))
        self._by_caller[item.caller] += 1

    def remove(self, item: Item) -> None:
        position = next(place for place, each in enumerate(self) if each is item)
        del self._items[position]
        self._by_caller[item.caller] -= 1
        if not self._by_caller[item.caller]:
            del self._by_caller[item.caller]

    def count_of(self, caller: Hashable) -> int:
        return self._by_caller[caller]

    def ahead_of(self, due: float) -> int:
        """Return how many items come before a new one that is due at this time."""
        return bisect_right(self._items, due, key=lambda each: each[0])

    def first(self, can_run: Callable[[Item], bool]) -> Item | None:
        """Return the first item that can run now."""
        return next((item for item in self if can_run(item)), None)
