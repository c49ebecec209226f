"""The timeout of database statements while requests are served, and the recognition of timeouts.

An operation checks its time limit only between statements, so the database must stop a statement that does not end.
`primepath.asgi` connects `limit_statements`. Commands of `manage.py`, such as migrations, have no timeout.
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

# This stops a statement within some hundredths of a second, and costs a usual statement nothing. Each call waits for
# Python's interpreter lock.
_SQLITE_INSTRUCTIONS = 100_000
_SQLITE_TIMEOUTS = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_INTERRUPT}
_POSTGRESQL_TIMEOUTS = (
    psycopg.errors.QueryCanceled,
    psycopg.errors.LockNotAvailable,
    PoolTimeout,
)

# Sessions with a timeout. The pool keeps sessions, and only this process uses them. So the timeout costs one round trip
# per session and none per request, and need not be reset.
_limited: WeakSet[psycopg.Connection[Any]] = WeakSet()


def limit_statements(*, connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Limit each statement of a connection to `settings.STATEMENT_SECONDS`. Receives Django's signal ``connection_created``."""
    session: Any = connection.connection
    if connection.vendor == "postgresql":
        if session not in _limited:
            session.execute(f"SET statement_timeout = {_milliseconds()}")
            _limited.add(session)
        return
    session.execute(f"PRAGMA busy_timeout = {_milliseconds()}")
    timer = next(
        (each for each in connection.execute_wrappers if isinstance(each, _StatementTimer)),
        _StatementTimer(),
    )
    if timer not in connection.execute_wrappers:
        connection.execute_wrappers.append(timer)
    session.set_progress_handler(timer.has_run_out, _SQLITE_INSTRUCTIONS)


class _StatementTimer:
    """Wraps Django's calls of SQLite and notes when each statement must end."""

    def __init__(self) -> None:
        self._end = float("inf")

    def __call__(self, execute: Callable[..., Any], *args: Any) -> Any:
        self._end = time.monotonic() + settings.STATEMENT_SECONDS
        return execute(*args)

    def has_run_out(self) -> bool:
        """Return whether SQLite should stop the statement."""
        return time.monotonic() > self._end


def _milliseconds() -> int:
    return max(1, round(1_000 * settings.STATEMENT_SECONDS))


def is_timeout(error: BaseException | None) -> bool:
    """Return whether a driver raised ``error`` because of a timeout: of a statement, a lock, or a free connection of the pool."""
    while error is not None:
        if isinstance(error, _POSTGRESQL_TIMEOUTS):
            return True
        if isinstance(error, sqlite3.OperationalError):
            # The lower byte is the error, the upper bytes are its cause.
            return getattr(error, "sqlite_errorcode", 0) & 0xFF in _SQLITE_TIMEOUTS
        # Django raises its own error from the driver's.
        error = error.__cause__
    return False
