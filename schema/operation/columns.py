"""Which columns of cells and exams a document needs: what it does not ask for is not read."""

from __future__ import annotations

from collections.abc import Iterable

_COLUMNS = {
    "status": "status",
    "color": "status",
    "icon": "status",
    "scheduledDate": "scheduled_date",
    "startTime": "start_time",
    "endTime": "end_time",
    "notes": "notes",
    "instructions": "instructions",
    "version": "version",
    "createdBy": "created_by_id",
    "modifiedBy": "modified_by_id",
    "createdAt": "created_at",
    "updatedAt": "updated_at",
}


def columns_of(field_names: Iterable[str]) -> frozenset[str]:
    """The columns behind the fields that are among ``field_names``, those of a whole document."""
    return frozenset(_COLUMNS[name] for name in field_names if name in _COLUMNS)
