"""Checks of the replicas in the background, once a second.

A replica is left out if it does not respond, is no standby, belongs to another database, or is too far behind. Its
lag is measured in the primary's positions: the time for which the primary has had a position that the replica has not replayed.
So an idle primary is no lag, and the clocks of the machines do not matter.
"""

from __future__ import annotations

import logging
import threading
import time
from functools import cache
from typing import Any, NamedTuple

import psycopg
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from prometheus_client import Gauge

from primepath.db.postgresql.session import Session
from primepath.db.replicas import Replica, replicas

logger = logging.getLogger("primepath.replicas")

_INTERVAL_SECONDS = 1
_PATIENCE_SECONDS = 2
_MAX_POSITIONS = 1_000
# The system identifier is the same on all copies of a server. Replaying never changes it.
_STATE = """
SELECT pg_is_in_recovery(),
    CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_flush_lsn() END - '0/0'::pg_lsn,
    (SELECT concat_ws('/', system_identifier, current_database()) FROM pg_control_system())
"""

_LAG = Gauge(
    "primepath_replica_lag_seconds",
    "Seconds by which the replica is behind the primary.",
    ["replica"],
    multiprocess_mode="livemax",
)


class ServerState(NamedTuple):
    """A server's state: whether it is a standby, how far its log has been written or replayed, and its identity."""

    is_standby: bool
    position: int
    identity: str


class PrimaryPositions:
    """Positions of the primary's log that the replica has not replayed so far, each with the time when it was first seen."""

    def __init__(self) -> None:
        self._seen: list[tuple[float, int]] = []

    def add(self, now: float, position: int) -> None:
        if self._seen and position <= self._seen[-1][1]:
            # The log of a new primary can be shorter: the old one has lost its end.
            self._seen = [each for each in self._seen if each[1] <= position]
            if self._seen and position == self._seen[-1][1]:
                return
        self._seen.append((now, position))
        if len(self._seen) > _MAX_POSITIONS:
            # The first and the last stay.
            del self._seen[1:-1:2]

    def lag(self, now: float, replayed: int) -> float:
        """Return the lag in seconds of a replica that has replayed the log up to this position."""
        self._seen = [each for each in self._seen if each[1] > replayed]
        return now - self._seen[0][0] if self._seen else 0.0


class _Server:
    """A server, asked through one connection that is opened again when it is lost."""

    def __init__(self, alias: str) -> None:
        self._alias = alias
        self._session: Session | None = None

    def state(self) -> ServerState:
        """Return the state now. Raises `psycopg.Error`."""
        try:
            if self._session is None:
                self._session = self._connect()
            row = self._session.execute(_STATE).fetchone()
        except psycopg.Error:
            self.disconnect()
            raise
        assert row is not None
        return ServerState(row[0], int(row[1] or 0), row[2])

    def disconnect(self) -> None:
        if self._session is not None:
            self._session.close()
        self._session = None

    def _connect(self) -> Session:
        wrapper: Any = connections[self._alias]
        parameters = {**wrapper.get_connection_params(), "connect_timeout": _PATIENCE_SECONDS}
        session = Session.connect(**parameters, autocommit=True)
        session.patience = _PATIENCE_SECONDS
        return session


class Probe(threading.Thread):
    """Checks one replica until the process ends. A replica that does not respond does not delay the checks of others."""

    def __init__(self, replica: Replica) -> None:
        super().__init__(name=f"probe of {replica.name}", daemon=True)
        self.replica = replica
        self._server = _Server(replica.alias)
        self._primary = _Server(DEFAULT_DB_ALIAS)
        self._positions = PrimaryPositions()
        self._identity: str | None = None

    def run(self) -> None:
        while True:
            self.replica.suspected.clear()
            try:
                self.check()
            except Exception:
                logger.exception("The check of replica %s failed.", self.replica.name)
                self.replica.leave_out("its check failed", lost=False)
            self.replica.suspected.wait(_INTERVAL_SECONDS)

    def disconnect(self) -> None:
        """Close the connections of the checks. The next check opens them again."""
        self._server.disconnect()
        self._primary.disconnect()

    def check(self) -> None:
        """Check the replica once. Leave it out or take it in."""
        self._ask_primary()
        try:
            state = self._server.state()
        except psycopg.Error as error:
            reason = " ".join(str(error).split())
            # A role that cannot call the function has a connection all the same.
            lost = not isinstance(error, psycopg.errors.InsufficientPrivilege)
            self.replica.leave_out(f"it does not respond: {reason}", lost=lost)
            return
        if problem := self._problem(state):
            self.replica.leave_out(problem, lost=False)
        else:
            self.replica.take_in()

    def _ask_primary(self) -> None:
        """Note the primary's position. Without the primary, its last known position counts."""
        try:
            state = self._primary.state()
        except psycopg.Error:
            return
        if state.is_standby:
            # After a failover, the address can lead to another server.
            self._primary.disconnect()
            return
        self._identity = state.identity
        self._positions.add(time.monotonic(), state.position)

    def _problem(self, state: ServerState) -> str | None:
        if not state.is_standby:
            return "it is not a standby"
        if self._identity is None:
            return "the primary does not respond"
        if state.identity != self._identity:
            return "it is a standby of another database"
        lag = self._positions.lag(time.monotonic(), state.position)
        _LAG.labels(self.replica.name).set(lag)
        if lag > settings.DATABASE_REPLICA_MAX_LAG:
            return f"it is {lag:.0f} seconds behind"
        return None


_starting = threading.Lock()


def start_probes() -> None:
    """Start the checks of all replicas in this process, on the first call."""
    with _starting:
        _start_probes()


@cache
def _start_probes() -> None:
    for replica in replicas().all:
        Probe(replica).start()
