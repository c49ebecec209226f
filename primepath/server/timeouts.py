"""The timeout of database statements while requests are served.

An operation checks its time limit only between statements, so the database must stop a statement that does not end.
`primepath.asgi` connects `limit_statements`. Commands of `manage.py`, such as migrations, have no timeout.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from weakref import WeakSet

import psycopg
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

# This stops a statement within some hundredths of a second, and costs a usual statement nothing. Each call waits for
# Python's interpreter lock.
_SQLITE_INSTRUCTIONS = 100_000
# Sessions with a timeout. The pool keeps sessions, and only this process uses them. So the timeout costs one round trip
# per session and none per request, and need not be reset.
_limited: WeakSet[psycopg.Connection[Any]] = WeakSet()


def limit_statements(*, connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Limit each statement of a connection to `settings.STATEMENT_SECONDS`. Receives Django's signal ``connection_created``."""
    session: Any = connection.connection
    if connection.vendor == "postgresql":
        if session not in _limited:
            statement = _milliseconds()
            # A wait for a lock ends before the statement does, so that the error names the cause.
            lock = max(1, statement * 4 // 5)
            session.execute(f"SET statement_timeout = {statement}; SET lock_timeout = {lock}")
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
