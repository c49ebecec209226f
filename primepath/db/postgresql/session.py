"""A connection to PostgreSQL that does not wait forever."""

from __future__ import annotations

import select
import time
from collections.abc import Generator
from typing import Any, TypeVar

import psycopg
from psycopg import errors
from psycopg.pq import DiagnosticField, PGresult

from primepath.db.postgresql.prepared import PreparedStatements
from primepath.db.reachability import Watch

_Result = TypeVar("_Result")

# How often psycopg checks for Ctrl-C, and `Session` whether PostgreSQL is away. The default of psycopg is 0.1.
_INTERRUPT_SECONDS = 0.05
# After so long without a response, find out whether PostgreSQL is away, and then again each second. Usual statements take less.
_SILENCE_SECONDS = 0.1
_AGAIN_SECONDS = 1.0
# For the first statements of a connection, and for the check of an idle one.
_SET_UP_SECONDS = 2.0


class NoResponseError(psycopg.OperationalError):
    """PostgreSQL did not respond in time, or is away, so the connection was closed."""


class OutcomeUnknownError(psycopg.OperationalError):
    """The connection was lost during COMMIT, so the change may or may not be saved."""


class Session(psycopg.Connection[Any]):
    """A connection that is closed if PostgreSQL does not respond within ``patience`` seconds.

    A live server ends each statement after its ``statement_timeout``. A server that is frozen or cut off does not. Its
    response could arrive later, so the connection cannot be used again. It is closed earlier if PostgreSQL is away: PgBouncer
    keeps the connection open meanwhile, and lets the statement wait for a server.

    ``patience``: None for no limit, as commands such as migrations need.
    ``watch``: learns when PostgreSQL responded.
    ``prepared``: the statements that are prepared on it. None if none can be.
    """

    patience: float | None = _SET_UP_SECONDS
    watch: Watch | None = None
    prepared: PreparedStatements | None = None
    expires_at = 0.0
    idle_since = 0.0

    def wait(
        self, gen: Any, interval: float = _INTERRUPT_SECONDS, timeout: float | None = None
    ) -> Any:
        if timeout is not None or self.patience is None:
            result = super().wait(gen, interval, timeout)
        else:
            try:
                result = super().wait(self._watching(gen), interval, self.patience)
            except errors._WaitTimeout:
                self.close()
                raise NoResponseError(f"no response within {self.patience:g} seconds") from None
        if self.watch is not None and not self.closed and not ends_session(result):
            self.watch.heard_at = time.monotonic()
        return result

    def _watching(self, gen: Generator[Any, Any, _Result]) -> Generator[Any, Any, _Result]:
        """Do what ``gen`` does, and look whether PostgreSQL is away when psycopg reports that nothing has arrived."""
        began, ready = time.monotonic(), None
        suspicious = _SILENCE_SECONDS
        while True:
            try:
                waits_for = gen.send(ready)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            ready = yield waits_for
            if ready or self.watch is None:
                continue
            if self.watch.problem is not None:
                self.close()
                raise NoResponseError(f"no response: {self.watch.problem}")
            silence = time.monotonic() - max(began, self.watch.heard_at)
            if silence > suspicious:
                suspicious = silence + _AGAIN_SECONDS
                self.watch.suspect()

    def commit(self) -> None:
        was_open = not self.closed
        try:
            super().commit()
        except psycopg.OperationalError as error:
            if was_open and self.closed:
                raise OutcomeUnknownError(f"connection lost during COMMIT: {error}") from error
            raise

    def works(self, *, ask: bool) -> bool:
        """Return whether an idle connection can be used.

        Without ``ask``, look at the socket only, which takes microseconds: PostgreSQL sends a message when it closes an
        idle connection, and hardly ever otherwise.
        """
        if self.closed:
            return False
        poll = select.poll()
        poll.register(self.pgconn.socket, select.POLLIN)
        return self.responds() if ask or poll.poll(0) else True

    def responds(self) -> bool:
        """Return whether PostgreSQL responds, within seconds."""
        usual, self.patience = self.patience, _SET_UP_SECONDS
        try:
            self.execute("")
        except psycopg.Error:
            return False
        else:
            return True
        finally:
            self.patience = usual

    def is_read_only(self) -> bool:
        """Return whether PostgreSQL accepts no changes, as it said with its last response."""
        status = self.pgconn.parameter_status
        return b"on" in (status(b"in_hot_standby"), status(b"default_transaction_read_only"))


def ends_session(results: Any) -> bool:
    """Return whether the last response was the reason why the server closes the connection. PgBouncer sends it too."""
    # COPY and streams have results of other types.
    last = results[-1] if isinstance(results, list) and results else None
    if not isinstance(last, PGresult):
        return False
    return last.error_field(DiagnosticField.SEVERITY_NONLOCALIZED) in (b"FATAL", b"PANIC")
