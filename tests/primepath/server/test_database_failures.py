"""The causes of failures of the database, as drivers report them."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest
from django.db import DatabaseError
from psycopg import errors
from psycopg_pool import PoolTimeout

from primepath.db.reachability import TrackedConnection, reachability
from primepath.server.database_failures import (
    DatabaseFailure,
    database_failure,
    describe_failure,
)
from scripts.server import free_port

pytestmark = pytest.mark.one_database
POOL, CONNECTION, LOCK, STATEMENT, READ_ONLY = DatabaseFailure


def of_sqlite(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError()
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (errors.QueryCanceled(), STATEMENT),
        (of_sqlite(sqlite3.SQLITE_INTERRUPT), STATEMENT),
        (errors.LockNotAvailable(), LOCK),
        (errors.DeadlockDetected(), LOCK),
        (errors.SerializationFailure(), LOCK),
        (of_sqlite(sqlite3.SQLITE_BUSY), LOCK),
        (of_sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT), LOCK),
        (PoolTimeout(), POOL),
        (errors.AdminShutdown(), CONNECTION),
        (errors.CannotConnectNow(), CONNECTION),
        (errors.ConnectionFailure(), CONNECTION),
        (errors.TooManyConnections(), CONNECTION),
        (psycopg.OperationalError("server closed the connection unexpectedly"), CONNECTION),
        (psycopg.InterfaceError("the connection is closed"), CONNECTION),
        (of_sqlite(sqlite3.SQLITE_CANTOPEN), CONNECTION),
        (errors.ReadOnlySqlTransaction(), READ_ONLY),
        (errors.DiskFull(), READ_ONLY),
        (of_sqlite(sqlite3.SQLITE_READONLY_DBMOVED), READ_ONLY),
        (of_sqlite(sqlite3.SQLITE_FULL), READ_ONLY),
        (errors.UniqueViolation(), None),
        (errors.UndefinedTable(), None),
        (of_sqlite(sqlite3.SQLITE_ERROR), None),
        (ValueError("interrupted"), None),
        (None, None),
    ],
)
def test_each_error_of_a_driver_has_a_cause(
    error: Exception | None, expected: DatabaseFailure | None
) -> None:
    of_django = DatabaseError()
    of_django.__cause__ = error
    assert database_failure(of_django) is database_failure(error) is expected


def test_a_pool_that_cannot_connect_is_a_failed_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reachability, "error", None)
    with pytest.raises(psycopg.OperationalError):
        TrackedConnection.connect(f"host=127.0.0.1 port={free_port()} dbname=nothing")
    error = PoolTimeout("couldn't get a connection")
    assert database_failure(error) is CONNECTION
    description = describe_failure(CONNECTION, error)
    assert description.startswith("connection: couldn't get a connection (")
    assert "refused" in description
    assert "\n" not in description


def test_an_attempt_without_response_is_a_failed_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reachability, "error", None)
    attempt = object()
    reachability.begin(attempt)
    assert reachability.problem is None
    monkeypatch.setattr("primepath.db.reachability._PATIENCE_SECONDS", -1)
    assert database_failure(PoolTimeout()) is CONNECTION
    reachability.end(attempt, None)
    assert database_failure(PoolTimeout()) is POOL
