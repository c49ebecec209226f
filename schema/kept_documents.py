"""Which documents are kept: those that are sent again and again, and not those that anybody can make up."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class KeptDocuments(Generic[T]):
    """What was prepared of the documents that were sent last, by their text.

    A document that was sent once waits in a small room of its own. Only one that is sent again while it waits there moves
    to where the good ones are, so documents that nobody sends twice push out each other and nothing else. (A segmented
    cache: Karedla, Love and Wherry, "Caching strategies to improve disk system performance", 1994.)

    Rooms are as large as the ``characters`` in them: what a document takes in memory grows with its length.
    """

    def __init__(self, *, characters: int, waiting_characters: int) -> None:
        self._good = _Room[T](characters)
        self._waiting = _Room[T](waiting_characters)
        self._lock = Lock()

    def get(self, text: str) -> T | None:
        """What is kept under ``text``, which was sent again."""
        with self._lock:
            if (found := self._good.get(text)) is not None:
                return found
            found = self._waiting.pop(text)
            if found is not None:
                self._good.put(text, found)
            return found

    def put(self, text: str, prepared: T) -> None:
        """Keeps what was prepared of a document that was not kept."""
        with self._lock:
            self._waiting.put(text, prepared)

    def clear(self) -> None:
        with self._lock:
            self._good.clear()
            self._waiting.clear()

    def __len__(self) -> int:
        return len(self._good) + len(self._waiting)

    @property
    def characters(self) -> int:
        return self._good.characters + self._waiting.characters


class _Room(Generic[T]):
    """The documents of which one was used least recently leaves first."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[str, T] = OrderedDict()
        self.characters = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, text: str) -> T | None:
        if text not in self._kept:
            return None
        self._kept.move_to_end(text)
        return self._kept[text]

    def put(self, text: str, prepared: T) -> None:
        self.pop(text)
        self._kept[text] = prepared
        self.characters += len(text)
        while self.characters > self._size:
            oldest, _ = self._kept.popitem(last=False)
            self.characters -= len(oldest)

    def pop(self, text: str) -> T | None:
        if text not in self._kept:
            return None
        self.characters -= len(text)
        return self._kept.pop(text)

    def clear(self) -> None:
        self._kept.clear()
        self.characters = 0
