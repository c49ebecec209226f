"""Writers of one process on SQLite wait for each other in a queue, whatever they write with."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from functools import partial
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import DatabaseError, connection, connections, transaction

from primepath.db.sqlite3.base import _writes
from primepath.db.sqlite3.writer_queue import queue_of
from primepath.models import Program
from primepath.server.database_failures import DatabaseFailure, database_failure

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("shared_database"),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite only."),
]
PATIENCE = 30


def database() -> Any:
    connection.ensure_connection()
    return connection


def queue() -> Any:
    return queue_of(str(connection.settings_dict["NAME"]))


def insert(name: str) -> None:
    Program.objects.create(name=name, grade_from=1, grade_to=2)


def names() -> set[str]:
    return set(Program.objects.values_list("name", flat=True))


class Elsewhere(threading.Thread):
    """A thread with a connection of its own. ``error`` is what ``act`` raised, or None."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__()
        self.error: Exception | None = None
        self._act = act
        self._here = connections["default"]
        self.start()

    def run(self) -> None:
        connections["default"] = self._here.copy()
        try:
            self._act()
        except Exception as error:
            self.error = error
        finally:
            connection.close()


def wait_for_waiters(number: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while len(queue()._waiters) < number:
        assert time.monotonic() < deadline
        time.sleep(0.001)


@pytest.fixture(autouse=True)
def _queue_is_empty_afterwards() -> Iterator[None]:
    yield
    assert queue().enter(0), "a writer has not left the queue"
    queue().leave()


def in_a_transaction() -> None:
    with transaction.atomic():
        insert("waited")


def with_a_single_statement() -> None:
    Program.objects.update(grade_to=3)
    Program.objects.bulk_create([Program(name="waited", grade_from=1, grade_to=2)])


def with_a_common_table_expression() -> None:
    with connection.cursor() as cursor:
        cursor.execute("WITH chosen AS (SELECT 3) UPDATE primepath_program SET grade_to = 3")
    insert("waited")


def with_a_session() -> None:
    SessionStore().save(must_create=True)
    insert("waited")


@pytest.mark.parametrize(
    "write",
    [
        in_a_transaction,
        with_a_single_statement,
        with_a_common_table_expression,
        with_a_session,
    ],
)
def test_writers_wait_in_the_queue(write: Callable[[], None]) -> None:
    with transaction.atomic():
        insert("first")
        writer = Elsewhere(write)
        wait_for_waiters(1)
    writer.join(PATIENCE)
    assert writer.error is None
    assert names() == {"first", "waited"}


def test_writers_have_their_turn_in_the_order_in_which_they_came() -> None:
    order: list[int] = []

    def write(number: int) -> None:
        with transaction.atomic():
            order.append(number)
            insert(str(number))

    with transaction.atomic():
        insert("first")
        writers = []
        for number in range(32):
            writers.append(Elsewhere(partial(write, number)))
            wait_for_waiters(number + 1)
    for writer in writers:
        writer.join(PATIENCE)
        assert writer.error is None
    assert order == list(range(32))


@pytest.mark.parametrize(
    ("statement", "writes"),
    [
        ("WITH a AS (SELECT 1) SELECT * FROM a", False),
        (
            "WITH RECURSIVE a(i) AS (VALUES (1) UNION SELECT i + 1 FROM a) SELECT max(i) FROM a",
            False,
        ),
        ("WITH a AS (SELECT 'DELETE') SELECT replace(x, 'UPDATE', ')') FROM a", False),
        ('WITH "insert" AS (SELECT 1), b AS (SELECT 2) VALUES (1)', False),
        ("with a as (select count(*) from (select 1)) delete from b", True),
        ("/* why */ WITH a AS MATERIALIZED (SELECT 1) -- SELECT\n UPDATE b SET c = 1", True),
        ("-- why\n  INSERT INTO a VALUES (1)", True),
        ("WITH a AS (SELECT '(') REPLACE INTO b SELECT * FROM a", True),
        ("SELECT 1", False),
        ("", False),
    ],
)
def test_statements_that_write_are_recognised(statement: str, writes: bool) -> None:
    assert _writes(statement) is writes


def test_readers_do_not_wait() -> None:
    with transaction.atomic():
        insert("first")
        reader = Elsewhere(names)
        reader.join(PATIENCE)
        assert reader.error is None
        assert not queue()._waiters


def test_a_writer_gives_up_after_its_time() -> None:
    def write() -> None:
        database().limit(statement_seconds=0.05, lock_seconds=0.02)
        in_a_transaction()

    with transaction.atomic():
        insert("first")
        writer = Elsewhere(write)
        writer.join(PATIENCE)
    assert isinstance(writer.error, DatabaseError)
    assert database_failure(writer.error) is DatabaseFailure.LOCK
    assert names() == {"first"}


def another_process() -> Any:
    """Return a connection that is not in the queue, like one of another process."""
    return closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None))


def test_a_writer_leaves_the_queue_if_another_process_has_the_lock() -> None:
    with another_process() as other:
        other.execute("BEGIN IMMEDIATE")
        with (
            database().waiting_at_most(0.01),
            pytest.raises(DatabaseError, match="locked"),
            transaction.atomic(),
        ):
            raise AssertionError
        with database().waiting_at_most(0.01), pytest.raises(DatabaseError, match="locked"):
            insert("in vain")
        other.execute("ROLLBACK")
    insert("later")
    assert names() == {"later"}


def test_the_time_in_the_queue_and_the_time_for_other_processes_add_up() -> None:
    """A writer that has waited in the queue does not wait as long again for another process."""
    waits: list[int] = []

    def note(execute: Any, sql: str, *args: Any) -> Any:
        if sql.startswith("BEGIN"):
            ((milliseconds,),) = connection.connection.execute("PRAGMA busy_timeout").fetchall()
            waits.append(milliseconds)
        return execute(sql, *args)

    def write() -> None:
        database().limit(statement_seconds=20, lock_seconds=8)
        with connection.execute_wrapper(note):
            in_a_transaction()
            with transaction.atomic():
                insert("at once")

    with transaction.atomic():
        insert("first")
        writer = Elsewhere(write)
        wait_for_waiters(1)
        time.sleep(0.05)
    writer.join(PATIENCE)
    assert writer.error is None
    after_the_queue, at_once = waits
    assert 0 < after_the_queue <= 19_950
    assert at_once == 20_000


def fail() -> None:
    raise RuntimeError


def test_an_exception_ends_the_turn() -> None:
    with suppress(RuntimeError), transaction.atomic():
        insert("in vain")
        fail()
    assert names() == set()
    writer = Elsewhere(in_a_transaction)
    writer.join(PATIENCE)
    assert writer.error is None


def test_closing_the_connection_ends_the_turn() -> None:
    with transaction.atomic():
        insert("in vain")
        connection.close()
        writer = Elsewhere(in_a_transaction)
        writer.join(PATIENCE)
        assert writer.error is None
    assert names() == {"waited"}


def test_a_thread_that_ends_leaves_the_queue() -> None:
    def write() -> None:
        with transaction.atomic():
            insert("in vain")
            fail()

    writer = Elsewhere(write)
    writer.join(PATIENCE)
    assert isinstance(writer.error, RuntimeError)
    insert("later")
    assert names() == {"later"}


def test_nested_and_durable_transactions_have_one_turn() -> None:
    with transaction.atomic(durable=True):
        insert("outer")
        with suppress(RuntimeError), transaction.atomic():
            insert("inner")
            fail()
        Program.objects.filter(name="outer").update(grade_to=3)
        assert not queue().enter(0)
    assert names() == {"outer"}


def test_hooks_after_a_commit_can_write() -> None:
    with transaction.atomic():
        insert("first")
        transaction.on_commit(lambda: Elsewhere(lambda: insert("hook")).join(PATIENCE))
    assert names() == {"first", "hook"}
