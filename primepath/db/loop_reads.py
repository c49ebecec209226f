"""Queries that the event loop sends itself, for requests that need nothing else.

The way to a thread and back takes longer than such a query. The event loop must not wait. So a query that cannot be sent immediately is
not sent, and the caller asks a thread. Only for PostgreSQL: a query of SQLite computes in the thread that sends it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections

from primepath.db.postgresql.pipeline import FutureRows, NoConnectionError, Pipeline, Rows
from primepath.db.postgresql.pool import Pool
from primepath.db.postgresql.session import Session
from primepath.db.statement import BoundStatement, Lookup, rows_of
from primepath.db.usage import count_statements

T = TypeVar("T")

# A usual query takes less than a thousandth of a second. PgBouncer keeps a query while the database is away.
_PATIENCE_SECONDS = 0.2
_OPEN_AGAIN_SECONDS = 1.0
# Queries that are not answered yet.
_MOST = 64

logger = logging.getLogger("primepath.database")


class _Sent(NamedTuple):
    """Statements that were sent, and their future rows."""

    session: Session
    rows: FutureRows


class LoopReads:
    """Sends queries to the primary, over one connection that it opens when it is needed."""

    def __init__(self) -> None:
        pool = getattr(connections[DEFAULT_DB_ALIAS], "pool", None)
        self._pool: Pool | None = pool if isinstance(pool, Pool) else None
        self._pipeline: Pipeline | None = None
        self._opening: asyncio.Future[None] | None = None
        self._tried_at = float("-inf")

    @property
    def is_ready(self) -> bool:
        """True if a query can be sent now."""
        return self._usable() is not None

    async def run(self, lookup: Lookup[T]) -> T | None:
        """Return the result of a query. None also if a thread must send it."""
        try:
            sent = self._send([lookup.statement])
            await sent.rows
            rows = self._rows_of(sent)
        except psycopg.Error:
            return None
        return lookup.read(rows_of(lookup.statement, rows[0]))

    async def run_with(
        self, statements: Sequence[BoundStatement], use: Callable[[list[Rows], float], T]
    ) -> T:
        """Return what ``use`` makes of the rows of statements, which see one state, and of the seconds that these took.

        Raises `NoConnectionError` if any other statements would have failed too, and another `psycopg.Error` if one of these has.

        ``use`` can run another event loop: it is called outside of all tasks of this one.
        """
        sent = self._send(statements)
        result: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def finish(_: object) -> None:
            try:
                rows = self._rows_of(sent)
                if not result.done():
                    result.set_result(use(rows, sent.rows.seconds))
            except Exception as error:
                if not result.done():
                    result.set_exception(error)

        sent.rows.add_done_callback(finish)
        return await result

    def _send(self, statements: Sequence[BoundStatement]) -> _Sent:
        pipeline = self._usable()
        if pipeline is None:
            raise NoConnectionError("the event loop has no connection that is free")
        count_statements(len(statements))
        rows = pipeline.send([(each.compiled.sql, each.parameters) for each in statements])
        return _Sent(pipeline.session, rows)

    def _rows_of(self, sent: _Sent) -> list[Rows]:
        """Return the rows that have arrived. Raises `psycopg.Error` if they cannot be used."""
        assert self._pool is not None
        rows = sent.rows.result()
        # A primary that has become a standby may answer too.
        if not self._pool.is_current(sent.session):
            raise NoConnectionError("the connection can no longer be used")
        return rows

    def _usable(self) -> Pipeline | None:
        pool, pipeline = self._pool, self._pipeline
        if pool is None:
            return None
        if pipeline is not None and not pipeline.has_ended:
            if pool.is_current(pipeline.session):
                return pipeline if len(pipeline) < _MOST else None
            pipeline.end()
        self._pipeline = None
        self._open_soon(pool)
        return None

    def _open_soon(self, pool: Pool) -> None:
        now = time.monotonic()
        if self._opening is None and now - self._tried_at >= _OPEN_AGAIN_SECONDS:
            self._tried_at = now
            self._opening = asyncio.ensure_future(self._open(pool))

    async def _open(self, pool: Pool) -> None:
        try:
            session = await asyncio.to_thread(pool.open_apart)
            self._pipeline = Pipeline(
                session, patience=_PATIENCE_SECONDS, close=partial(_close, pool, session)
            )
        except psycopg.Error as error:
            logger.info("The event loop has no connection to the database: %s", error)
        finally:
            self._opening = None


def _close(pool: Pool, session: Session, reason: psycopg.Error | None) -> None:
    pool.close_apart(session, is_lost=isinstance(reason, psycopg.OperationalError))
    if reason is not None:
        logger.warning("The event loop has lost its connection to the database: %s", reason)
