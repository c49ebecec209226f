"""Requests that wait, in the order of their tags."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from itertools import count
from typing import Generic, Protocol, TypeVar


class Tagged(Protocol):
    """``caller``: the sender of a request. ``tag``: its place in the order, see `Turns`."""

    caller: Hashable
    tag: float


Item = TypeVar("Item", bound=Tagged)


class WaitingList(Generic[Item]):
    """Items with the smallest tag first. With equal tags, the order is that of arrival."""

    def __init__(self) -> None:
        self._items: list[tuple[float, int, Item]] = []
        self._arrivals = count()
        self._by_caller: Counter[Hashable] = Counter()

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Item]:
        return (item for _tag, _arrival, item in self._items)

    def add(self, item: Item) -> None:
        insort(self._items, (item.tag, next(self._arrivals), item))
        self._by_caller[item.caller] += 1

    def remove(self, item: Item) -> None:
        position = next(place for place, each in enumerate(self) if each is item)
        del self._items[position]
        self._by_caller[item.caller] -= 1
        if not self._by_caller[item.caller]:
            del self._by_caller[item.caller]

    def count_of(self, caller: Hashable) -> int:
        return self._by_caller[caller]

    def ahead_of(self, tag: float) -> int:
        """Return how many items come before a new one with this tag."""
        return bisect_right(self._items, tag, key=lambda each: each[0])

    def first(self, can_run: Callable[[Hashable], bool]) -> Item | None:
        """Return the first item of a caller who can run a request now."""
        return next((item for item in self if can_run(item.caller)), None)
