"""The state of the database, so that what was read from it can be used again while it is the same.

PostgreSQL: sums of commit marks, read in the statement that authenticates a request; see `primepath.db.commit_marks`.
SQLite: the version of the file, read before that statement; see `primepath.db.sqlite3.monitor`.
"""

from __future__ import annotations

import logging
from contextvars import ContextVar
from functools import cache, lru_cache
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections, models

from primepath.db.commit_marks import STATE_SQL
from primepath.db.reading import reading_connection
from primepath.db.sqlite3.monitor import monitor_of
from primepath.models.commit_mark import MARKED_TABLES

logger = logging.getLogger("primepath.database")

# The table of the marks has one for TRUNCATE.
_TRIGGERS = len(MARKED_TABLES) + 1


class DatabaseState(NamedTuple):
    """The state of a database. If two are equal, everything that answers read is equal.

    ``server``: the server and the database. ``contents``: what answers read; comparable with a copy that replicates this server.
    ``curriculum``: what the curricula of classes and trusted documents are read from.
    ``marks``: number of commit marks that were read for it.
    """

    server: str
    contents: str
    curriculum: str
    marks: int


class StateText(models.Func):
    """The state as an expression of a query; `read_state` interprets it."""

    output_field = models.TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[()]]:
        return STATE_SQL, ()

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[()]]:
        return "''", ()


def state_before() -> DatabaseState | None:
    """Return the state of SQLite. Call it before the statement that reads what will be used again. None on PostgreSQL.

    None for a database in memory, and in a transaction: it sees its own changes.
    """
    database: Any = connections[DEFAULT_DB_ALIAS]
    if database.vendor != "sqlite" or database.in_atomic_block or database.is_in_memory_db():
        return None
    found = monitor_of(str(database.settings_dict["NAME"])).state()
    if found is None:
        return None
    version, file = found
    if database.connection is not None and database.file != file:
        # It still reads the file that was replaced.
        database.close()
    return DatabaseState("", version, version, 0)


def read_state(text: str, before: DatabaseState | None) -> DatabaseState | None:
    """Return the state that `StateText` describes, or on SQLite ``before``. None if it is unknown."""
    database = reading_connection()
    if database.vendor == "sqlite":
        return before
    return None if database.in_atomic_block else _parse(text)


@lru_cache(maxsize=100)
def _parse(text: str) -> DatabaseState | None:
    start, oid, triggers, fingerprint, marks, total, curriculum = text.split("/")
    if int(triggers) != _TRIGGERS or marks == "0":
        # A restore is creating the tables, or a statement has disabled triggers.
        _warn_once()
        return None
    return DatabaseState(
        f"{start}/{oid}", f"{fingerprint}/{total}", f"{fingerprint}/{curriculum}", int(marks)
    )


@cache
def _warn_once() -> None:
    logger.warning(
        "Triggers of primepath_mark_commit are missing or disabled, so no answers are kept. See docs/production/answer-cache.md."
    )


_current: ContextVar[DatabaseState | None] = ContextVar("database_state", default=None)


def use_state(state: DatabaseState | None) -> None:
    """Set the state that reads of this request see at least. None: it is unknown."""
    _current.set(state)


def current_state() -> DatabaseState | None:
    return _current.get()
