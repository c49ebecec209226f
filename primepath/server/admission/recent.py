"""A dictionary of limited length."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(OrderedDict[Key, Value], Generic[Key, Value]):
    """Keeps the ``length`` entries that were set last, with `set`."""

    def __init__(self, length: int) -> None:
        super().__init__()
        self._length = length

    def set(self, key: Key, value: Value) -> None:
        self[key] = value
        self.move_to_end(key)
        if len(self) > self._length:
            self.popitem(last=False)
