"""The connections of a process to one PostgreSQL database."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg
from psycopg import errors
from psycopg.pq import TransactionStatus
from psycopg.types.datetime import TimestamptzLoader

from primepath.db.postgresql import metrics
from primepath.db.postgresql.prepared import PROCESS, PreparedStatements
from primepath.db.postgresql.session import NoResponseError, Session
from primepath.db.postgresql.turns import Turns
from primepath.db.reachability import Watch

_MAX_AGE_SECONDS = 3_600
_MAX_IDLE_SECONDS = 600
# A firewall can drop an idle connection without closing it.
_CHECK_AFTER_SECONDS = 30
# How soon a waiting thread notices that the database is away.
_SLICE_SECONDS = 0.25
# Without a response for so long, waiting threads are a sign that the database is away.
_SILENCE_SECONDS = 1
# While PostgreSQL is away, PgBouncer refuses new clients with this. It keeps the connections of others open, so these prove nothing.
_PGBOUNCER_HAS_NO_SERVER = "server login has been failing"
# The least that psycopg allows.
_PROBE_SECONDS = 2


class NoFreeConnectionError(psycopg.OperationalError):
    """All connections of the process were in use for too long."""


class DatabaseAwayError(psycopg.OperationalError):
    """The database is known to be away, so nothing was tried."""


class Pool:
    """At most ``max_size`` connections, opened by ``connect`` when they are needed and used again.

    Threads that need a connection get one in the order in which they asked. Each thread waits at most ``timeout`` seconds.
    ``connect`` takes options of libpq that replace its own. ``needs_writable``: connections to a server that
    accepts no changes are closed, because another host may. ``prepares``: statements can be prepared.

    Django calls `open`, `getconn`, `putconn` and `close`. They have the names of psycopg's own pool.
    """

    def __init__(
        self,
        alias: str,
        connect: Callable[..., Session],
        *,
        max_size: int,
        timeout: float,
        needs_writable: bool = False,
        prepares: bool = True,
    ) -> None:
        self._connect = connect
        self._timeout = timeout
        self._needs_writable = needs_writable
        self._prepares = prepares
        self._turns = Turns(max_size)
        # The connection that was used last is used next.
        self._idle: deque[Session] = deque()
        self._in_use: set[Session] = set()
        self._is_closed = False
        self._lost_at = float("-inf")
        self.watch = Watch(alias, self._probe)
        metrics.SIZE.labels(alias).set(max_size)
        self._wait_seconds = metrics.WAIT_SECONDS.labels(alias)
        self._number_in_use = metrics.IN_USE.labels(alias)
        self._number_open = metrics.OPEN.labels(alias)

    def open(self) -> None:
        """Do nothing: connections are opened when they are needed."""

    def close(self) -> None:
        """Close all connections: idle ones now, others when they are returned."""
        self._is_closed = True
        self._close_idle()

    def getconn(self) -> Session:
        """Return a connection. Raises `psycopg.OperationalError` if it cannot."""
        self._raise_if_away()
        self._wait_for_turn()
        try:
            session = self._usable_idle() or self._open()
        except BaseException:
            self._turns.end()
            raise
        self._use(session)
        return session

    def putconn(self, session: Session) -> None:
        """Accept a connection that is no longer used. If it was lost, find out whether the database is away."""
        self._in_use.discard(session)
        self._number_in_use.dec()
        try:
            self._keep_or_close(session)
        finally:
            self._turns.end()

    def open_apart(self) -> Session:
        """Open a connection that does not belong to the pool, for `Pipeline`. Raises `psycopg.OperationalError` if it cannot."""
        session = self._open()
        # Django's loader, which is not compiled, returns the same times, because the session is in UTC.
        session.adapters.register_loader("timestamptz", TimestamptzLoader)
        if session.prepared is not None:
            ((process,),) = session.execute(PROCESS).fetchall()
            session.prepared.note_process(process)
        return session

    def close_apart(self, session: Session, *, is_lost: bool) -> None:
        """Close a connection of `open_apart`. If it was lost, find out whether the database is away."""
        self._close(session)
        if is_lost:
            self._note_lost()

    def is_current(self, session: Session) -> bool:
        """Return whether a connection can be used again: it is open, not too old, and accepts changes if that is needed."""
        return not (
            session.closed
            or self._is_closed
            or time.monotonic() > session.expires_at
            or (self._needs_writable and session.is_read_only())
        )

    def _use(self, session: Session) -> None:
        self._in_use.add(session)
        self._number_in_use.inc()

    def _wait_for_turn(self) -> None:
        if self._turns.take_free():
            return
        began = time.monotonic()
        try:
            seconds = min(_SLICE_SECONDS, self._timeout)
            self._turns.wait(seconds, lambda: self._check_patience(began))
        finally:
            self._wait_seconds.observe(time.monotonic() - began)

    def _check_patience(self, began: float) -> None:
        """Raise an exception if a thread that has waited since ``began`` should not wait any longer."""
        self._raise_if_away()
        now = time.monotonic()
        if now - began >= self._timeout:
            metrics.REFUSED.labels(self.watch.alias, "busy").inc()
            raise NoFreeConnectionError(
                f"all connections of the process were in use for {self._timeout:g} seconds"
            )
        if now - max(began, self.watch.heard_at) > _SILENCE_SECONDS:
            self.watch.suspect()

    def _raise_if_away(self) -> None:
        if (problem := self.watch.problem) is not None:
            metrics.REFUSED.labels(self.watch.alias, "away").inc()
            raise DatabaseAwayError(problem)

    def _usable_idle(self) -> Session | None:
        """Return an idle connection that works, and close any that does not."""
        while True:
            try:
                session = self._idle.pop()
            except IndexError:
                return None
            idle = time.monotonic() - session.idle_since
            # Probably it was lost together with another one, and PostgreSQL has not reported it yet.
            is_doubtful = session.idle_since <= self._lost_at
            if session.works(ask=is_doubtful or idle >= _CHECK_AFTER_SECONDS):
                return session
            self._close(session)
            self._note_lost()

    def _open(self) -> Session:
        # It can have been away since this thread began to wait.
        self._raise_if_away()
        try:
            session = self._connect()
        except psycopg.Error:
            metrics.CONNECTIONS.labels(self.watch.alias, "failed").inc()
            self.watch.suspect()
            raise
        return self._welcome(session)

    def _welcome(self, session: Session) -> Session:
        metrics.CONNECTIONS.labels(self.watch.alias, "opened").inc()
        self._number_open.inc()
        session.patience = None
        if self._prepares:
            session.prepared = PreparedStatements(session.info.backend_pid)
        session.watch = self.watch
        self.watch.heard_at = time.monotonic()
        session.expires_at = self.watch.heard_at + _MAX_AGE_SECONDS
        # Django returns a connection to the pool that is named here.
        pooled: Any = session
        pooled._pool = self
        return session

    def _keep_or_close(self, session: Session) -> None:
        status = session.pgconn.transaction_status
        if status in (TransactionStatus.INTRANS, TransactionStatus.INERROR):
            with suppress(psycopg.Error):
                session.rollback()
            status = session.pgconn.transaction_status
        now = session.idle_since = time.monotonic()
        if session.closed:
            self._close(session)
            self._note_lost()
        elif status != TransactionStatus.IDLE or not self.is_current(session):
            self._close(session)
        else:
            self._idle.append(session)
            self._close_unused(now)

    def _close_unused(self, now: float) -> None:
        with suppress(IndexError):
            oldest = self._idle.popleft()
            if now - oldest.idle_since > _MAX_IDLE_SECONDS:
                self._close(oldest)
            else:
                self._idle.appendleft(oldest)

    def _note_lost(self) -> None:
        """Note that a connection was lost. The others have probably been lost too."""
        metrics.CONNECTIONS.labels(self.watch.alias, "lost").inc()
        self._lost_at = time.monotonic()
        self.watch.suspect()

    def _close(self, session: Session) -> None:
        self._number_open.dec()
        session.close()

    def _close_idle(self) -> None:
        with suppress(IndexError):
            while True:
                self._close(self._idle.pop())

    def _probe(self) -> None:
        """Open a connection for the next request. Raises `psycopg.Error` if the database is away."""
        if self._is_closed:
            return
        began = time.monotonic()
        try:
            session = self._connect_and_ask()
        except psycopg.Error as error:
            if not self._is_alive(error, began):
                self._close_idle()
                raise
            return
        self._welcome(session)
        if self._turns.take_free():
            self._use(session)
            self.putconn(session)
        else:
            self._close(session)

    def _connect_and_ask(self, *, may_repeat: bool = True) -> Session:
        session = self._connect(connect_timeout=_PROBE_SECONDS)
        try:
            # PgBouncer accepts a connection while PostgreSQL is away, but no statement.
            session.execute("SELECT 1")
        except psycopg.Error as error:
            session.close()
            if isinstance(error, errors.AdminShutdown) and may_repeat:
                # An administrator has ended this connection. If PostgreSQL shuts down, it accepts no further one.
                return self._connect_and_ask(may_repeat=False)
            raise NoResponseError(f"a new connection is open, but {error}") from error
        return session

    def _is_alive(self, error: psycopg.Error, since: float) -> bool:
        """Return whether the database is there, although an attempt that began at ``since`` ended with ``error``."""
        is_silent = isinstance(error, errors.ConnectionTimeout | NoResponseError)
        if is_silent or _PGBOUNCER_HAS_NO_SERVER in str(error):
            return self.watch.heard_at > since
        # It can refuse new connections only, for example because it has too many.
        with suppress(IndexError):
            while True:
                session = self._idle.pop()
                if session.works(ask=True):
                    self._idle.append(session)
                    return True
                self._close(session)
        return any(not session.closed for session in list(self._in_use))
