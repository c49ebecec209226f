"""Store requested cells that do not exist yet."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from primepath.db.bulk import insert_rows
from primepath.domain.cell import CellKey
from primepath.models import ExamScheduleMatrix

_KEY_COLUMNS = ("id", "class_code", "academic_year", "period")
CELL_DEFAULTS = {
    str(field.column): field.get_default()
    for field in ExamScheduleMatrix._meta.concrete_fields
    if not field.null and field.column not in _KEY_COLUMNS
}
"""What an unused cell has in the columns that cannot be null."""
CELL_COLUMNS = (*_KEY_COLUMNS, *CELL_DEFAULTS)


def create_missing_cells(*, keys: Collection[CellKey]) -> set[CellKey]:
    """Store an empty cell for each key without one, in one statement. Return the keys of the stored cells.

    If another request stored a cell in the meantime, its key is not returned. Two requests that store the same cells both
    succeed: they insert rows in the order of their keys, so they never deadlock.
    """
    by_id = {str(key): key for key in keys}
    with transaction.atomic():
        stored = insert_rows(
            ExamScheduleMatrix, CELL_COLUMNS, untouched_rows(keys), returning=["id"]
        )
    return {by_id[id] for (id,) in stored}


def untouched_rows(keys: Collection[CellKey]) -> list[tuple[object, ...]]:
    """Return the rows of unused cells, with `CELL_COLUMNS`, in the order in which cells are locked."""
    by_id = {str(key): key for key in keys}
    return [(id, *by_id[id], *CELL_DEFAULTS.values()) for id in sorted(by_id)]
