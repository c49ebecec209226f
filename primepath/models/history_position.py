"""Positions in the history, so that a client can load all later changes without a gap.

Entries do not become visible in the order of their keys or times. A transaction that began early can commit late, and
several transactions can write at the same moment. So neither a key nor a time shows which entries a client has seen.
On PostgreSQL a snapshot does: entries of transactions outside the snapshot are later. SQLite has one writer at a time,
so its keys are in the order of the commits.
"""

from __future__ import annotations

import datetime
from enum import Enum
from typing import Any, NamedTuple

from django.db import models

from primepath.db.reading import reading_connection
from primepath.db.server_identity import fingerprint, server_identity
from primepath.db.statement import Parameter

_OLDEST = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
_OWN = "coalesce(pg_current_xact_id_if_assigned()::text::bigint, 0)"
_END = "pg_snapshot_xmax(pg_current_snapshot())::text::bigint"


class CurrentTransaction(models.Func):
    """The id of the current transaction. On SQLite, which needs no id, it is 0."""

    output_field = models.BigIntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[()]]:
        return "pg_current_xact_id()::text::bigint", ()

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[()]]:
        return "0", ()


class SnapshotEnd(models.Func):
    """A transaction id higher than the ids of all other transactions with visible changes; 0 on SQLite."""

    output_field = models.BigIntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[()]]:
        return _END, ()

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[()]]:
        return "0", ()


class Located(Enum):
    """Place of a position, seen from this database."""

    HERE = "in its history"
    AHEAD = "in the history of the primary, which this standby has not replayed so far"
    ELSEWHERE = "in the history of another database, or in a part that a restore has removed"


class HistoryPosition(NamedTuple):
    """A position in the history: the newest visible entry, and the transactions that were perhaps still open.

    ``entry_id``: key of the newest visible entry; 0 before the first entry.
    ``entry_at``: its time. If the database was restored from an older copy, the entry with this key has another time or
    does not exist. This shows that the position is from another state of the database.
    ``open_from``: lowest id of a transaction in progress when the position was taken. Transactions with this id or a
    higher one, except ``own``, count as newer.
    ``own``: id of the transaction that took the position; 0 if it wrote nothing.
    ``end``: a transaction id higher than the ids of all entries visible at this position.
    ``server``: the database, see `primepath.db.server_identity`. Transaction ids of another server mean nothing here.
    """

    entry_id: int = 0
    entry_at: datetime.datetime | None = None
    open_from: int = 0
    own: int = 0
    end: int = 0
    server: str = ""

    @classmethod
    def current(cls, newest: str) -> HistoryPosition:
        """Read the current position with one statement. ``newest`` is the SQL of the newest entry: its key and its time."""
        connection = reading_connection()
        numbers = "0, 0, 0"
        if connection.vendor == "postgresql":
            numbers = f"{_OLDEST}, {_OWN}, greatest({_END}, {_OWN} + 1)"
        # One row, also while the history is empty.
        sql = (
            f"SELECT newest.*, {numbers}, {server_identity()} "  # noqa: S608 - of constants
            f"FROM (SELECT 1 AS here) AS server LEFT JOIN ({newest}) AS newest ON true"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql)
            entry_id, at, open_from, own, end, identity = cursor.fetchone()
        server = fingerprint(identity)
        if entry_id is None:
            return cls(server=server)
        if at.tzinfo is None:
            # SQLite has no time zones; Django stores UTC.
            at = at.replace(tzinfo=datetime.UTC)
        return cls(entry_id, at, open_from, own, end, server)


def later_entries(
    entry_id: int | Parameter, open_from: int | Parameter, own: int | Parameter
) -> models.Q:
    """Return the condition for entries that were not visible at the position with these values.

    On PostgreSQL it also matches entries of transactions that had ended while an older one was still open.
    """
    newer = models.Q(pk__gt=entry_id)
    perhaps_open = models.Q(transaction__gte=open_from, transaction__lt=SnapshotEnd())
    return newer | (perhaps_open & ~models.Q(transaction=own))
