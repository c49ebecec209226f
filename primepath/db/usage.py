"""The work of the current request: statements that were sent to a database, and cells that were read.

Each thread has its own connections, and a request can use several of them. So the numbers belong to the context of the
request, and a wrapper of each connection adds to them.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


class Usage:
    """The numbers of one request. ``statements`` includes the authentication of the request."""

    __slots__ = ("cells", "statements")

    def __init__(self) -> None:
        self.statements = 0
        self.cells = 0


# Django sends these as statements on SQLite only.
_UNCOUNTED = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")
_current: ContextVar[Usage | None] = ContextVar("usage", default=None)


def begin_usage() -> Usage:
    """Count from here on in the current context, and in the contexts that are copied from it."""
    usage = Usage()
    _current.set(usage)
    return usage


def current_usage() -> Usage | None:
    """Return the numbers of the current request. None outside requests."""
    return _current.get()


def count_cells(number: int) -> None:
    """Note that ``number`` cells were requested from the database."""
    if (usage := _current.get()) is not None:
        usage.cells += number


def count_statements_of(*, connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Count the statements of a connection. Receives Django's signal ``connection_created``."""
    if counted not in connection.execute_wrappers:
        connection.execute_wrappers.append(counted)


def counted(execute: Callable[..., Any], sql: Any, *args: Any) -> Any:
    """Count a statement of Django's cursors. Code that sends one past them calls `count_statements`."""
    if not (isinstance(sql, str) and sql.startswith(_UNCOUNTED)):
        count_statements(1)
    return execute(sql, *args)


def count_statements(number: int) -> None:
    """Note that ``number`` statements are sent to the database."""
    if (usage := _current.get()) is not None:
        usage.statements += number
