"""A statement that does not end, and one that waits for somebody's lock: stopped by the database, on both kinds of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from psycopg import errors
from psycopg_pool import PoolTimeout
from pytest_django import Settings

from primepath.models import Program
from primepath.server import timeouts
from primepath.server.timeouts import is_timeout, limit_statements
from tests.client import answer
from tests.factories import head_teacher, make_classes

pytestmark = pytest.mark.django_db(transaction=True)

ENDLESS = {
    "postgresql": "SELECT pg_sleep(600)",
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
}


@pytest.fixture
def _limited(settings: Settings) -> Iterator[None]:
    """This process's connection, limited as a server's are."""
    settings.STATEMENT_SECONDS = 0.2
    connection.ensure_connection()
    session: Any = connection.connection
    wrappers = list(connection.execute_wrappers)
    limit_statements(connection=connection)
    yield
    connection.execute_wrappers[:] = wrappers
    if connection.vendor == "postgresql":
        session.execute("SET statement_timeout = 0")
        timeouts._limited.discard(session)
    else:
        session.set_progress_handler(None, 0)
        session.execute("PRAGMA busy_timeout = 20000")


def run_endless_statement() -> None:
    with connection.cursor() as cursor:
        cursor.execute(ENDLESS[connection.vendor])
        cursor.fetchall()


@pytest.mark.usefixtures("_limited")
def test_a_statement_that_does_not_end_is_stopped_and_the_next_one_runs() -> None:
    for _ in range(2):
        with pytest.raises(DatabaseError) as stopped:
            run_endless_statement()
        assert is_timeout(stopped.value)
        assert Program.objects.count() == 0


@pytest.mark.usefixtures("_limited")
def test_what_a_transaction_had_written_before_is_taken_back() -> None:
    @transaction.atomic
    def write_and_wait() -> None:
        Program.objects.create(name="CORE", grade_from=1, grade_to=2)
        run_endless_statement()

    with pytest.raises(DatabaseError):
        write_and_wait()
    assert Program.objects.count() == 0


@pytest.mark.usefixtures("_limited")
def test_a_connection_that_is_made_again_is_limited_once() -> None:
    wrappers = list(connection.execute_wrappers)
    limit_statements(connection=connection)
    assert connection.execute_wrappers == wrappers


@pytest.mark.usefixtures("_limited")
def test_a_slow_batch_fails_its_own_fields_and_the_rest_is_answered(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def slow(execute: Any, sql: str, *args: Any) -> Any:
        if 'FROM "primepath_program"' in sql:
            run_endless_statement()
        return execute(sql, *args)

    make_classes(1)
    viewer = head_teacher()
    with connection.execute_wrapper(slow):
        response = answer("{ programs { name } scheduleMatrix { rows { canEdit } } }", viewer)
    assert response["data"] == {"programs": None, "scheduleMatrix": {"rows": [{"canEdit": True}]}}
    (error,) = response["errors"]
    assert error["path"] == ["programs"]
    assert error["extensions"] == {"code": "TIMEOUT"}


def test_a_process_that_serves_nothing_has_no_limit() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no such setting.")
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (errors.QueryCanceled(), True),
        (errors.LockNotAvailable(), True),
        (PoolTimeout(), True),
        (errors.DeadlockDetected(), False),
        (ValueError("interrupted"), False),
        (None, False),
    ],
)
def test_drivers_say_what_took_too_long(error: Exception | None, expected: bool) -> None:
    told = DatabaseError()
    told.__cause__ = error
    assert is_timeout(told) is is_timeout(error) is expected
