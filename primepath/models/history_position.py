"""Positions in the history, so that a client can load all later changes without a gap.

Entries do not become visible in the order of their keys or times. A transaction that began early can commit late, and
several transactions can write at the same moment. So neither a key nor a time shows which entries a client has seen.
On PostgreSQL a snapshot does: entries of transactions outside the snapshot are later. SQLite has one writer at a time,
so its keys are in the order of the commits.
"""

from __future__ import annotations

import datetime
from typing import Any, NamedTuple

from django.db import models

_OWN = "pg_current_xact_id_if_assigned()::text"


class CurrentTransaction(models.Func):
    """The id of the current transaction. On SQLite, which needs no id, it is 0."""

    output_field = models.BigIntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[()]]:
        return "pg_current_xact_id()::text::bigint", ()

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[()]]:
        return "0", ()


class CurrentSnapshot(models.Func):
    """Two transaction ids, separated by a colon: the oldest open transaction, and the current one (0 if it wrote nothing)."""

    output_field = models.TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[()]]:
        oldest = "pg_snapshot_xmin(pg_current_snapshot())"
        return f"concat_ws(':', {oldest}, coalesce({_OWN}, '0'))", ()

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[()]]:
        return "'0:0'", ()


class SnapshotEnd(models.Func):
    """A transaction id higher than the ids of all other transactions with visible changes; 0 on SQLite."""

    output_field = models.BigIntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[()]]:
        return "pg_snapshot_xmax(pg_current_snapshot())::text::bigint", ()

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[()]]:
        return "0", ()


class HistoryPosition(NamedTuple):
    """A position in the history: the newest visible entry, and the transactions that were perhaps still open.

    ``entry_id``: key of the newest visible entry; 0 before the first entry.
    ``entry_at``: its time. If the database was restored from an older copy, the entry with this key has another time or
    does not exist. This shows that the position is from another state of the database.
    ``open_from``: lowest id of a transaction in progress when the position was taken. Transactions with this id or a
    higher one, except ``own``, count as newer.
    ``own``: id of the transaction that took the position; 0 if it wrote nothing.
    """

    entry_id: int = 0
    entry_at: datetime.datetime | None = None
    open_from: int = 0
    own: int = 0

    @property
    def later(self) -> models.Q:
        """Condition for the entries that were not visible at this position.

        On PostgreSQL it also matches entries of transactions that had ended while an older one was still open.

        Transaction ids alone would be enough, but they start again if the database is restored on another server. There
        the restored entries have ids that no transaction has reached yet, and the new entries are found by their keys.
        """
        newer = models.Q(pk__gt=self.entry_id)
        perhaps_open = models.Q(transaction__gte=self.open_from, transaction__lt=SnapshotEnd())
        return newer | (perhaps_open & ~models.Q(transaction=self.own))
