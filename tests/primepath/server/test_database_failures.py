"""The causes of failures of the database, as drivers report them."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest
from django.db import DatabaseError
from psycopg import errors

from primepath.db.postgresql.pool import DatabaseAwayError, NoFreeConnectionError
from primepath.db.postgresql.session import NoResponseError, OutcomeUnknownError
from primepath.server.database_failures import (
    DatabaseFailure,
    can_be_read_again,
    database_failure,
    describe_failure,
)

pytestmark = pytest.mark.one_database
POOL, CONNECTION, OUTCOME_UNKNOWN, LOCK, STATEMENT, READ_ONLY = DatabaseFailure


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
        (NoFreeConnectionError(), POOL),
        (DatabaseAwayError(), CONNECTION),
        (NoResponseError(), CONNECTION),
        (errors.ConnectionTimeout(), CONNECTION),
        (OutcomeUnknownError(), OUTCOME_UNKNOWN),
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


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (psycopg.OperationalError("server closed the connection unexpectedly"), True),
        (errors.AdminShutdown(), True),
        # It took its time already.
        (NoResponseError(), False),
        # A change, or nothing that another connection would do better.
        (OutcomeUnknownError(), False),
        (NoFreeConnectionError(), False),
        (errors.QueryCanceled(), False),
        (errors.UniqueViolation(), False),
        (None, False),
    ],
)
def test_only_a_read_with_a_lost_connection_can_run_again(
    error: Exception | None, expected: bool
) -> None:
    of_django = DatabaseError()
    of_django.__cause__ = error
    assert can_be_read_again(of_django) is can_be_read_again(error) is expected


def test_description_is_one_line() -> None:
    error = errors.ConnectionTimeout("connection timeout expired\n- first\n- second")
    assert describe_failure(CONNECTION, error) == (
        "connection: connection timeout expired - first - second"
    )
