"""Reads of an operation from a replica.

Before the first read, the viewer's last change and access are read on the primary. A replica serves the operation if its
snapshot shows the same; otherwise the primary does. The whole answer is read from that one snapshot. So it never mixes two
states, and it contains everything that the viewer changed. Access that has ended on the primary has ended in it too.
"""

from __future__ import annotations

import datetime
import socket
from collections.abc import Callable
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.utils import timezone
from strawberry.types.graphql import OperationType

from primepath.db.reading import reading, reading_connection
from primepath.db.replica_probe import start_probes
from primepath.db.replicas import READS, Replica, replicas
from primepath.db.snapshot import Snapshot
from primepath.domain.viewer import Viewer
from primepath.models.database_state import (
    DatabaseState,
    current_state,
    read_state,
    use_state,
)
from primepath.models.viewer_state import ViewerState, viewer_state
from primepath.server.answer_life import do_not_keep_answer
from primepath.server.database_failures import (
    DatabaseFailure,
    database_failure,
    describe_failure,
)
from schema.operation.prepare import PreparedOperation

_LOST = frozenset({DatabaseFailure.CONNECTION, DatabaseFailure.POOL})


class RepeatOnPrimaryError(Exception):
    """The replica failed, or lacks what the client has already seen. The primary must run the operation again."""


class ReplicaReads(Snapshot):
    """A snapshot of a replica that can serve the viewer, or else of the primary. The first `begin` chooses."""

    def __init__(self, viewer: Viewer) -> None:
        super().__init__()
        self._viewer = viewer
        self._has_chosen = False
        self._replica: Replica | None = None
        self._socket: socket.socket | None = None
        self._primary_state = current_state()
        reading.problem = None

    def begin(self) -> None:
        if not self._has_chosen:
            self._has_chosen = True
            self._choose()
        try:
            super().begin()
        except Error as error:
            self._note(error)
            raise

    def end(self) -> None:
        if self._replica is None:
            super().end()
        else:
            self._end_on_replica("replica" if reading.problem is None else "repeated")

    def check(self) -> None:
        """Raise `RepeatOnPrimaryError` if the response is not to be used."""
        if reading.problem is not None:
            raise RepeatOnPrimaryError from reading.problem

    def _choose(self) -> None:
        start_probes()
        self._replica = replicas().take()
        if self._replica is None:
            READS.labels("none").inc()
            return
        outcome = "failed"
        try:
            now = timezone.now()
            expected = viewer_state(self._viewer, now)
            _release_primary()
            outcome = self._try(self._replica, expected, now)
        finally:
            if outcome != "replica":
                self._end_on_replica(outcome)

    def _try(self, replica: Replica, expected: ViewerState | None, now: datetime.datetime) -> str:
        """Begin a snapshot of the replica. Return the outcome: "replica" if it can serve the viewer."""
        try:
            self._socket = replica.connect()
            reading.alias = replica.alias
            super().begin()
            state = viewer_state(self._viewer, now)
        except (Error, psycopg.Error) as error:
            _suspect(replica, error)
            return "failed"
        if state is None or expected is None or not state.can_serve(expected):
            return "behind"
        reading.complete_below = state.complete_below
        self._use_state_of_replica(read_state(state.database, None))
        reading_connection().execute_wrappers.append(self._watch)
        return "replica"

    def _use_state_of_replica(self, state: DatabaseState | None) -> None:
        """Note the state of the snapshot. The answer can be kept if it shows what the primary showed before."""
        primary = self._primary_state
        if state is None or primary is None or state.contents != primary.contents:
            do_not_keep_answer()
        use_state(state)

    def _end_on_replica(self, outcome: str) -> None:
        """End the snapshot, and use the primary from now on."""
        replica, self._replica = self._replica, None
        watched, self._socket = self._socket, None
        assert replica is not None
        READS.labels(outcome).inc()
        try:
            super().end()
        finally:
            wrappers = connections[replica.alias].execute_wrappers
            wrappers[:] = [each for each in wrappers if each != self._watch]
            reading.use_primary()
            use_state(self._primary_state)
            replica.disconnect(watched)

    def _watch(self, execute: Callable[..., Any], *call: Any) -> Any:
        """Run a statement of the replica. One of Django's wrappers of statements."""
        try:
            return execute(*call)
        except Error as error:
            self._note(error)
            raise

    def _note(self, error: Error) -> None:
        """Note that the replica has failed. A statement that takes too long would do so on the primary too."""
        failure = database_failure(error)
        if self._replica is None or failure is DatabaseFailure.STATEMENT:
            return
        reading.problem = reading.problem or error
        _suspect(self._replica, error)


def replica_reads(operation: PreparedOperation) -> ReplicaReads | None:
    """Return the reads of an operation that a replica is allowed to serve. None if only the primary is."""
    viewer = operation.viewer
    if not replicas().all or viewer is None or viewer.user_id is None:
        return None
    return ReplicaReads(viewer) if operation.type is OperationType.QUERY else None


def _suspect(replica: Replica, error: Exception) -> None:
    failure = database_failure(error)
    if failure in _LOST:
        replica.suspect(describe_failure(failure, error))


def _release_primary() -> None:
    """Return the primary's connection to its pool: other requests can use it while this one reads the replica."""
    primary = connections[DEFAULT_DB_ALIAS]
    if not primary.in_atomic_block:
        primary.close()
