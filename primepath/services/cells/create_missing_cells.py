"""Storing the cells that were asked for and do not exist yet."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from primepath.db.bulk import insert_rows
from primepath.domain.cell import CellKey, CellStatus
from primepath.models import ExamScheduleMatrix

CELL_COLUMNS = ("id", "class_code", "academic_year", "period", "status", "notes", "version")


def create_missing_cells(*, keys: Collection[CellKey]) -> set[CellKey]:
    """Stores an empty, untouched cell for each key that has none, in one statement; returns the keys it stored.

    A key that is not returned was stored by somebody else meanwhile. Two callers that store the same cells at once
    both succeed: rows go in by order of key, so that neither waits for what the other waits for.
    """
    by_id = {str(key): key for key in keys}
    with transaction.atomic():
        stored = insert_rows(
            ExamScheduleMatrix, CELL_COLUMNS, untouched_rows(keys), returning=["id"]
        )
    return {by_id[id] for (id,) in stored}


def untouched_rows(keys: Collection[CellKey]) -> list[tuple[object, ...]]:
    """Rows of `CELL_COLUMNS` for cells that nobody has touched, in the order in which cells are locked."""
    by_id = {str(key): key for key in keys}
    return [(id, *by_id[id], CellStatus.EMPTY, "", 0) for id in sorted(by_id)]
