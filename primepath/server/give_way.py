"""Work in the background that lets the threads of requests run first."""

from __future__ import annotations

from time import perf_counter, sleep

# Python takes the interpreter from a thread after 5 ms, and each request needs it several times.
_LONGEST_SECONDS = 0.0005
# The interpreter is free so long. Without a pause, no other thread would wake up in time to take it.
_PAUSE_SECONDS = 0.00005


class GiveWay:
    """Called often by a thread, it frees the interpreter for a moment whenever the thread has had it for some time."""

    __slots__ = ("_since",)

    def __init__(self) -> None:
        self._since = perf_counter()

    def __call__(self) -> None:
        if perf_counter() - self._since >= _LONGEST_SECONDS:
            sleep(_PAUSE_SECONDS)
            self._since = perf_counter()
