"""Requests that are running, for equal requests that would otherwise do the same work at the same time."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from threading import Lock

from primepath.models.database_state import DatabaseState
from primepath.server.answers import Later

_MOST_USELESS = 2_000


class Computation(Later):
    """A request that is running. ``state``: that of the database when its sender was read, or None so far."""

    def __init__(self) -> None:
        self.state: DatabaseState | None = None
        self._has_ended = False
        self._waiting: list[Callable[[], None]] = []
        self._lock = Lock()

    def observe(self, state: DatabaseState) -> None:
        self.state = state

    def can_serve(self, state: DatabaseState) -> bool:
        """Return whether its answer can be as new as this state. If it has not read the state so far, it will be."""
        return self.state is None or self.state._replace(marks=0) == state._replace(marks=0)

    async def wait(self) -> None:
        """Wait until the request has ended. Uses no thread."""
        loop = asyncio.get_running_loop()
        ended = asyncio.Event()

        def wake() -> None:
            # The loop is closed if the server had to stop.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(ended.set)

        with self._lock:
            if self._has_ended:
                return
            self._waiting.append(wake)
        await ended.wait()

    def end(self) -> None:
        with self._lock:
            self._has_ended = True
        for wake in self._waiting:
            wake()


class Computations:
    """The running requests by key. A newer one of the same key replaces an older one here."""

    def __init__(self) -> None:
        self._running: dict[bytes, Computation] = {}
        # Keys of requests with answers that could not be kept. Waiting for the next one would be in vain.
        self._useless: OrderedDict[bytes, None] = OrderedDict()
        self._lock = Lock()

    def join(self, key: bytes, *, may_wait: bool) -> tuple[Computation, bool]:
        """Return the running request with this key, or a new one of the caller. The second value is True if it is new.

        It is new if the caller must not wait, or if waiting would be of no use.
        """
        with self._lock:
            running = self._running.get(key)
            if running is not None and may_wait and key not in self._useless:
                return running, False
            computation = self._running[key] = Computation()
            return computation, True

    def end(self, key: bytes, computation: Computation, *, is_kept: bool) -> None:
        with self._lock:
            if self._running.get(key) is computation:
                del self._running[key]
            self._useless.pop(key, None)
            if not is_kept:
                self._useless[key] = None
                if len(self._useless) > _MOST_USELESS:
                    self._useless.popitem(last=False)
        computation.end()
