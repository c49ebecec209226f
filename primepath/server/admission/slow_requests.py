"""Recognises requests that take much longer than others.

A running request cannot be interrupted. If every thread reads 15 years of all classes, or waits for one locked row, everyone else
waits for seconds. So requests that are known to be slow have few threads.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from statistics import median

from primepath.server.admission.recent import Recent

# The whole schedule of a year takes less, even on a busy machine.
_SLOW_SECONDS = 1.0
_TIMES_MEDIAN = 10
_MEDIAN_OF = 64
# The weight of the last request in a caller's share of slow requests.
_WEIGHT = 0.2
_MOST_KNOWN = 10_000


class SlowRequests:
    """Remembers what was slow: a request with the same content, or most recent requests of a caller."""

    def __init__(self) -> None:
        self._last: deque[float] = deque(maxlen=_MEDIAN_OF)
        self._since_median = 0
        self._threshold = _SLOW_SECONDS
        self._slow: Recent[Hashable, None] = Recent(_MOST_KNOWN)
        self._share: Recent[Hashable, float] = Recent(_MOST_KNOWN)

    def expects(self, caller: Hashable, content: Hashable) -> bool:
        """Return whether a request is probably slow."""
        return content in self._slow or self._share.get(caller, 0.0) > 0.5

    def record(self, caller: Hashable, content: Hashable, seconds: float) -> None:
        """Note how long a request has taken."""
        self._update_threshold(seconds)
        is_slow = seconds > self._threshold
        if is_slow:
            self._slow.set(content, None)
        else:
            self._slow.pop(content, None)
        share = self._share.get(caller, 0.0)
        if is_slow or share:
            share += _WEIGHT * (is_slow - share)
            if share < 0.01:
                self._share.pop(caller, None)
            else:
                self._share.set(caller, share)

    def _update_threshold(self, seconds: float) -> None:
        self._last.append(seconds)
        self._since_median += 1
        if self._since_median >= _MEDIAN_OF // 8:
            self._since_median = 0
            # If everything is slow, nothing is: then the machine is busy, or the database is slow.
            self._threshold = max(_SLOW_SECONDS, _TIMES_MEDIAN * median(self._last))
