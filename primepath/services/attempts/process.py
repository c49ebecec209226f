"""Counters in the memory of the process."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

# About 20 MB. Beyond that the oldest counters are deleted.
_MAX_COUNTERS = 100_000


class ProcessCounts:
    """Counters for the time in which no shared store is available."""

    errors: tuple[type[Exception], ...] = ()

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # The value and the expiry of each counter, oldest first.
        self._counters: dict[str, tuple[int, float]] = {}

    def add(self, names: Sequence[str], *, seconds: int) -> list[int]:
        now = time.monotonic()
        with self._lock:
            return [self._add_one(name, now, now + seconds) for name in names]

    def _add_one(self, name: str, now: float, expiry: float) -> int:
        count, expires_at = self._counters.get(name, (0, 0.0))
        if expires_at <= now:
            self._counters.pop(name, None)
            count, expires_at = 0, expiry
        self._counters[name] = (count + 1, expires_at)
        if len(self._counters) > _MAX_COUNTERS:
            del self._counters[next(iter(self._counters))]
        return count + 1

    def take_back(self, names: Sequence[str]) -> None:
        with self._lock:
            for name in names:
                count, expires_at = self._counters.get(name, (0, 0.0))
                if count > 0:
                    self._counters[name] = (count - 1, expires_at)

    def reset(self, name: str) -> None:
        with self._lock:
            self._counters.pop(name, None)
