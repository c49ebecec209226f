"""Work in the background that lets the threads of requests run first."""

from __future__ import annotations

import threading
from time import perf_counter, sleep

# Python takes the interpreter from a thread after 5 ms, and each request needs it several times.
_LONGEST_SECONDS = 0.0005
# The interpreter is free so long. Without a pause, no other thread would wake up in time to take it.
_PAUSE_SECONDS = 0.00005
# The work has at least a tenth of the time, however many requests there are.
_MOST_SECONDS = 0.005
# A request that runs for longer probably waits for the database, and not for the interpreter.
_SHORT_SECONDS = 0.05


class RunningRequests:
    """The requests that run in this process."""

    def __init__(self) -> None:
        self._number = 0
        self._latest = 0.0
        self._lock = threading.Lock()
        self._none_runs = threading.Event()
        self._none_runs.set()

    def begin(self) -> None:
        with self._lock:
            self._number += 1
            self._latest = perf_counter()
            self._none_runs.clear()

    def end(self) -> None:
        with self._lock:
            self._number -= 1
            if not self._number:
                self._none_runs.set()

    def any_runs(self) -> bool:
        return not self._none_runs.is_set()

    def wait_for_short_ones(self) -> None:
        """Wait until no request runs, for a moment at most. Do not wait if the latest one has run for long."""
        if perf_counter() - self._latest < _SHORT_SECONDS:
            self._none_runs.wait(_MOST_SECONDS)


running_requests = RunningRequests()


class GiveWay:
    """Called often by a thread, it frees the interpreter for a moment whenever the thread has had it for some time.

    If requests run then, it waits until they have ended. Otherwise a request could wait for this thread each time it has sent or
    received something.
    """

    __slots__ = ("_since",)

    def __init__(self) -> None:
        self._since = perf_counter()

    def __call__(self) -> None:
        if perf_counter() - self._since >= _LONGEST_SECONDS:
            sleep(_PAUSE_SECONDS)
            running_requests.wait_for_short_ones()
            self._since = perf_counter()
