"""A lock that its waiters get in the order in which they came.

SQLite has one writer at a time. A connection that waits polls, at growing intervals. Among many writers of one process, some
never find the lock free: of 32, up to a fifth gave up after 5 seconds. In a queue each has its turn.
"""

from __future__ import annotations

import os
import threading
from collections import deque


class WriterQueue:
    """The writers of this process to one file. Writers of other processes are not in it."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._taken = False
        # One lock for each waiter. It is released when it is the waiter's turn.
        self._waiters: deque[threading.Lock] = deque()

    def enter(self, seconds: float) -> bool:
        """Wait until it is the caller's turn, for at most this time. Return whether it is."""
        with self._mutex:
            if not self._taken:
                self._taken = True
                return True
            if seconds <= 0:
                return False
            turn = threading.Lock()
            turn.acquire()
            self._waiters.append(turn)
        try:
            if turn.acquire(timeout=min(seconds, threading.TIMEOUT_MAX)):
                return True
        except BaseException:
            # A signal handler raised.
            if not self._withdraw(turn):
                self.leave()
            raise
        return not self._withdraw(turn)

    def leave(self) -> None:
        """End the caller's turn. It is the next waiter's turn now."""
        with self._mutex:
            if self._waiters:
                self._waiters.popleft().release()
            else:
                self._taken = False

    def _withdraw(self, turn: threading.Lock) -> bool:
        """Remove a waiter. Return False if its turn has come in the meantime."""
        with self._mutex:
            if turn not in self._waiters:
                return False
            self._waiters.remove(turn)
            return True


_queues: dict[str, WriterQueue] = {}
_mutex = threading.Lock()


def queue_of(file: str) -> WriterQueue:
    """Return the queue of a database file."""
    path = os.path.realpath(file)
    with _mutex:
        return _queues.setdefault(path, WriterQueue())
