"""The keys of what changed after a position in the history."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from typing import Any

from django.db.models import QuerySet

from primepath.db.statement import Parameter, Statement
from primepath.domain.history import HistorySubject
from primepath.models import HistoryEntry
from primepath.models.history_position import HistoryPosition, later_entries


def changed_keys(
    position: HistoryPosition,
    subjects: Collection[HistorySubject] | None = None,
    *,
    most: int | None = None,
) -> Iterable[tuple[str, str]]:
    """Return (subject, key) of each object that changed after ``position``. No change is missed; some can be reported twice.

    ``subjects``: all by default. ``most``: the largest number of objects, without a limit by default.
    """
    chosen = None if subjects is None else tuple(subjects)
    rows = _later(chosen, most)(position.entry_id, position.open_from, position.own)
    return ((subject, key) for subject, key in rows)


@cache
def _later(subjects: tuple[HistorySubject, ...] | None, most: int | None) -> Statement:
    def make(entry_id: Parameter, open_from: Parameter, own: Parameter) -> QuerySet[Any, Any]:
        entries = HistoryEntry.objects.filter(later_entries(entry_id, open_from, own))
        if subjects is not None:
            entries = entries.filter(subject__in=subjects)
        return entries.order_by().values_list("subject", "subject_key").distinct()[:most]

    return Statement(make)
