"""A queue that serves callers in turn."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")


class FairQueue(Generic[Item]):
    """Items that wait, each with its caller. Each caller has one turn, then the next caller."""

    def __init__(self) -> None:
        # The caller with the next turn is first.
        self._items: OrderedDict[Hashable, deque[Item]] = OrderedDict()
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Item]:
        for items in self._items.values():
            yield from items

    def add(self, caller: Hashable, item: Item) -> None:
        self._items.setdefault(caller, deque()).append(item)
        self._length += 1

    def remove(self, caller: Hashable, item: Item) -> None:
        self._items[caller].remove(item)
        self._forget_if_empty(caller)

    def count_of(self, caller: Hashable) -> int:
        return len(self._items.get(caller, ()))

    def ahead_of(self, caller: Hashable) -> int:
        """Return how many of the items would be served before a new one of ``caller``."""
        own = self.count_of(caller)
        # In each round before the new item, every other caller has one turn at most.
        return sum(min(len(items), own + 1) for items in self._items.values())

    def next_caller(self, can_run: Callable[[Hashable], bool]) -> Hashable | None:
        """Return the first caller whose item can run now."""
        return next((caller for caller in self._items if can_run(caller)), None)

    def take(self, caller: Hashable) -> Item:
        """Remove and return the oldest item of ``caller``. The caller's next turn comes after all others'."""
        item = self._items[caller].popleft()
        self._items.move_to_end(caller)
        self._forget_if_empty(caller)
        return item

    def _forget_if_empty(self, caller: Hashable) -> None:
        self._length -= 1
        if not self._items[caller]:
            del self._items[caller]
