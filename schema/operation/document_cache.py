"""A cache of prepared documents that one-off documents cannot flush."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class DocumentCache(Generic[T]):
    """Prepared documents, by their text.

    New documents enter a small probation segment. A second request promotes them to the protected segment, so one-off
    documents evict only each other. (A segmented cache: Karedla, Love and Wherry, "Caching strategies to improve disk
    system performance", 1994.)

    Segments are bounded by the total of ``characters`` in them: the memory of a document grows with its length.
    """

    def __init__(self, *, characters: int, probation_characters: int) -> None:
        self._protected = _LruSegment[T](characters)
        self._probation = _LruSegment[T](probation_characters)
        self._lock = Lock()

    def get(self, text: str) -> T | None:
        """Return what was prepared for ``text``, or None. A document on probation is promoted."""
        with self._lock:
            if (found := self._protected.get(text)) is not None:
                return found
            found = self._probation.pop(text)
            if found is not None:
                self._protected.put(text, found)
            return found

    def put(self, text: str, prepared: T) -> None:
        """Add a document that `get` did not find."""
        with self._lock:
            self._probation.put(text, prepared)

    def clear(self) -> None:
        with self._lock:
            self._protected.clear()
            self._probation.clear()

    def __len__(self) -> int:
        return len(self._protected) + len(self._probation)

    @property
    def characters(self) -> int:
        return self._protected.characters + self._probation.characters


class _LruSegment(Generic[T]):
    """A bounded part of the cache, which evicts the least recently used document first."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._entries: OrderedDict[str, T] = OrderedDict()
        self.characters = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, text: str) -> T | None:
        if text not in self._entries:
            return None
        self._entries.move_to_end(text)
        return self._entries[text]

    def put(self, text: str, prepared: T) -> None:
        self.pop(text)
        self._entries[text] = prepared
        self.characters += len(text)
        while self.characters > self._size:
            oldest, _ = self._entries.popitem(last=False)
            self.characters -= len(oldest)

    def pop(self, text: str) -> T | None:
        if text not in self._entries:
            return None
        self.characters -= len(text)
        return self._entries.pop(text)

    def clear(self) -> None:
        self._entries.clear()
        self.characters = 0
