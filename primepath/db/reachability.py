"""The result of the last attempt to connect to PostgreSQL.

A pool without a free connection reports the same time-out if all connections are in use and if it cannot open any.
The difference matters to users and operators, so the class of its connections records the last attempt.
"""

from __future__ import annotations

import time
from typing import Any

import psycopg

# An attempt that takes longer counts as failed: the server is away, and something drops the packets.
_PATIENCE_SECONDS = 1


class _Reachability:
    """The result of the last attempt to connect, for the whole process."""

    def __init__(self) -> None:
        self.error: str | None = None
        self._pending: dict[int, float] = {}

    def begin(self, attempt: object) -> None:
        self._pending[id(attempt)] = time.monotonic()

    def end(self, attempt: object, error: str | None) -> None:
        self._pending.pop(id(attempt), None)
        self.error = error

    @property
    def problem(self) -> str | None:
        """The reason why the server cannot be reached. None if it can be reached, as far as this process knows."""
        if self.error is not None:
            return self.error
        # A copy: other threads change the dictionary.
        oldest = min(list(self._pending.values()), default=None)
        if oldest is not None and time.monotonic() - oldest > _PATIENCE_SECONDS:
            return "no response to an attempt to connect"
        return None


reachability = _Reachability()


def is_away(alias: str = "default") -> bool:
    """Return whether the database is known to be away, so that a request that needs it would only fail.

    It takes no lock and does no I/O, so the event loop can call it for each request. False for SQLite.
    """
    return reachability.problem is not None


class TrackedConnection(psycopg.Connection[Any]):
    """A connection of the pool. Connecting records in `reachability` whether it succeeded."""

    @classmethod
    def connect(cls, *args: Any, **kwargs: Any) -> Any:
        attempt = object()
        reachability.begin(attempt)
        try:
            connection = super().connect(*args, **kwargs)
        except psycopg.Error as error:
            reachability.end(attempt, str(error).strip())
            raise
        except BaseException:
            reachability.end(attempt, "the attempt to connect was interrupted")
            raise
        reachability.end(attempt, None)
        return connection
