"""Kept answers, up to a number of bytes. The least recently used ones are removed first."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from prometheus_client import Counter, Gauge

from schema.http.answer_cache.answer import Answer

_BYTES = Gauge(
    "primepath_answer_cache_bytes",
    "Memory that kept answers take, about.",
    multiprocess_mode="livesum",
)
_ENTRIES = Gauge(
    "primepath_answer_cache_entries", "Number of kept answers.", multiprocess_mode="livesum"
)
_EVICTED = Counter(
    "primepath_answer_cache_evictions_total",
    "Answers that were removed because others needed the memory.",
)
# A larger answer would push out too many others.
_LARGEST_PART = 4


class Store:
    """Answers by the key of their request."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._answers: OrderedDict[bytes, tuple[Answer, int]] = OrderedDict()
        self._lock = Lock()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, key: bytes) -> Answer | None:
        with self._lock:
            if key not in self._answers:
                return None
            self._answers.move_to_end(key)
            return self._answers[key][0]

    def put(self, key: bytes, answer: Answer) -> bool:
        """Keep an answer, or note that its size has changed. Return False if it is too large."""
        size = answer.size
        with self._lock:
            self._remove(key)
            is_kept = size * _LARGEST_PART <= self._limit
            if is_kept:
                self._answers[key] = answer, size
                self.bytes += size
            while self.bytes > self._limit:
                self._remove(next(iter(self._answers)))
                _EVICTED.inc()
            _BYTES.set(self.bytes)
            _ENTRIES.set(len(self._answers))
        return is_kept

    def _remove(self, key: bytes) -> None:
        found = self._answers.pop(key, None)
        if found is not None:
            self.bytes -= found[1]
