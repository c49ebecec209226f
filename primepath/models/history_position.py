"""How far somebody has seen the history, so that what came after can be told without a gap.

Entries become visible in another order than that of their keys or times: a transaction that began early may commit late,
and several may write at the same moment. So neither a key nor a time says what has been seen. On PostgreSQL a snapshot
does: whatever a transaction outside of it wrote comes later. SQLite has one writer at a time, and there the keys are in
the order of the commits.
"""

from __future__ import annotations

import datetime
from typing import Any, NamedTuple

from django.db import models

_OWN = "pg_current_xact_id_if_assigned()::text"


class CurrentTransaction(models.Func):
    """The number of the transaction that runs; 0 on SQLite, where none is needed."""

    output_field = models.BigIntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[()]]:
        return "pg_current_xact_id()::text::bigint", ()

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[()]]:
        return "0", ()


class CurrentSnapshot(models.Func):
    """The number of the oldest transaction that is open, and of this one, 0 where it wrote nothing, with a colon between."""

    output_field = models.TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[()]]:
        oldest = "pg_snapshot_xmin(pg_current_snapshot())"
        return f"concat_ws(':', {oldest}, coalesce({_OWN}, '0'))", ()

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[()]]:
        return "'0:0'", ()


class BeyondAllVisible(models.Func):
    """A number that is higher than those of all other transactions whose changes are visible; 0 on SQLite."""

    output_field = models.BigIntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[()]]:
        return "pg_snapshot_xmax(pg_current_snapshot())::text::bigint", ()

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[()]]:
        return "0", ()


class HistoryPosition(NamedTuple):
    """The newest entry that was visible, its key and time, and which transactions may have been open then, or began later.

    Those are the ones from ``open_from`` on, without one's ``own``. The time is a witness: in a database that was restored from
    an older copy, the entry with this key has another, or is not there. Before the first entry the key is 0.
    """

    entry_id: int = 0
    entry_at: datetime.datetime | None = None
    open_from: int = 0
    own: int = 0

    @property
    def later(self) -> models.Q:
        """The entries that were not visible at this position; on PostgreSQL perhaps some more, of the transactions that
        ended while another was open.

        The numbers alone would tell, but in a database that was restored on another server they begin again: there the
        entries that came with it have numbers that no transaction has reached, and the new ones are known by their keys.
        """
        newer = models.Q(pk__gt=self.entry_id)
        perhaps_open = models.Q(transaction__gte=self.open_from, transaction__lt=BeyondAllVisible())
        return newer | (perhaps_open & ~models.Q(transaction=self.own))
