"""Writers of SQLite wait for each other in a queue, before BEGIN IMMEDIATE or a single statement that writes.

Every transaction of Django and every statement that writes passes here, so no caller has to remember the queue. It contains
the writers of this process. For other processes, SQLite waits as usual.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base

from primepath.db.sqlite3.monitor import FileIdentity, identity_of
from primepath.db.sqlite3.writer_queue import WriterQueue, queue_of

# SQLite calls the handler after so many instructions. A statement is stopped within some hundredths of a second, and a usual
# one costs nothing more. Each call waits for Python's interpreter lock.
_INSTRUCTIONS = 100_000
# After a shorter wait in the queue, SQLite can wait for its usual time.
_SOON_SECONDS = 0.01
_SPACE = r"(?:\s|--[^\n]*\n|/\*.*?\*/)*"
_first_word = re.compile(rf"{_SPACE}(\w+)", re.DOTALL).match
_WRITING = {
    *("INSERT", "UPDATE", "DELETE", "REPLACE"),
    *("CREATE", "ALTER", "DROP", "REINDEX", "ANALYZE"),
}
# Quoted texts and names, comments, and then parentheses without others inside.
_QUOTED = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^]]*\]|--[^\n]*|/\*.*?\*/""", re.DOTALL
)
_PARENTHESES = re.compile(r"\([^()]*\)")
_statement_word = re.compile(
    r"\b(SELECT|VALUES|INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE
).search


def _writes(query: str) -> bool:
    """Return whether the statement writes. After ``WITH``, the word behind the common table expressions decides."""
    first = _first_word(query)
    word = first[1].upper() if first else ""
    return word in _WRITING or (word == "WITH" and _word_after_with(query) in _WRITING)


@lru_cache(maxsize=200)
def _word_after_with(query: str) -> str:
    rest = _QUOTED.sub("x", query)
    while rest != (rest := _PARENTHESES.sub(" ", rest)):
        pass
    word = _statement_word(rest)
    return word[1].upper() if word else ""


class Cursor(base.SQLiteCursorWrapper):
    """A cursor that limits its statements, and waits in the queue before a single statement that writes."""

    db: DatabaseWrapper

    def execute(self, query: str, params: Any = None) -> Any:
        self.db.start_timer()
        if self.connection.in_transaction or not _writes(query):
            return super().execute(query, params)
        with self.db.turn():
            return super().execute(query, params)

    def executemany(self, query: str, param_list: Any) -> Any:
        self.db.start_timer()
        with self.db.turn():
            return super().executemany(query, param_list)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that has its turn in the queue while it is in a transaction that can write."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._queue = WriterQueue()
        self.file: FileIdentity | None = None
        """The file that the connection has opened; another file can have its name now."""
        self._has_turn = False
        self._statement_seconds = self._end_of_statement = float("inf")
        self._wait = self._usual_wait = float(self.settings_dict["OPTIONS"].get("timeout", 5))

    def limit(self, *, statement_seconds: float, lock_seconds: float) -> None:
        """End each later statement after this time, and each wait for another writer too.

        ``lock_seconds`` is for single rows. SQLite has one lock for all writers, which it is more usual to wait for.
        """
        self._statement_seconds = statement_seconds
        self._set_wait(statement_seconds)
        self._session.set_progress_handler(self._has_run_out, _INSTRUCTIONS)

    def unlimit(self) -> None:
        """Let each later statement run as long as it needs, and wait as long as the settings say."""
        self._statement_seconds = self._end_of_statement = float("inf")
        self._set_wait(self._usual_wait)
        self._session.set_progress_handler(None, 0)

    def start_timer(self) -> None:
        """Note that a statement starts now."""
        self._end_of_statement = time.monotonic() + self._statement_seconds

    @contextmanager
    def waiting_at_most(self, seconds: float) -> Iterator[None]:
        """Let transactions that begin in the block wait for other writers no longer than this."""
        before = self._wait
        self._set_wait(seconds)
        try:
            yield
        finally:
            self._set_wait(before)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Run a single statement in its turn. In a transaction, the transaction has it already."""
        if self._has_turn:
            yield
            return
        with self._after_others():
            try:
                yield
            finally:
                self._leave_queue()

    def get_new_connection(self, conn_params: Any) -> Any:
        # A database in memory can have a name that others have too.
        if not self.is_in_memory_db():
            file = str(self.settings_dict["NAME"])
            self._queue = queue_of(file)
            # Before the file is opened: if another one replaces it meanwhile, this connection is closed for nothing.
            self.file = identity_of(file)
        return super().get_new_connection(conn_params)

    def close_if_unusable_or_obsolete(self) -> None:
        """Also close a connection to a file that another one has replaced. Django calls this before and after each request."""
        is_open = self.connection is not None and self.file is not None
        if is_open and identity_of(str(self.settings_dict["NAME"])) != self.file:
            self.close()
        super().close_if_unusable_or_obsolete()

    def create_cursor(self, name: str | None = None) -> Any:
        cursor = self._session.cursor(factory=Cursor)
        cursor.db = self
        return cursor

    def _start_transaction_under_autocommit(self) -> None:
        with self._after_others():
            try:
                super()._start_transaction_under_autocommit()  # type: ignore[misc]
            except BaseException:
                self._leave_queue()
                raise

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]
        finally:
            self._leave_queue_if_over()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._leave_queue_if_over()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._leave_queue()

    @contextmanager
    def _after_others(self) -> Iterator[None]:
        """Wait in the queue. In the block, SQLite can wait for other processes for the rest of the time."""
        started = time.monotonic()
        if not self._queue.enter(self._wait):
            with self.wrap_database_errors:
                raise _locked()
        self._has_turn = True
        rest = self._wait - (time.monotonic() - started)
        if self._wait - rest < _SOON_SECONDS:
            yield
            return
        self._set_busy_timeout(rest)
        try:
            yield
        finally:
            self._set_busy_timeout(self._wait)

    def _leave_queue_if_over(self) -> None:
        if self.connection is None or not self._session.in_transaction:
            self._leave_queue()

    def _leave_queue(self) -> None:
        if self._has_turn:
            self._has_turn = False
            self._queue.leave()

    def _set_wait(self, seconds: float) -> None:
        self._wait = seconds
        self._set_busy_timeout(seconds)

    def _set_busy_timeout(self, seconds: float) -> None:
        self._session.execute(f"PRAGMA busy_timeout = {max(0, round(1_000 * seconds))}")

    def _has_run_out(self) -> bool:
        """Return whether SQLite should stop the statement."""
        return time.monotonic() > self._end_of_statement

    @property
    def _session(self) -> Any:
        return self.connection


def _locked() -> sqlite3.OperationalError:
    """Return the error that SQLite raises after waiting in vain."""
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    error.sqlite_errorname = "SQLITE_BUSY"
    return error
