"""The viewer's own state, as a primary or a replica shows it: their last change, and the classes that they can see.

A replica can serve a viewer if it shows the same as the primary. Then the viewer finds everything that they changed, and
the replica's rows decide about access as the primary's would.
"""

from __future__ import annotations

import datetime
from functools import cache
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db import models
from django.db.models.functions import Concat

from primepath.db.statement import Parameter, Statement
from primepath.domain.viewer import Viewer
from primepath.models.database_state import StateText
from primepath.models.history_entry import HistoryEntry
from primepath.models.history_position import SnapshotEnd
from primepath.models.school_class import SchoolClass


class ViewerState(NamedTuple):
    """The state of a viewer.

    ``last_transaction``: the highest id of a transaction with an entry of the viewer in the history, or None. ``last_entry``:
    the key of its last entry.
    ``access``: a digest of the visible classes and the access to each.
    ``complete_below``: the snapshot has the changes of all transactions with lower ids.
    ``is_standby``: whether a standby returned this.
    ``database``: the state of the database; see `primepath.models.database_state`.
    """

    last_transaction: int | None
    last_entry: int | None
    access: str
    complete_below: int
    is_standby: bool
    database: str

    def can_serve(self, primary: ViewerState) -> bool:
        """Return whether a replica with this state can serve the viewer, who has the state ``primary`` on the primary.

        Equal entries are not enough. Two transactions of the viewer can end in another order than they began, so the
        replica can lack one although it has the last.
        """
        same = self._own() == primary._own()
        return self.is_standby and same and (self.last_transaction or 0) < self.complete_below

    def _own(self) -> tuple[int | None, int | None, str]:
        return self.last_transaction, self.last_entry, self.access


class _SnapshotStart(models.Func):
    """The lowest id of a transaction that is still open in the snapshot."""

    template = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
    output_field = models.BigIntegerField()


class _IsStandby(models.Func):
    template = "pg_is_in_recovery()"
    output_field = models.BooleanField()


class _Digest(models.Subquery):
    """A digest of the rows of a query with one column."""

    template = "md5(ARRAY(%(subquery)s)::text)"
    output_field = models.TextField()


@cache
def _state(*, is_administrator: bool) -> Statement:
    """Return the statement for a viewer who is an administrator, or is none. It has no row if there is no such account."""

    def make(
        user_id: Parameter, teacher_id: Parameter, now: Parameter
    ) -> models.QuerySet[Any, Any]:
        # Entries that came with a dump from another server can have higher ids than this server has reached.
        entries = HistoryEntry.objects.filter(
            actor=user_id, transaction__lt=SnapshotEnd()
        ).order_by("-transaction", "-id")
        classes = SchoolClass.objects.visible(
            is_administrator=is_administrator, teacher_id=teacher_id, now=now
        )
        access = classes.order_by("pk").values_list(
            Concat("pk", models.Value(" "), "access_level", output_field=models.TextField())
        )
        return User.objects.filter(pk=user_id).values_list(
            models.Subquery(entries.values("transaction")[:1]),
            models.Subquery(entries.values("pk")[:1]),
            _Digest(access),
            _SnapshotStart(),
            _IsStandby(),
            StateText(),
        )

    return Statement(make)


def viewer_state(viewer: Viewer, now: datetime.datetime) -> ViewerState | None:
    """Read the state of a viewer with the connection for reads. None if the account is not stored there."""
    read = _state(is_administrator=viewer.is_administrator)
    for row in read(viewer.user_id, viewer.teacher_id, now):
        return ViewerState(*row)
    return None
