"""Store requested cells that do not exist yet."""

from __future__ import annotations

import logging
from collections.abc import Collection

from django.db import DatabaseError

from primepath.db.brief_transaction import brief_transaction
from primepath.db.bulk import insert_rows
from primepath.domain.cell import CellKey
from primepath.models import ExamScheduleMatrix
from primepath.server.database_failures import DatabaseFailure, database_failure

logger = logging.getLogger("primepath.cells")

_WAIT_MILLISECONDS = 50
_KEY_COLUMNS = ("id", "class_code", "academic_year", "period")
CELL_DEFAULTS = {
    str(field.column): field.get_default()
    for field in ExamScheduleMatrix._meta.concrete_fields
    if not field.null and field.column not in _KEY_COLUMNS
}
"""Values of an unused cell, for the columns that cannot be null."""
CELL_COLUMNS = (*_KEY_COLUMNS, *CELL_DEFAULTS)


def create_missing_cells(*, keys: Collection[CellKey]) -> None:
    """Store an empty cell for each key without one, in one statement, unless a writer is in the way.

    Responses do not need the rows: the ids and values of missing cells are known. So this waits for a lock for 50 ms at
    most, and a replica or a read-only file is no error. A later reader stores what could not be stored.

    Two requests that store the same cells both succeed: they insert rows in the order of their keys, so they never deadlock.
    """
    try:
        with brief_transaction(wait_milliseconds=_WAIT_MILLISECONDS):
            insert_rows(ExamScheduleMatrix, CELL_COLUMNS, untouched_rows(keys))
    except DatabaseError as error:
        in_the_way = database_failure(error) is DatabaseFailure.LOCK
        level = logging.DEBUG if in_the_way else logging.WARNING
        logger.log(level, "%s missing cells could not be stored: %s", len(keys), error)


def untouched_rows(keys: Collection[CellKey]) -> list[tuple[object, ...]]:
    """Return the rows of unused cells, with `CELL_COLUMNS`, in the order in which cells are locked."""
    by_id = {str(key): key for key in keys}
    return [(id, *by_id[id], *CELL_DEFAULTS.values()) for id in sorted(by_id)]
