"""Statement timeouts: both databases stop statements that run too long or wait for a lock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django import Settings

from primepath.models import Program
from primepath.server.database_failures import DatabaseFailure, database_failure
from primepath.server.nested_timeouts import lock_seconds, timeout_problems
from primepath.server.timeouts import limit_statements
from tests.client import answer
from tests.factories import head_teacher, make_classes

pytestmark = pytest.mark.django_db(transaction=True)

ENDLESS = {
    "postgresql": "SELECT pg_sleep(600)",
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
}


@pytest.fixture
def _limited(settings: Settings) -> Iterator[None]:
    """Limit the connection of this process like a server does."""
    settings.STATEMENT_SECONDS = 0.2
    connection.ensure_connection()
    limit_statements(connection=connection)
    yield
    connection.unlimit()  # type: ignore[attr-defined]


def run_endless_statement() -> None:
    with connection.cursor() as cursor:
        cursor.execute(ENDLESS[connection.vendor])
        cursor.fetchall()


@pytest.mark.usefixtures("_limited")
def test_endless_statement_is_stopped_and_the_next_one_runs() -> None:
    for _ in range(2):
        with pytest.raises(DatabaseError) as stopped:
            run_endless_statement()
        assert database_failure(stopped.value) is DatabaseFailure.STATEMENT
        assert Program.objects.count() == 0


@pytest.mark.usefixtures("_limited")
def test_transaction_is_rolled_back() -> None:
    @transaction.atomic
    def write_and_wait() -> None:
        Program.objects.create(name="CORE", grade_from=1, grade_to=2)
        run_endless_statement()

    with pytest.raises(DatabaseError):
        write_and_wait()
    assert Program.objects.count() == 0


@pytest.mark.usefixtures("_limited")
def test_connection_can_be_limited_again(settings: Settings) -> None:
    settings.STATEMENT_SECONDS = 600
    limit_statements(connection=connection)
    settings.STATEMENT_SECONDS = 0.3
    limit_statements(connection=connection)
    test_endless_statement_is_stopped_and_the_next_one_runs()


@pytest.mark.usefixtures("_limited")
def test_slow_batch_fails_only_its_own_fields(
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


def test_waits_for_locks_end_well_before_statements(settings: Settings) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no locks of rows.")
    settings.STATEMENT_SECONDS = 5
    connection.ensure_connection()
    limit_statements(connection=connection)
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('lock_timeout'), current_setting('statement_timeout')"
            )
            assert cursor.fetchone() == ("2s", "5s")
    finally:
        connection.unlimit()  # type: ignore[attr-defined]


@pytest.mark.parametrize("seconds", [1, 5, 3_600])
def test_locks_are_the_innermost_limit(settings: Settings, seconds: int) -> None:
    settings.STATEMENT_SECONDS = settings.OPERATION_SECONDS = seconds
    settings.PROXY_SECONDS, settings.KEEP_ALIVE_SECONDS = 7_300, 7_400
    assert 0 < lock_seconds() < settings.STATEMENT_SECONDS
    assert list(timeout_problems()) == []


def test_process_without_a_server_has_no_limit() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no such setting.")
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)
