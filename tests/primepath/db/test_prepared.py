"""Prepared statements of PostgreSQL: what is sent, and what happens if the server does not know a name."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.db import DataError, OperationalError, connection

from primepath.db.postgresql import prepared
from primepath.db.postgresql.prepared import PreparedStatements
from primepath.db.snapshot import Snapshot
from primepath.db.statement import Statement
from primepath.models import Program
from primepath.server.database_failures import can_be_read_again
from tests.primepath.db.test_postgresql import database, insert, messages, session

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL only."),
]
TIMEOUTS = "SET LOCAL statement_timeout = 60000; SET LOCAL lock_timeout = 20000; "


@pytest.fixture
def statement() -> Statement:
    return Statement(
        lambda names, grade: Program.objects.filter(
            name__key_in=names, grade_from=grade
        ).values_list("name")
    )


@pytest.fixture(autouse=True)
def _prepares() -> Iterator[None]:
    """Nothing is prepared on the connection yet. The process of the server is known already."""
    session().execute("DEALLOCATE ALL")
    found = session().prepared = PreparedStatements(session().info.backend_pid)
    found.note_process(session().info.backend_pid)
    database().limit(statement_seconds=60, lock_seconds=20)
    yield
    database().unlimit()
    # The next test gets another one from the pool.
    session().close()
    connection.close()


def prepared_names() -> set[str]:
    with session().cursor(row_factory=psycopg.rows.scalar_row) as cursor:
        return set(cursor.execute("SELECT name FROM pg_prepared_statements").fetchall())


def test_a_statement_is_prepared_in_the_message_that_runs_it_first(statement: Statement) -> None:
    insert("CORE")
    insert("OTHER")
    with messages() as sent:
        assert list(statement(["CORE"], 1)) == [("CORE",)]
        assert list(statement(["OTHER", "CORE"], 1)) == [("CORE",), ("OTHER",)]
        assert list(statement(["OTHER"], 2)) == []
    first, *others = sent
    assert first.startswith(f"{TIMEOUTS}PREPARE primepath_1 AS SELECT ")
    assert [each.split("(")[0] for each in others] == [f"{TIMEOUTS}EXECUTE primepath_1"] * 2
    assert prepared_names() == {"primepath_1"}


def test_a_snapshot_begins_in_the_same_message(statement: Statement) -> None:
    insert()
    reads = Snapshot()
    with messages() as sent:
        for _ in range(2):
            reads.begin()
            assert list(statement(["CORE"], 1)) == [("CORE",)]
            assert list(statement(["CORE"], 1)) == [("CORE",)]
            reads.end()
    begin = f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {TIMEOUTS}SAVEPOINT reads; "
    assert sent[0].startswith(f"{begin}PREPARE primepath_1 AS SELECT ")
    assert sent[1].startswith("EXECUTE primepath_1(")
    assert sent[2] == "COMMIT"
    assert sent[3].startswith(f"{begin}EXECUTE primepath_1(")


def test_a_pooler_is_recognised_by_its_process_number(statement: Statement) -> None:
    insert()
    session().prepared = PreparedStatements(session().info.backend_pid + 1)
    with messages() as sent:
        for _ in range(3):
            assert list(statement(["CORE"], 1)) == [("CORE",)]
    assert sent[0].startswith(f"{TIMEOUTS}SELECT pg_backend_pid(); SELECT ")
    assert all(each.startswith(f"{TIMEOUTS}SELECT ") for each in sent)
    assert prepared_names() == set()


def test_the_process_is_asked_for_once(statement: Statement) -> None:
    insert()
    session().prepared = PreparedStatements(session().info.backend_pid)
    with messages() as sent:
        for _ in range(3):
            assert list(statement(["CORE"], 1)) == [("CORE",)]
    kinds = [each.removeprefix(TIMEOUTS).split()[0] for each in sent]
    assert kinds == ["SELECT", "PREPARE", "EXECUTE"]


@pytest.mark.parametrize(
    "change",
    [
        "DEALLOCATE ALL",
        "ALTER TABLE primepath_program ALTER COLUMN name TYPE varchar(77)",
        "ALTER TABLE primepath_program ALTER COLUMN name TYPE text",
    ],
)
def test_a_name_that_is_out_of_date_is_a_lost_connection(statement: Statement, change: str) -> None:
    insert()
    list(statement(["CORE"], 1))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format_type(atttypid, atttypmod) FROM pg_attribute"
            " WHERE attrelid = 'primepath_program'::regclass AND attname = 'name'"
        )
        ((before,),) = cursor.fetchall()
        cursor.execute(change)
    try:
        with pytest.raises(OperationalError) as raised:
            list(statement(["CORE"], 1))
        assert can_be_read_again(raised.value)
        assert session().closed
    finally:
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE primepath_program ALTER COLUMN name TYPE {before}")
    assert list(statement(["CORE"], 1)) == [("CORE",)]


def test_a_statement_whose_first_run_fails_is_prepared_with_another_name(
    statement: Statement,
) -> None:
    insert()
    with pytest.raises(DataError):
        list(statement(["CORE"], "one"))
    with messages() as sent:
        assert list(statement(["CORE"], 1)) == [("CORE",)]
        assert list(statement(["CORE"], 1)) == [("CORE",)]
    assert sent[0].startswith(f"{TIMEOUTS}PREPARE primepath_2 AS ")
    assert sent[1].startswith(f"{TIMEOUTS}EXECUTE primepath_2(")


def test_the_number_of_prepared_statements_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "MAX_STATEMENTS", 2)
    insert()

    def reading(*columns: str) -> Statement:
        return Statement(
            lambda grade: Program.objects.filter(grade_from=grade).values_list(*columns)
        )

    for columns in (("name",), ("name", "grade_from"), ("grade_from",), ("grade_to",)):
        statement = reading(*columns)
        for _ in range(2):
            assert len(list(statement(1))) == 1
    assert prepared_names() == {"primepath_1", "primepath_2"}
