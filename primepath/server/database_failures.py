"""Failures of the database that are not bugs of the product, by cause.

Drivers report them as exceptions of different kinds. Users need to know whether retrying or requesting less helps, and
operators what to repair.
"""

from __future__ import annotations

import sqlite3
from enum import StrEnum

import psycopg
from psycopg import errors
from psycopg_pool import PoolTimeout

from primepath.db.reachability import reachability


class DatabaseFailure(StrEnum):
    """The cause of a failure."""

    POOL = "pool"
    """All connections of this process were in use."""
    CONNECTION = "connection"
    """The database cannot be reached, or closed the connection."""
    LOCK = "lock"
    """Another transaction held a lock for too long."""
    STATEMENT = "statement"
    """The statement itself took too long."""
    READ_ONLY = "read-only"
    """The database accepts no changes: it is a replica, or its disk is full."""


# The first class that fits counts.
_POSTGRESQL: dict[type[Exception], DatabaseFailure] = {
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
    if isinstance(error, PoolTimeout):
        # The pool reports the same if it cannot open a connection.
        return DatabaseFailure.CONNECTION if reachability.problem else DatabaseFailure.POOL
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


def describe_failure(failure: DatabaseFailure, error: BaseException | None) -> str:
    """Return the text of a failure for the log."""
    text = f"{failure}: {error}"
    if failure is DatabaseFailure.CONNECTION and reachability.problem:
        text += f" ({reachability.problem})"
    return " ".join(text.split())
