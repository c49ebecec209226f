"""Transactions on PostgreSQL: the messages that the server gets, and the state of the session afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from psycopg import IsolationLevel
from psycopg.pq import Trace, TransactionStatus

from primepath.db.brief_transaction import brief_transaction
from primepath.db.snapshot import Snapshot
from primepath.models import Program
from primepath.server.database_failures import DatabaseFailure, database_failure
from tests.client import data
from tests.databases import postgresql_url
from tests.factories import head_teacher, make_classes

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL only."),
]
TIMEOUTS = "SET LOCAL statement_timeout = 60000; SET LOCAL lock_timeout = 20000; "
SHOW = "SELECT current_setting('statement_timeout'), current_setting('lock_timeout')"


def database() -> Any:
    connection.ensure_connection()
    return connection


def session() -> Any:
    """Return the driver's connection. Its own cursors send a statement as it is."""
    return database().connection


@pytest.fixture
def _limited() -> Iterator[None]:
    database().limit(statement_seconds=60, lock_seconds=20)
    yield
    database().unlimit()


@contextmanager
def messages() -> Iterator[list[str]]:
    """The statements of each message to the server, in a list that is complete after the block."""
    found: list[str] = []
    pgconn = session().pgconn
    with tempfile.TemporaryFile("w+") as file:
        pgconn.trace(file.fileno())
        pgconn.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS | Trace.REGRESS_MODE)
        try:
            yield found
        finally:
            pgconn.untrace()
        file.seek(0)
        for line in file:
            sender, _length, name, *rest = line.rstrip("\n").split("\t")
            if sender == "F":
                assert name == "Query"
                found.append(rest[0].strip(' "'))


def shown() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(SHOW)
        row: tuple[str, str] = cursor.fetchone()
        return row


def insert(name: str = "CORE") -> None:
    Program.objects.create(name=name, grade_from=1, grade_to=2)


@pytest.mark.usefixtures("_limited")
def test_a_transaction_begins_with_its_first_statement() -> None:
    with messages() as sent, transaction.atomic():
        insert()
    first, commit = sent
    assert first.startswith(f"BEGIN; {TIMEOUTS}INSERT INTO")
    assert commit == "COMMIT"


@pytest.mark.usefixtures("_limited")
def test_a_savepoint_is_in_the_first_message_too() -> None:
    with messages() as sent, transaction.atomic(), transaction.atomic():
        pass
    first, release, commit = sent
    assert first.startswith(f"BEGIN; {TIMEOUTS}SAVEPOINT ")
    assert release.startswith("RELEASE SAVEPOINT ")
    assert commit == "COMMIT"


@pytest.mark.usefixtures("_limited")
def test_a_transaction_without_a_statement_sends_nothing() -> None:
    reads = Snapshot()
    with messages() as sent:
        with transaction.atomic():
            pass
        reads.begin()
        reads.end()
    assert sent == []


@pytest.mark.usefixtures("_limited")
def test_a_snapshot_begins_with_the_first_select() -> None:
    reads = Snapshot()
    with messages() as sent:
        reads.begin()
        shown()
        reads.begin()
        shown()
        reads.end()
    assert sent == [
        f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {TIMEOUTS}SAVEPOINT reads; {SHOW}",
        SHOW,
        "COMMIT",
    ]


@pytest.mark.usefixtures("_limited")
def test_a_whole_operation_has_one_message_for_each_select() -> None:
    make_classes(2)
    viewer = head_teacher()
    document = "{ scheduleMatrix { rows { schoolClass { code } cells { status } } } }"
    data(document, viewer)
    with CaptureQueriesContext(connection) as selects:
        data(document, viewer)
    with messages() as sent:
        data(document, viewer)
    assert len(sent) == len(selects) + 1
    assert sent[0].startswith("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL")
    assert sent[-1] == "COMMIT"


@pytest.mark.usefixtures("_limited")
def test_a_single_statement_has_the_timeouts_without_a_transaction_of_its_own() -> None:
    with messages() as sent:
        assert shown() == ("1min", "20s")
    assert sent == [f"{TIMEOUTS}{SHOW}"]
    assert session().pgconn.transaction_status == TransactionStatus.IDLE


@pytest.mark.usefixtures("_limited")
def test_nothing_stays_in_the_session() -> None:
    for fails in (False, True):
        with suppress(RuntimeError), transaction.atomic():
            assert shown() == ("1min", "20s")
            if fails:
                raise RuntimeError
        assert session().execute(SHOW).fetchone() == ("0", "0")
    with brief_transaction(wait_milliseconds=50):
        assert shown() == ("1min", "50ms")
    assert session().execute(SHOW).fetchone() == ("0", "0")


def test_a_process_without_a_server_sends_no_timeouts() -> None:
    with messages() as sent:
        shown()
        with transaction.atomic():
            shown()
    assert sent == [SHOW, f"BEGIN; {SHOW}", "COMMIT"]


@pytest.mark.usefixtures("_limited")
def test_a_brief_transaction_is_one_message_and_its_end() -> None:
    with messages() as sent, brief_transaction(wait_milliseconds=50):
        insert()
    assert sent[0].startswith(f"BEGIN; {TIMEOUTS}SET LOCAL lock_timeout = 50; INSERT INTO")
    assert sent[1:] == ["COMMIT"]


def test_a_brief_transaction_in_another_one_has_its_own_time() -> None:
    with transaction.atomic():
        insert()
        with brief_transaction(wait_milliseconds=50):
            assert shown() == ("0", "50ms")


@pytest.mark.usefixtures("_limited")
def test_a_wait_for_a_row_ends_before_the_statement_would() -> None:
    insert()
    database().limit(statement_seconds=60, lock_seconds=0.02)
    with psycopg.connect(postgresql_url(connection.settings_dict["NAME"])) as other:
        other.execute("SELECT * FROM primepath_program FOR UPDATE")
        with pytest.raises(DatabaseError) as ended:
            Program.objects.update(grade_to=3)
    assert database_failure(ended.value) is DatabaseFailure.LOCK
    assert Program.objects.update(grade_to=3) == 1


def test_statements_after_a_syntax_error_are_in_the_transaction() -> None:
    """PostgreSQL rejects the whole message, with BEGIN."""

    def fail() -> None:
        with connection.cursor() as cursor, pytest.raises(DatabaseError, match="syntax"):
            cursor.execute("SELEC 1")

    with suppress(RuntimeError), transaction.atomic():
        fail()
        transaction.set_rollback(False)
        insert()
        raise RuntimeError
    assert not Program.objects.exists()


def test_a_snapshot_survives_a_syntax_error_in_its_first_statement() -> None:
    reads = Snapshot()
    reads.begin()
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="syntax"):
        cursor.execute("SELEC 1")
    with messages() as sent:
        reads.begin()
        shown()
        reads.end()
    assert sent[0].startswith("BEGIN ISOLATION LEVEL")
    assert sent[-1] == "COMMIT"


def test_other_ways_to_send_statements_are_in_the_transaction() -> None:
    def many(cursor: Any) -> None:
        cursor.executemany("SELECT %s", [(1,), (2,)])

    def copy(cursor: Any) -> None:
        with cursor.copy("COPY (SELECT 1) TO STDOUT") as rows:
            list(rows)

    def stream(cursor: Any) -> None:
        list(cursor.stream("SELECT 1"))

    for send in (many, copy, stream):
        with transaction.atomic():
            with connection.cursor() as cursor:
                send(cursor)
            assert session().pgconn.transaction_status == TransactionStatus.INTRANS, send
        assert session().pgconn.transaction_status == TransactionStatus.IDLE
    with transaction.atomic(), database().create_cursor("on_the_server") as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchall() == [(1,)]


@pytest.mark.usefixtures("_limited")
def test_other_ways_to_send_statements_have_timeouts_outside_of_a_transaction() -> None:
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY ({SHOW}) TO STDOUT") as rows:
            assert [*rows.rows()] == [("1min", "20s")]
        assert list(cursor.stream(SHOW)) == [("1min", "20s")]
    assert session().execute(SHOW).fetchone() == ("0", "0")


def test_many_statements_that_fail_leave_no_transaction_behind() -> None:
    database().limit(statement_seconds=0.05, lock_seconds=0.02)
    try:
        with connection.cursor() as cursor, pytest.raises(DatabaseError) as ended:
            cursor.executemany("SELECT pg_sleep(%s)", [(0,), (60,)])
        assert database_failure(ended.value) is DatabaseFailure.STATEMENT
        assert session().pgconn.transaction_status == TransactionStatus.IDLE
        insert()
    finally:
        database().unlimit()
    assert shown() == ("0", "0")


def test_results_are_those_of_the_statement() -> None:
    insert("A")
    insert("B")
    with transaction.atomic():
        assert Program.objects.update(grade_to=3) == 2
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1; SELECT 2")
        assert cursor.fetchall() == [(1,)]
        assert cursor.nextset()
        assert cursor.fetchall() == [(2,)]


def test_the_log_of_statements_shows_only_the_statement() -> None:
    with CaptureQueriesContext(connection) as captured, transaction.atomic():
        shown()
    assert [each["sql"] for each in captured.captured_queries] == ["BEGIN", SHOW, "COMMIT"]


def test_an_isolation_level_of_the_settings_is_kept() -> None:
    session().isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with messages() as sent, transaction.atomic():
            shown()
    finally:
        session().isolation_level = None
    assert sent[0] == f"BEGIN ISOLATION LEVEL REPEATABLE READ; {SHOW}"


def test_autocommit_cannot_be_turned_on_in_a_transaction() -> None:
    transaction.set_autocommit(False)
    insert()
    with pytest.raises(DatabaseError, match="INTRANS"):
        transaction.set_autocommit(True)
    transaction.rollback()
    transaction.set_autocommit(True)
    assert not Program.objects.exists()
