"""The database that the current operation reads: the primary, or a replica.

An operation runs in one thread, and Django's connections belong to threads. So the choice belongs to the thread too.
Writes, authentication and everything outside of a read operation use the primary.
"""

from __future__ import annotations

import math
import threading
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper


class ReplicaBehindError(Exception):
    """The replica lacks changes that the client has already seen."""


class _Reading(threading.local):
    """The source of the thread's reads.

    ``alias``: the connection. ``complete_below``: the replica's snapshot has the changes of all transactions with lower ids.
    ``problem``: the reason why the operation must be repeated on the primary, or None.
    """

    alias: str = DEFAULT_DB_ALIAS
    complete_below: float = math.inf
    problem: Exception | None = None

    def use_primary(self) -> None:
        self.alias = DEFAULT_DB_ALIAS
        self.complete_below = math.inf


reading = _Reading()


def reading_connection() -> BaseDatabaseWrapper:
    """Return the thread's connection for reads."""
    return connections[reading.alias]


def reads_replica() -> bool:
    """Return whether the thread reads from a replica."""
    return reading.alias != DEFAULT_DB_ALIAS


def require_replayed(end: int) -> None:
    """Check that the reads include every transaction with an id below ``end``. The primary's always do.

    Raises `ReplicaBehindError`, and notes that the operation must be repeated on the primary.
    """
    if reading.complete_below < end:
        reading.problem = ReplicaBehindError(f"Transactions below {end} are not replayed.")
        raise reading.problem


class ReadingRouter:
    """Django's router: query sets of a read operation use its connection. It is installed only if there are replicas."""

    def db_for_read(self, model: Any, **_: Any) -> str:
        return reading.alias

    def db_for_write(self, model: Any, **_: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, *_: Any, **__: Any) -> bool:
        return True

    def allow_migrate(self, db: str, *_: Any, **__: Any) -> bool:
        return db == DEFAULT_DB_ALIAS
