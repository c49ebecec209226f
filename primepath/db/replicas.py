"""The replicas of the database: which of them can be read now, and how many reads each one serves."""

from __future__ import annotations

import itertools
import logging
import os
import socket
import threading
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, Error, connections
from prometheus_client import Counter, Gauge

logger = logging.getLogger("primepath.replicas")

_UNCHECKED = "it has not been checked yet"

READS = Counter(
    "primepath_replica_reads",
    "Read operations by outcome: replica, or why the primary served them: behind, none, failed, repeated.",
    ["outcome"],
)
_UP = Gauge(
    "primepath_replica_up",
    "1 if reads can use the replica.",
    ["replica"],
    multiprocess_mode="livemin",
)


class Replica:
    """A replica, as this process sees it.

    ``alias``: its name in Django's settings. ``name``: its host and port, for people.
    A replica is left out until its probe has found it usable; see `primepath.db.replica_probe`.
    """

    def __init__(self, alias: str) -> None:
        config = connections.settings[alias]
        self.alias = alias
        self.name = f"{config['HOST'] or 'localhost'}:{config['PORT'] or 5432}"
        self.reads = 0
        self.last_taken = 0
        # Set to make the probe check immediately.
        self.suspected = threading.Event()
        self._capacity: int = config["OPTIONS"]["pool"]["max_size"]
        self._problem: str | None = _UNCHECKED
        self._sockets: set[socket.socket] = set()
        self._lock = threading.Lock()
        _UP.labels(self.name).set(0)

    @property
    def is_free(self) -> bool:
        return self._problem is None and self.reads < self._capacity

    def begin(self, number: int) -> None:
        """Count a read, the ``number``-th of the process. `disconnect` ends it."""
        with self._lock:
            self.reads += 1
            self.last_taken = number

    def take_in(self) -> None:
        """Let reads use the replica. The probe calls this after each check that found nothing wrong."""
        with self._lock:
            was_left_out, self._problem = self._problem is not None, None
        if was_left_out:
            _UP.labels(self.name).set(1)
            logger.info("Replica %s is used.", self.name)

    def suspect(self, problem: str) -> None:
        """Leave the replica out until its next check, and check it immediately."""
        self._leave_out(problem)
        self.suspected.set()

    def leave_out(self, problem: str, *, lost: bool) -> None:
        """Leave the replica out. If it is ``lost``, its connections are too.

        Reads that wait for a lost replica fail immediately, so they can be repeated on the primary. They could not notice
        for a long time that it does not respond.
        """
        self._leave_out(problem)
        if not lost:
            return
        with self._lock:
            for each in self._sockets:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def _leave_out(self, problem: str) -> None:
        with self._lock:
            is_new = self._problem in {None, _UNCHECKED}
            if is_new:
                self._problem = problem
        _UP.labels(self.name).set(0)
        if is_new:
            logger.warning("Replica %s is left out: %s.", self.name, problem)

    def connect(self) -> socket.socket:
        """Connect this thread to the replica. Pass the result to `disconnect`.

        Raises Django's `Error`.
        """
        wrapper: Any = connections[self.alias]
        wrapper.ensure_connection()
        # A descriptor of its own. When the connection breaks, its descriptor is closed, and the next file or socket of the
        # process gets the same number.
        watched = socket.socket(fileno=os.dup(wrapper.connection.pgconn.socket))
        with self._lock:
            self._sockets.add(watched)
        return watched

    def disconnect(self, watched: socket.socket | None) -> None:
        """Return this thread's connection to the pool, and end its read."""
        with self._lock:
            self.reads -= 1
            if watched is not None:
                self._sockets.discard(watched)
                watched.close()
        with suppress(Error):
            connections[self.alias].close()


class Replicas:
    """All replicas of the settings."""

    def __init__(self, aliases: Iterable[str]) -> None:
        self.all = [Replica(alias) for alias in aliases]
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def take(self) -> Replica | None:
        """Return the replica with the fewest reads, in turns if they are equal. None if none is usable and free.

        The caller must call its `disconnect`.
        """
        with self._lock:
            free = [replica for replica in self.all if replica.is_free]
            if not free:
                return None
            chosen = min(free, key=lambda replica: (replica.reads, replica.last_taken))
            chosen.begin(next(self._numbers))
            return chosen


_creating = threading.Lock()


def replicas() -> Replicas:
    """Return the replicas of the settings. All threads get the same object."""
    with _creating:
        return configured_replicas()


@cache
def configured_replicas() -> Replicas:
    return Replicas(alias for alias in connections.settings if alias != DEFAULT_DB_ALIAS)
