"""Reading from one state of the database.

Two SELECTs outside a transaction can see two states. An answer assembled from them can contradict itself: it can show a
cell's status from before a change and its exams from after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db import DatabaseError
from psycopg.pq import TransactionStatus

from primepath.db.reading import reading_connection

# READ ONLY: a write in a read is a fault of the program.
BEGIN_POSTGRESQL = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
# After a statement that failed, PostgreSQL refuses all others of the transaction until it is rolled back to a savepoint.
# The snapshot stays.
_SAVEPOINT = "SAVEPOINT reads"
_RECOVER = "ROLLBACK TO SAVEPOINT reads"
# Django's `atomic` would begin IMMEDIATE here, and wait for every writer.
_BEGIN_SQLITE = "BEGIN DEFERRED"


class Snapshot:
    """A read-only transaction of the calling thread's connection for reads.

    It does nothing inside a transaction that a caller began, as most tests do.
    """

    def __init__(self) -> None:
        self._is_open = False

    def begin(self) -> None:
        """Begin the transaction, if none is open. The first SELECT after it decides what is seen.

        Raises `DatabaseError` if there is no connection.
        """
        if self._is_open:
            recover_reads()
            return
        connection: Any = reading_connection()
        connection.ensure_connection()
        if connection.in_atomic_block:
            return
        if connection.vendor == "postgresql":
            connection.begin_with(BEGIN_POSTGRESQL, _SAVEPOINT)
        else:
            _execute(_BEGIN_SQLITE)
        self._is_open = True

    def begin_write(self) -> None:
        """End the transaction before a write. The next read begins another one."""
        self.end()

    def end(self) -> None:
        """End the transaction, if one is open. What was read stays valid, even if the connection is lost now."""
        if not self._is_open:
            return
        self._is_open = False
        connection: Any = reading_connection()
        try:
            if connection.vendor == "postgresql":
                with connection.wrap_database_errors:
                    connection.end_transaction()
            else:
                _execute("COMMIT")
        except DatabaseError:
            with suppress(DatabaseError):
                connection.close()


@contextmanager
def one_state() -> Iterator[Snapshot]:
    """Let the block read one state of the database. It must not write."""
    snapshot = Snapshot()
    snapshot.begin()
    try:
        yield snapshot
    finally:
        snapshot.end()


def recover_reads() -> bool:
    """Let the thread's snapshot go on if a statement of it failed. Return whether it can.

    It cannot if the connection is lost, or if a caller began the transaction.
    """
    connection = reading_connection()
    session: Any = connection.connection
    if connection.vendor != "postgresql":
        return True
    if session.closed or connection.in_atomic_block:
        return False
    if session.pgconn.transaction_status == TransactionStatus.INERROR:
        _execute(_RECOVER)
    return True


def _execute(sql: str) -> None:
    # Past Django's cursors: this is no statement of the operation, and neither logged nor counted as one.
    connection: Any = reading_connection()
    with connection.wrap_database_errors:
        connection.connection.execute(sql)
