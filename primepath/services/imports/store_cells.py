"""Store imported cells, with their exams and their history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.utils import timezone

from primepath.db.bulk import insert_rows
from primepath.domain.history import HistoryAction, HistorySubject, differences
from primepath.domain.viewer import Viewer
from primepath.models import ExamScheduleMatrix, MatrixCellExam
from primepath.services.cells.create_missing_cells import CELL_DEFAULTS
from primepath.services.cells.writing import lock_cells, write_cells
from primepath.services.history import Recorded, record
from primepath.services.imports.cell_spool import CellSpool, PlannedCell
from primepath.services.imports.planned import Fate, Kind, Ref
from primepath.services.imports.state import states

_CELLS_AT_ONCE = 5_000
_TEACHERS = "core_teacher"
_VALUES = ("status", "scheduled_date", "start_time", "end_time", "notes", "room")
_KEY_COLUMNS = ("id", "class_code", "academic_year", "period")
_OTHER_COLUMNS = ("created_by_id", "modified_by_id", "created_at", "updated_at")
_COLUMNS = (*_KEY_COLUMNS, *{**CELL_DEFAULTS, **dict.fromkeys(_VALUES)}, *_OTHER_COLUMNS)
_TABLE = ExamScheduleMatrix._meta.db_table
# A cell that was only read is stored as unused, and takes the imported values.
_FILL = (
    "(id) DO UPDATE SET "
    + ", ".join(
        f"{column} = excluded.{column}" for column in _COLUMNS if column not in _KEY_COLUMNS
    )
    + f' WHERE "{_TABLE}".version = 0'
)


class CellsChangedError(Exception):
    """A cell has changed since the import was planned."""


def store_cells(
    *,
    viewer: Viewer,
    cells: CellSpool,
    keys: Mapping[Ref, str],
    remember: Callable[[list[tuple[Any, ...]]], None],
    progress: Callable[[str], None],
) -> None:
    """Store new cells and update the others. ``keys`` are our keys of the exams and teachers. Call it in a transaction.

    ``remember`` is called with the source rows of each thousands of cells. Raises `CellsChangedError`.
    """
    stored = 0
    for chunk in cells.chunks(_CELLS_AT_ONCE):
        chunk.sort(key=lambda cell: str(cell.key))
        new = [cell for cell in chunk if cell.fate is Fate.NEW]
        changed = [cell for cell in chunk if cell.fate is not Fate.NEW]
        if new:
            _insert(viewer, new, keys)
        if changed:
            _update(viewer, changed, keys)
        state = states(Kind.CELL, [str(cell.key) for cell in chunk])
        remember(
            [
                (cell.table, cell.row, str(cell.key), cell.digest, state[str(cell.key)])
                for cell in chunk
            ]
        )
        stored += len(chunk)
        progress(f"Stored {stored} of {cells.count} cells.")


def _insert(viewer: Viewer, cells: list[PlannedCell], keys: Mapping[Ref, str]) -> None:
    inserted = insert_rows(
        ExamScheduleMatrix,
        _COLUMNS,
        (_row(cell, keys) for cell in cells),
        on_conflict=_FILL,
        returning=("id",),
    )
    if len(inserted) != len(cells):
        raise CellsChangedError
    links = [(str(cell.key), exam) for cell in cells for exam in sorted(_exams(cell, keys))]
    if links:
        insert_rows(MatrixCellExam, ("cell_id", "exam_id"), links)
    record(
        viewer=viewer,
        action=HistoryAction.UPDATE_CELL,
        subject=HistorySubject.CELL,
        at=timezone.now(),
        entries=[
            Recorded(
                str(cell.key), differences(_UNUSED, {**_values(cell), "exams": _exams(cell, keys)})
            )
            for cell in cells
        ],
    )


_UNUSED: dict[str, Any] = {**CELL_DEFAULTS, "exams": set()}


def _values(cell: PlannedCell) -> dict[str, Any]:
    return {name: getattr(cell, name) for name in _VALUES}


def _row(cell: PlannedCell, keys: Mapping[Ref, str]) -> list[Any]:
    values = {
        **CELL_DEFAULTS,
        **_values(cell),
        **dict(zip(_KEY_COLUMNS, (str(cell.key), *cell.key), strict=True)),
        "version": 1,
        "created_by_id": _teacher(cell.created_by, keys),
        "modified_by_id": _teacher(cell.modified_by, keys),
        "created_at": cell.created_at,
        "updated_at": cell.updated_at,
    }
    return [values[column] for column in _COLUMNS]


def _exams(cell: PlannedCell, keys: Mapping[Ref, str]) -> set[int]:
    return {int(keys[Ref(Kind.EXAM, table, key)]) for table, key in cell.exams}


def _teacher(key: str | None, keys: Mapping[Ref, str]) -> int | None:
    return None if key is None else int(keys[Ref(Kind.TEACHER, _TEACHERS, key)])


def _update(viewer: Viewer, cells: list[PlannedCell], keys: Mapping[Ref, str]) -> None:
    locked = lock_cells([cell.key for cell in cells])
    write_cells(
        viewer=viewer,
        action=HistoryAction.UPDATE_CELL,
        locked=locked,
        wanted={
            cell.key: replace(
                locked[cell.key].state, **_values(cell), exam_ids=frozenset(_exams(cell, keys))
            )
            for cell in cells
        },
    )
