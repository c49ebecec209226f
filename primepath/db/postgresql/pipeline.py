"""Statements that the event loop sends itself, without a thread.

For a small statement, most of the time is the way to a thread and back. So the event loop has one connection in the pipeline
mode of libpq. It sends each statement immediately, also while earlier ones are not answered. PostgreSQL answers them in order.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus

from primepath.db.postgresql.prepared import MAX_STATEMENTS, numbered
from primepath.db.postgresql.session import NoResponseError, Session, ends_session
from primepath.db.postgresql.transactions import set_timeout
from primepath.db.snapshot import BEGIN_POSTGRESQL

Rows = list[tuple[Any, ...]]


class NoConnectionError(psycopg.OperationalError):
    """There was no connection for statements, or it ended before they were answered. They are not the reason."""


class FutureRows(asyncio.Future[list[Rows]]):
    """The future rows of statements. ``seconds``: how long PostgreSQL took for them, without those sent before."""

    seconds = 0.0


class _Sent(NamedTuple):
    """Statements that were sent. ``at``: time of the event loop. ``rows`` gets the rows of each as they arrive."""

    answer: FutureRows
    at: float
    rows: list[Rows]


class Pipeline:
    """Sends statements over ``session`` in transactions. Create it in the event loop.

    It ends if a statement fails, or if PostgreSQL does not answer within ``patience`` seconds. Then it calls ``close`` with the reason.
    The statement fails with it too. All others that are not answered fail with `NoConnectionError`. If the connection is lost, all
    do. The reason is None if `end` was called.
    """

    def __init__(
        self, session: Session, *, patience: float, close: Callable[[psycopg.Error | None], None]
    ) -> None:
        self.session = session
        self.has_ended = False
        self._is_ending = False
        self._patience = patience
        # No request waits for a statement for longer.
        self._begin = (BEGIN_POSTGRESQL, ()), (set_timeout("statement_timeout", patience), ())
        self._close = close
        self._loop = asyncio.get_running_loop()
        self._connection = session.pgconn
        self._socket = self._connection.socket
        self._transformer = Transformer(session)
        self._sent: deque[_Sent] = deque()
        self._prepares = session.prepared is not None and bool(session.prepared.is_direct)
        self._names: dict[str, bytes] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._answered_at = 0.0
        self._connection.nonblocking = 1
        self._connection.enter_pipeline_mode()
        self._loop.add_reader(self._socket, self._receive)

    def __len__(self) -> int:
        """Number of statements that are not answered."""
        return len(self._sent)

    def end(self) -> None:
        """End when all statements are answered. No further ones can be sent."""
        self._is_ending = True
        if not self._sent:
            self._end(None)

    def send(self, statements: Sequence[tuple[str, Sequence[Any]]]) -> FutureRows:
        """Send SELECTs, which see one state of the database. Return the future rows of each. Raises `psycopg.Error`."""
        messages = [(sql, self._values(parameters)) for sql, parameters in statements]
        if len(messages) > 1:
            messages = [*self._begin, *messages, ("COMMIT", ())]
        sent = _Sent(FutureRows(loop=self._loop), self._loop.time(), [])
        try:
            for sql, values in messages:
                self._send(sql, values)
            self._connection.pipeline_sync()
            self._flush()
        except psycopg.Error as error:
            self._end(NoConnectionError(str(error)))
            raise
        self._sent.append(sent)
        if self._timer is None:
            self._timer = self._loop.call_later(self._patience, self._check_patience)
        return sent.answer

    def _values(self, parameters: Sequence[Any]) -> Sequence[Any]:
        # As text, so that PostgreSQL infers the types, as it does for literals. A value that cannot be sent does not end the pipeline.
        return self._transformer.dump_sequence(parameters, [PyFormat.TEXT] * len(parameters))

    def _send(self, sql: str, values: Sequence[Any]) -> None:
        name = self._names.get(sql)
        if name is None and self._prepares and len(self._names) < MAX_STATEMENTS:
            name = self._names[sql] = b"primepath_%d" % len(self._names)
            self._connection.send_prepare(name, numbered(sql).encode())
        if name is None:
            self._connection.send_query_params(numbered(sql).encode(), values)
        else:
            self._connection.send_query_prepared(name, values)

    def _flush(self) -> None:
        if self._connection.flush():
            self._loop.add_writer(self._socket, self._continue)

    def _continue(self) -> None:
        self._loop.remove_writer(self._socket)
        try:
            self._flush()
        except psycopg.Error as error:
            self._end(NoConnectionError(str(error)))

    def _receive(self) -> None:
        try:
            self._connection.consume_input()
        except psycopg.Error as error:
            self._end(NoConnectionError(str(error)))
            return
        try:
            while self._sent and not self._connection.is_busy():
                self._take(self._connection.get_result())
        except psycopg.Error as error:
            self._end(error)
            return
        except Exception as error:
            # The rows of this message are incomplete.
            self._end(psycopg.DataError(f"a value cannot be read: {error!r}"))
            return
        if self.session.watch is not None:
            self.session.watch.heard_at = time.monotonic()
        if self._is_ending and not self._sent:
            self._end(None)

    def _take(self, result: Any) -> None:
        if result is None:
            return
        if result.status == ExecStatus.PIPELINE_SYNC:
            sent = self._sent.popleft()
            now = self._loop.time()
            sent.answer.seconds = now - max(sent.at, self._answered_at)
            self._answered_at = now
            if not sent.answer.done():
                sent.answer.set_result(sent.rows)
        elif result.status == ExecStatus.TUPLES_OK:
            self._transformer.set_pgresult(result)
            self._sent[0].rows.append(self._transformer.load_rows(0, result.ntuples, tuple))
        elif result.status != ExecStatus.COMMAND_OK:
            error = error_from_result(result)
            raise NoConnectionError(str(error)) if ends_session([result]) else error

    def _check_patience(self) -> None:
        self._timer = None
        if not self._sent:
            return
        left = self._sent[0].at + self._patience - self._loop.time()
        if left <= 0:
            self._end(NoResponseError(f"no response within {self._patience:g} seconds"))
        else:
            self._timer = self._loop.call_later(left, self._check_patience)

    def _end(self, error: psycopg.Error | None) -> None:
        if self.has_ended:
            return
        self.has_ended = True
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        if self._timer is not None:
            self._timer.cancel()
        self._close(error)
        # PostgreSQL answers in order, so the first one has failed.
        reason = error
        for sent in self._sent:
            if reason is not None and not sent.answer.done():
                sent.answer.set_exception(reason)
            if not isinstance(reason, NoConnectionError):
                reason = NoConnectionError(f"the connection has ended: {error}")
        self._sent.clear()
