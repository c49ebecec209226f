"""How long a statement may take where requests are served, and how a driver says that something took too long.

An operation looks at the time between its statements only, so one that does not end has to be stopped by the database itself.
`primepath.asgi` connects `limit_statements`; what `manage.py` does, as migrating, takes as long as it takes.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from typing import Any
from weakref import WeakSet

import psycopg
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg_pool import PoolTimeout

# Often enough to stop within some hundredths of a second, seldom enough to cost a usual statement nothing: each time
# SQLite's thread waits for its turn with Python's other threads.
_SQLITE_INSTRUCTIONS = 100_000
_TOOK_TOO_LONG_SQLITE = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_INTERRUPT}
_TOOK_TOO_LONG_POSTGRESQL = (
    psycopg.errors.QueryCanceled,
    psycopg.errors.LockNotAvailable,
    PoolTimeout,
)

# The sessions that have their limit. It belongs to the session, which the pool keeps and only this process uses, so it costs
# a round trip a session and none a request, and nothing has to be set back.
_limited: WeakSet[psycopg.Connection[Any]] = WeakSet()


def limit_statements(*, connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Holds each statement of a connection to `settings.STATEMENT_SECONDS`; a receiver of Django's ``connection_created``."""
    session: Any = connection.connection
    if connection.vendor == "postgresql":
        if session not in _limited:
            session.execute(f"SET statement_timeout = {_milliseconds()}")
            _limited.add(session)
        return
    session.execute(f"PRAGMA busy_timeout = {_milliseconds()}")
    clock = next(
        (each for each in connection.execute_wrappers if isinstance(each, _StatementTimer)),
        _StatementTimer(),
    )
    if clock not in connection.execute_wrappers:
        connection.execute_wrappers.append(clock)
    session.set_progress_handler(clock.has_run_out, _SQLITE_INSTRUCTIONS)


class _StatementTimer:
    """Stands between Django and SQLite, and notes when a statement began."""

    def __init__(self) -> None:
        self._end = float("inf")

    def __call__(self, execute: Callable[..., Any], *args: Any) -> Any:
        self._end = time.monotonic() + settings.STATEMENT_SECONDS
        return execute(*args)

    def has_run_out(self) -> bool:
        """Whether SQLite should stop."""
        return time.monotonic() > self._end


def _milliseconds() -> int:
    return max(1, round(1_000 * settings.STATEMENT_SECONDS))


def is_timeout(error: BaseException | None) -> bool:
    """Whether a driver raised ``error`` because a statement, a lock or a free connection of the pool let it wait too long."""
    while error is not None:
        if isinstance(error, _TOOK_TOO_LONG_POSTGRESQL):
            return True
        if isinstance(error, sqlite3.OperationalError):
            # The lower byte says what; the upper ones say why.
            return getattr(error, "sqlite_errorcode", 0) & 0xFF in _TOOK_TOO_LONG_SQLITE
        # Django raises its own error from the driver's.
        error = error.__cause__
    return False
