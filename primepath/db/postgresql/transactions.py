"""Transactions of PostgreSQL: BEGIN and the timeouts are sent together with the first statement.

They cost no round trip of their own, and a transaction without a statement costs none. The timeouts are set with SET LOCAL,
so they end with the transaction. Nothing stays in the session. A pooler such as PgBouncer can run each transaction in another
session, and no client gets the timeouts of another one.

Django's cursors insert the parameters into the text of a statement, so one message can contain several statements. Outside of
a transaction, PostgreSQL runs such a message as one transaction. So SET LOCAL also works for a single statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import Any, NamedTuple

import psycopg
from django.db.backends.postgresql import base
from django.db.backends.postgresql.operations import DatabaseOperations as BaseOperations
from psycopg import ClientCursor, Error, errors, sql
from psycopg.pq import TransactionStatus

from primepath.db.postgresql.prepared import PROCESS, Message, PreparedStatements

_IDLE = TransactionStatus.IDLE
# The name is unknown, because another client of a session deallocated it. Or a column has got another type, so that the rows would have other ones.
_OUTDATED = (errors.InvalidSqlStatementName, errors.FeatureNotSupported)


class Opening(NamedTuple):
    """Statements to send before the next one, each with a semicolon at its end."""

    sql: str
    number: int


_NOTHING = Opening("", 0)


def _opening(*statements: str) -> Opening:
    return Opening("".join(f"{each}; " for each in statements), len(statements))


class Cursor(base.Cursor, ClientCursor[Any]):
    """A cursor that sends what must precede a statement in the same message. It returns only the results of the statement."""

    db: Transactions | None = None
    """The connection that knows what must precede. None in a cursor that Django did not create."""
    opening = _NOTHING
    """The statements that preceded the last one."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        opening = self.opening = self.db.opening() if self.db is not None else _NOTHING
        if not opening.number:
            return super().execute(query, params, **options)
        before = opening.sql if isinstance(query, str) else sql.SQL(opening.sql)
        super().execute(before + query, params, **options)
        return self.set_result(opening.number)

    def fetch_prepared(
        self, statements: Sequence[tuple[str, Sequence[Any]]], *, commit: bool = False
    ) -> list[list[tuple[Any, ...]]]:
        """Run statements in one message, and prepare them if that is possible. Return the rows of each.

        ``statements``: texts of a limited number, with their parameters. ``commit``: the message also ends the transaction.
        """
        session: Any = self.connection
        known: PreparedStatements | None = getattr(session, "prepared", None)
        asks = known is not None and known.is_direct is None
        messages = [Message(PROCESS, PROCESS)] if asks else []
        for query, parameters in statements:
            messages.append(
                Message(query, query) if known is None else known.message(query, len(parameters))
            )
        texts = [each.text for each in messages]
        try:
            self.execute(
                "; ".join([*texts, "COMMIT"] if commit else texts),
                [value for _, parameters in statements for value in parameters],
            )
        except _OUTDATED as error:
            if not any(each.is_prepared for each in messages):
                raise
            session.close()
            message = "a prepared statement of the connection is out of date"
            raise psycopg.OperationalError(message) from error
        if commit and self.db is not None:
            self.db.has_committed()
        rows = [self._fetch_last(each.results) for each in messages]
        if known is not None:
            known.add(messages)
            if asks:
                ((process,),), *rows = rows
                known.note_process(process)
        return rows

    def _fetch_last(self, results: int) -> list[tuple[Any, ...]]:
        """Return the rows of the last one of the next ``results`` results."""
        for _ in range(results - 1):
            self.nextset()
        rows = self.fetchall()
        self.nextset()
        return rows

    # These have messages of their own in any case.

    def executemany(self, *args: Any, **options: Any) -> None:
        with self._transaction():
            super().executemany(*args, **options)

    @contextmanager
    def copy(self, *args: Any, **options: Any) -> Iterator[Any]:
        with self._transaction(), super().copy(*args, **options) as copy:
            yield copy

    def stream(self, *args: Any, **options: Any) -> Iterator[Any]:
        with self._transaction():
            yield from super().stream(*args, **options)

    def _transaction(self) -> AbstractContextManager[None]:
        return nullcontext() if self.db is None else self.db.in_transaction()


class DatabaseOperations(BaseOperations):
    """Django's operations, with a log that shows only the statement of the caller."""

    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> Any:
        executed = super().last_executed_query(cursor, sql, params)
        return executed and executed.removeprefix(cursor.opening.sql)


class Transactions(base.DatabaseWrapper):
    """Django's connection, which begins a transaction with its first statement."""

    ops_class = DatabaseOperations

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._timeouts: tuple[str, ...] = ()
        self._begin = _NOTHING
        self._single = _NOTHING
        self._check: Callable[[], None] | None = None

    def limit(self, *, statement_seconds: float, lock_seconds: float) -> None:
        """End each later statement after this time, and each wait for a lock. Nothing is sent now."""
        self._timeouts = (
            set_timeout("statement_timeout", statement_seconds),
            set_timeout("lock_timeout", lock_seconds),
        )
        self._single = _opening(*self._timeouts)

    def unlimit(self) -> None:
        """Let each later statement run and wait as long as the server allows."""
        self._timeouts = ()
        self._single = _NOTHING

    def begin_with(self, begin: str, *then: str) -> None:
        """Begin a transaction with the next statement. ``then`` is run in it before that statement."""
        self._begin = _opening(begin, *self._timeouts, *then)

    def then(self, statement: str) -> None:
        """Run a statement without a result at the start of a transaction, together with the first one."""
        session: Any = self.connection
        if session.pgconn.transaction_status != _IDLE:
            session.execute(statement)
        else:
            self._begin = Opening(f"{self._begin.sql}{statement}; ", self._begin.number + 1)

    def end_transaction(self) -> None:
        """Commit a transaction that `begin_with` began. Nothing is sent if it had no statement."""
        self._begin = _NOTHING
        self.connection.commit()

    def has_committed(self) -> None:
        """Note that a message has ended the transaction that `begin_with` began."""
        self._begin = _NOTHING

    def is_in_transaction(self) -> bool:
        return bool(self.connection.pgconn.transaction_status != _IDLE)

    def check_with(self, check: Callable[[], None] | None) -> None:
        """Call ``check`` before each later statement. It raises to refuse the statement. None: no longer."""
        self._check = check

    def opening(self) -> Opening:
        """Return what must be sent before the next statement."""
        if self._check is not None:
            self._check()
        # The server's own status: after a message with a syntax error, the transaction has not begun yet.
        if self.connection.pgconn.transaction_status != _IDLE:
            return _NOTHING
        return self._begin if self._begin.number else self._single

    @contextmanager
    def in_transaction(self) -> Iterator[None]:
        """Run the block in a transaction with the timeouts. It is one of its own, unless a transaction has begun."""
        self.open_transaction()
        opening = self.opening()
        if not opening.number:
            yield
            return
        session: Any = self.connection
        session.execute(f"BEGIN; {opening.sql}")
        try:
            yield
        except BaseException:
            # The connection can be lost.
            with suppress(Error):
                session.rollback()
            raise
        session.commit()

    def open_transaction(self) -> None:
        """Send what begins the transaction, if one must begin, without a further statement."""
        if self._begin.number and self.opening().number:
            self.connection.execute(self._begin.sql)

    def get_connection_params(self) -> dict[str, Any]:
        return {**super().get_connection_params(), "cursor_factory": Cursor}

    def create_cursor(self, name: str | None = None) -> Any:
        if name:
            self.open_transaction()
        cursor = super().create_cursor(name)
        cursor.db = self
        return cursor

    def _set_autocommit(self, autocommit: bool) -> None:
        session: Any = self.connection
        if not session.autocommit or session.pgconn.transaction_status != _IDLE:
            # The session is new, or psycopg raises an error because a transaction is open.
            super()._set_autocommit(True)  # type: ignore[misc]
        self._begin = _NOTHING
        if not autocommit:
            level = session.isolation_level
            self.begin_with(
                "BEGIN"
                if level is None
                else f"BEGIN ISOLATION LEVEL {level.name.replace('_', ' ')}"
            )


def set_timeout(name: str, seconds: float) -> str:
    """Return the statement that sets a timeout until the end of the transaction."""
    # 0 would mean no limit.
    return f"SET LOCAL {name} = {max(1, round(1_000 * seconds))}"
