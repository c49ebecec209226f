"""Lock and save cells, for all services that change them.

In a dry run, a service reads its cells instead, without a lock or a transaction of its own. It returns the cells as they
would be.

A service locks its cells, which stores missing ones first. It computes the new state of each cell in Python, and saves all
of them together. The number of statements does not depend on the number of cells. Rows are locked in the order of their
keys, so that writers queue and never deadlock.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import transaction
from django.utils import timezone

from primepath.db.bulk import insert_rows
from primepath.domain.cell import CellKey, CellStatus
from primepath.domain.history import HistoryAction, HistorySubject, differences
from primepath.domain.planned_cell import PlannedCell, PlannedCells
from primepath.domain.viewer import Viewer
from primepath.models import ExamScheduleMatrix, MatrixCellExam
from primepath.services.cells.create_missing_cells import (
    CELL_COLUMNS,
    CELL_DEFAULTS,
    untouched_rows,
)
from primepath.services.history import Recorded, record

P = ParamSpec("P")
R = TypeVar("R")

LOCKED_STATUSES = frozenset({CellStatus.IN_PROGRESS, CellStatus.COMPLETED})
STATUSES_WITH_EXAMS = LOCKED_STATUSES | {CellStatus.SCHEDULED}


@dataclass(frozen=True, slots=True)
class CellState:
    """The fields of a cell that can change."""

    status: CellStatus
    scheduled_date: datetime.date | None
    start_time: datetime.time | None
    end_time: datetime.time | None
    room: str
    invigilator_id: int | None
    notes: str
    exam_ids: frozenset[int] = frozenset()

    def with_exams(self, exam_ids: frozenset[int]) -> CellState:
        """Return the state with these exams. EMPTY becomes SCHEDULED with the first exam, and SCHEDULED becomes EMPTY without one."""
        status = self.status
        if exam_ids and status is CellStatus.EMPTY:
            status = CellStatus.SCHEDULED
        elif not exam_ids and status is CellStatus.SCHEDULED:
            status = CellStatus.EMPTY
        return replace(self, exam_ids=exam_ids, status=status)

    def in_order(self) -> list[Any]:
        """Return the values for a digest. The order of a set differs between processes."""
        values = (getattr(self, field.name) for field in fields(self))
        return [sorted(value) if isinstance(value, frozenset) else value for value in values]


_STATE_COLUMNS = tuple(field.name for field in fields(CellState) if field.name != "exam_ids")
_DEFAULTS: dict[str, Any] = {column: CELL_DEFAULTS.get(column) for column in _STATE_COLUMNS}
UNUSED = CellState(**_DEFAULTS)
"""The state of a cell before its first change."""


@dataclass(frozen=True, slots=True)
class LockedCell:
    """A cell that no other transaction can change until this one ends. ``links`` maps exam ids to `MatrixCellExam` keys."""

    key: CellKey
    version: int
    state: CellState
    links: Mapping[int, int]


ResultCheck = Callable[[Collection[CellState]], None]
"""Called with what the target cells would become, before anything is written. It raises if the caller cannot use the result."""

_LOCKED_COLUMNS = ("id", "version", *_STATE_COLUMNS)
_TABLE = ExamScheduleMatrix._meta.db_table
# Setting a column to itself locks the row, and returns it as the last writer left it.
_LOCK = f'(id) DO UPDATE SET version = "{_TABLE}".version'
_WRITTEN_COLUMNS = (
    *("id", "class_code", "academic_year", "period", "version"),
    *("created_by_id", "created_at", "modified_by_id", "updated_at"),
    *_STATE_COLUMNS,
)
# Every row that is inserted needs them, also one that takes the place of another and leaves them as they are.
_UNCHANGED = {
    column: value for column, value in CELL_DEFAULTS.items() if column not in _WRITTEN_COLUMNS
}
_REPLACE = (
    "(id) DO UPDATE SET "
    + ", ".join(
        f"{column} = excluded.{column}"
        for column in ("version", "modified_by_id", "updated_at", *_STATE_COLUMNS)
    )
    + f', created_by_id = CASE WHEN "{_TABLE}".version = 0 THEN excluded.created_by_id'
    + f' ELSE "{_TABLE}".created_by_id END'
    + f', created_at = COALESCE("{_TABLE}".created_at, excluded.created_at)'
)


def atomic_unless_dry_run(service: Callable[P, R]) -> Callable[P, R]:
    """Run a service in a transaction. With ``dry_run=True`` run it without one: then it writes nothing and locks nothing."""
    in_transaction = transaction.atomic(service)

    @wraps(service)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        return (service if kwargs.get("dry_run") else in_transaction)(*args, **kwargs)

    return run


def lock_cells(keys: Collection[CellKey], *, dry_run: bool = False) -> dict[CellKey, LockedCell]:
    """Lock the cells until the transaction ends, and store missing ones first: one write, and one SELECT of links.

    In a dry run, only read them: one SELECT. With two, another transaction could change the cells and links between them. Cells that
    are not stored have the values of an unused cell.
    """
    if not keys:
        return {}
    ids = [str(key) for key in keys]
    links: defaultdict[str, dict[int, int]] = defaultdict(dict)
    rows: Iterable[tuple[Any, ...]]
    if dry_run:
        unused = ExamScheduleMatrix()
        found: dict[str, tuple[Any, ...]] = {
            id: (id, *(getattr(unused, name) for name in _LOCKED_COLUMNS[1:])) for id in ids
        }
        stored = ExamScheduleMatrix.objects.filter(pk__key_in=ids)
        columns = (*_LOCKED_COLUMNS, "cell_exams", "cell_exams__exam")
        for *row, link_id, exam_id in stored.values_list(*columns):
            found[row[0]] = tuple(row)
            if link_id is not None:
                links[row[0]][exam_id] = link_id
        rows = found.values()
    else:
        rows = insert_rows(
            ExamScheduleMatrix,
            CELL_COLUMNS,
            untouched_rows(keys),
            on_conflict=_LOCK,
            returning=_LOCKED_COLUMNS,
        )
        stored_links = MatrixCellExam.objects.filter(cell__key_in=ids)
        for link_id, cell_id, exam_id in stored_links.values_list("pk", "cell_id", "exam_id"):
            links[cell_id][exam_id] = link_id
    by_id = {str(key): key for key in keys}
    locked = {}
    for id, version, *values in rows:
        state = replace(CellState(*_read(values)), exam_ids=frozenset(links[id]))
        locked[by_id[id]] = LockedCell(by_id[id], version, state, links[id])
    return locked


def _read(values: list[Any]) -> list[Any]:
    """Convert a driver's values. SQLite returns dates as text if it does not know their column."""
    columns: dict[str | None, Any] = {
        field.column: getattr(field, "target_field", field)
        for field in ExamScheduleMatrix._meta.local_concrete_fields
    }
    status, *rest = (
        columns[name].to_python(value) for name, value in zip(_STATE_COLUMNS, values, strict=True)
    )
    return [CellStatus(status), *rest]


def write_cells(
    *,
    viewer: Viewer,
    action: HistoryAction,
    locked: Mapping[CellKey, LockedCell],
    wanted: Mapping[CellKey, CellState],
    check_result: ResultCheck | None = None,
    dry_run: bool = False,
) -> PlannedCells:
    """Save the new states of the locked cells. An unchanged cell gets no new version and no history.

    In a dry run, save nothing and return the cells as they would be.
    """
    if check_result is not None:
        check_result(wanted.values())
    changed = [(locked[key], wanted[key]) for key in wanted if locked[key].state != wanted[key]]
    if not changed:
        return {}
    at = timezone.now()
    if dry_run:
        return {
            str(cell.key): PlannedCell(_planned(cell, state, viewer, at), state.exam_ids)
            for cell, state in changed
        }
    _write_exams(changed)
    insert_rows(
        ExamScheduleMatrix,
        (*_WRITTEN_COLUMNS, *_UNCHANGED),
        (
            (
                *(str(cell.key), *cell.key, cell.version + 1),
                *(viewer.teacher_id, at, viewer.teacher_id, at),
                *(getattr(state, column) for column in _STATE_COLUMNS),
                *_UNCHANGED.values(),
            )
            for cell, state in changed
        ),
        on_conflict=_REPLACE,
    )
    record(
        viewer=viewer,
        action=action,
        subject=HistorySubject.CELL,
        at=at,
        entries=[
            Recorded(str(cell.key), differences(_recorded(cell.state), _recorded(state)))
            for cell, state in changed
        ],
    )
    return {}


def _planned(
    cell: LockedCell, state: CellState, viewer: Viewer, at: datetime.datetime
) -> dict[str, Any]:
    """Return the columns that `write_cells` would write."""
    values = {name: getattr(state, name) for name in _STATE_COLUMNS}
    values |= {"version": cell.version + 1, "modified_by_id": viewer.teacher_id, "updated_at": at}
    if cell.version == 0:
        values |= {"created_by_id": viewer.teacher_id, "created_at": at}
    return values


def _write_exams(changed: list[tuple[LockedCell, CellState]]) -> None:
    removed = [
        cell.links[exam_id]
        for cell, state in changed
        for exam_id in cell.state.exam_ids - state.exam_ids
    ]
    added = [
        (str(cell.key), exam_id)
        for cell, state in changed
        for exam_id in sorted(state.exam_ids - cell.state.exam_ids)
    ]
    if removed:
        MatrixCellExam.objects.filter(pk__key_in=removed).delete()
    if added:
        insert_rows(MatrixCellExam, ("cell_id", "exam_id"), added)


def _recorded(state: CellState) -> dict[str, object]:
    """Return a state as the history stores it, with the keys of the exams as ``exams``."""
    values = {column: getattr(state, column) for column in _STATE_COLUMNS}
    return {**values, "exams": state.exam_ids}
