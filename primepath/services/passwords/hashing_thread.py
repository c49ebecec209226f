"""The thread that hashes passwords: one hash at a time per process, in order of arrival.

A hash is expensive by design. When a school signs in at eight o'clock, 60 hashes at the same time would take all processors,
and each would keep a database connection. So the thread that handles a request returns its connection and waits. The
hashing thread has a lower priority, which the operating system cannot raise again for an ordinary user. And it pauses between
two hashes, so that it leaves most of a processor to others. The pauses are shorter while many passwords wait.
"""

from __future__ import annotations

import os
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import connections
from django.utils.translation import gettext as _
from prometheus_client import Counter, Histogram

from primepath.domain.errors import OverloadedError

_Result = TypeVar("_Result")
_Parameters = ParamSpec("_Parameters")

# On a busy processor, a thread of this priority runs 0.64 times as long as an ordinary one. With the lowest
# priority (19) it would be 0.015, and sign-ins would fail instead of being slow.
_NICENESS = 2
# The pause after a hash, as a multiple of its time.
_PAUSE = 4
# All passwords that wait should be hashed within this part of an operation's time.
_SHARE_FOR_ALL = 0.55
# The rest of an operation's time is for reading the account before, and storing the session or token after.
_SHARE_OF_OPERATION = 0.75
_RETRY_SECONDS = (2, 5)
_FIRST_GUESS_SECONDS = 0.1
_WEIGHT_OF_NEWEST = 0.2

_waits = Histogram(
    "primepath_password_wait_seconds", "Time that a password waited for the hashing thread."
)
_durations = Histogram("primepath_password_hash_seconds", "Time that one password hash took.")
_refusals = Counter(
    "primepath_password_refusals", "Passwords that were refused because too many were waiting."
)


class HashingThread:
    """Hashes passwords one at a time.

    A thread that handles a request takes a *place* for each password. Places bound the time that a password waits: without a
    chance to be served in time, it is refused immediately.
    """

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(
            1, thread_name_prefix="password", initializer=self._start
        )
        self._ident = 0
        self._lock = threading.Lock()
        self._places = 0
        self._seconds_per_place = _FIRST_GUESS_SECONDS
        self._sleep = time.sleep
        self._last_seconds = 0.0
        self._ended_at = 0.0
        self._own = _Own()
        self.queue: Callable[[], tuple[int, float]] = lambda: (0, 0.0)
        """Return how many further requests wait to check a password, and for how many seconds the first one has."""

    @contextmanager
    def place(self) -> Iterator[None]:
        """Take a place for all hashes of the block, or raise `OverloadedError`.

        Verifying an imported hash and replacing it are two hashes. With a place for both, the second one is never refused.
        """
        if self._own.has_place:
            yield
            return
        with self._lock:
            if self._places * self._seconds_per_place > _max_wait():
                raise _refusal()
            self._places += 1
        self._own.has_place = True
        self._own.seconds = 0.0
        try:
            yield
        finally:
            self._own.has_place = False
            with self._lock:
                self._places -= 1
                if seconds := self._own.seconds:
                    self._seconds_per_place += _WEIGHT_OF_NEWEST * (
                        seconds - self._seconds_per_place
                    )

    def run(
        self,
        function: Callable[_Parameters, _Result],
        *args: _Parameters.args,
        **kwargs: _Parameters.kwargs,
    ) -> _Result:
        """Return the result of ``function``, which hashes a password, without a database connection meanwhile.

        In a transaction it runs immediately, in the calling thread: waiting would prolong the locks of the transaction.

        Raises `OverloadedError` if the hash cannot begin in time.
        """
        if threading.get_ident() == self._ident or any(
            connection.in_atomic_block for connection in connections.all(initialized_only=True)
        ):
            return function(*args, **kwargs)
        limit = _max_wait()
        with self.place():
            _release_connections()
            work = partial(function, *args, **kwargs)
            hashed = self._executor.submit(self._timed, work, time.monotonic())
            try:
                result, seconds = hashed.result(limit)
            except TimeoutError:
                hashed.cancel()
                raise _refusal() from None
            self._own.seconds += seconds
            return result

    def _start(self) -> None:
        self._ident = threading.get_ident()
        if sys.platform == "linux":
            # Only Linux has priorities of threads.
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _niceness())

    def _timed(self, work: Callable[[], _Result], since: float) -> tuple[_Result, float]:
        self._pause()
        begun = time.monotonic()
        _waits.observe(begun - since)
        result = work()
        self._ended_at = time.monotonic()
        self._last_seconds = self._ended_at - begun
        _durations.observe(self._last_seconds)
        return result, self._last_seconds

    def _pause(self) -> None:
        """Wait until some time after the last hash."""
        number, waited = self.queue()
        left = settings.OPERATION_SECONDS * _SHARE_FOR_ALL - waited
        pause = min(_PAUSE * self._last_seconds, left / (number + 1) - self._last_seconds)
        self._sleep(max(0.0, self._ended_at + pause - time.monotonic()))


class _Own(threading.local):
    """State of the thread that waits for its password."""

    has_place = False
    seconds = 0.0


def _niceness() -> int:
    return min(os.getpriority(os.PRIO_PROCESS, 0) + _NICENESS, 19)


def _max_wait() -> float:
    return settings.OPERATION_SECONDS * _SHARE_OF_OPERATION


def _refusal() -> OverloadedError:
    _refusals.inc()
    # Random, so that all who were refused do not come back at the same moment.
    seconds = random.randint(*_RETRY_SECONDS)  # noqa: S311
    template = _(
        "The server is checking too many passwords at the moment. Try again in {seconds} seconds."
    )
    return OverloadedError(template.format(seconds=seconds), retry_after_seconds=seconds)


def _release_connections() -> None:
    """Return the calling thread's connections to the pool. SQLite has no pool, and its connections block no one."""
    for connection in connections.all(initialized_only=True):
        if connection.vendor == "postgresql":
            connection.close()


hashing_thread = HashingThread()
