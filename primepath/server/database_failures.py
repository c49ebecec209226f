"""Failures of the database that are not bugs of the product, by cause.

Drivers report them as exceptions of different kinds. Users need to know whether retrying or requesting less helps, and
operators what to repair.
"""

from __future__ import annotations

import logging
import sqlite3
from enum import StrEnum

import psycopg
from psycopg import errors

from primepath.db import reachability
from primepath.db.postgresql.pool import NoFreeConnectionError
from primepath.db.postgresql.session import NoResponseError, OutcomeUnknownError


class DatabaseFailure(StrEnum):
    """The cause of a failure."""

    POOL = "pool"
    """All connections of this process were in use."""
    CONNECTION = "connection"
    """The database cannot be reached, or closed the connection."""
    OUTCOME_UNKNOWN = "commit"
    """The connection was lost during COMMIT, so the change may or may not be saved."""
    LOCK = "lock"
    """Another transaction held a lock for too long."""
    STATEMENT = "statement"
    """The statement itself took too long."""
    READ_ONLY = "read-only"
    """The database accepts no changes: it is a replica, or its disk is full."""


# The first class that fits counts.
_POSTGRESQL: dict[type[Exception], DatabaseFailure] = {
    NoFreeConnectionError: DatabaseFailure.POOL,
    OutcomeUnknownError: DatabaseFailure.OUTCOME_UNKNOWN,
    errors.QueryCanceled: DatabaseFailure.STATEMENT,
    errors.LockNotAvailable: DatabaseFailure.LOCK,
    errors.DeadlockDetected: DatabaseFailure.LOCK,
    errors.SerializationFailure: DatabaseFailure.LOCK,
    errors.ReadOnlySqlTransaction: DatabaseFailure.READ_ONLY,
    errors.DiskFull: DatabaseFailure.READ_ONLY,
    errors.AdminShutdown: DatabaseFailure.CONNECTION,
    errors.CrashShutdown: DatabaseFailure.CONNECTION,
    errors.CannotConnectNow: DatabaseFailure.CONNECTION,
    errors.DatabaseDropped: DatabaseFailure.CONNECTION,
    errors.IdleInTransactionSessionTimeout: DatabaseFailure.CONNECTION,
    errors.IdleSessionTimeout: DatabaseFailure.CONNECTION,
    errors.TooManyConnections: DatabaseFailure.CONNECTION,
}
_SQLITE = {
    sqlite3.SQLITE_BUSY: DatabaseFailure.LOCK,
    sqlite3.SQLITE_LOCKED: DatabaseFailure.LOCK,
    sqlite3.SQLITE_INTERRUPT: DatabaseFailure.STATEMENT,
    sqlite3.SQLITE_READONLY: DatabaseFailure.READ_ONLY,
    sqlite3.SQLITE_FULL: DatabaseFailure.READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: DatabaseFailure.CONNECTION,
    sqlite3.SQLITE_IOERR: DatabaseFailure.CONNECTION,
}


def database_failure(error: BaseException | None) -> DatabaseFailure | None:
    """Return the cause of ``error``. None if it is not a failure of the database, or a bug in a statement."""
    while error is not None:
        if failure := _failure(error):
            return failure
        # Django raises its own error from the driver's.
        error = error.__cause__
    return None


def _failure(error: BaseException) -> DatabaseFailure | None:
    if isinstance(error, sqlite3.Error):
        # The lower byte is the error, the upper bytes are its cause.
        return _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    for kind, failure in _POSTGRESQL.items():
        if isinstance(error, kind):
            return failure
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        # Without a code the error is the driver's own: the connection is lost. Class 08 is a failed connection.
        return DatabaseFailure.CONNECTION if (error.sqlstate or "08")[:2] == "08" else None
    return None


def can_be_read_again(error: BaseException | None) -> bool:
    """Return whether a read that failed can succeed on another connection, so that it is worth a second attempt now.

    Its connection was lost. If the database is away or does not respond, a second attempt would only take time.
    """
    if database_failure(error) is not DatabaseFailure.CONNECTION or reachability.is_away():
        return False
    while error is not None:
        if isinstance(error, NoResponseError):
            return False
        error = error.__cause__
    return True


def describe_failure(failure: DatabaseFailure, error: BaseException | None) -> str:
    """Return the text of a failure for the log."""
    return " ".join(f"{failure}: {error}".split())


class HideFailures(logging.Filter):
    """Drops what Django logs about a failure of the database: a traceback, or the status. The product logs one line."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", None) == 503:
            return False
        return not record.exc_info or database_failure(record.exc_info[1]) is None
