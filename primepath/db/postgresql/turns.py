"""Turns of threads, in the order in which they asked."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable


class Turns:
    """At most ``limit`` threads have a turn at the same time. The others wait in the order in which they asked."""

    def __init__(self, limit: int) -> None:
        self._lock = threading.Lock()
        # If a turn is free, no thread waits.
        self._free = limit
        self._waiting: deque[threading.Lock] = deque()

    @property
    def waiting(self) -> int:
        """Number of threads that wait."""
        return len(self._waiting)

    def take_free(self) -> bool:
        """Take a turn if one is free, without waiting. Return whether it was."""
        with self._lock:
            if not self._free:
                return False
            self._free -= 1
            return True

    def wait(self, seconds: float, check: Callable[[], None]) -> None:
        """Wait for a turn. Call ``check`` each time these ``seconds`` have passed; it raises to give up."""
        with self._lock:
            if self._free:
                self._free -= 1
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        try:
            while not turn.acquire(timeout=seconds):
                check()
        except BaseException:
            with self._lock:
                is_waiting = turn in self._waiting
                if is_waiting:
                    self._waiting.remove(turn)
            if not is_waiting:
                # It came at the same moment.
                self.end()
            raise

    def end(self) -> None:
        """End a turn. The thread that has waited longest gets it."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1
