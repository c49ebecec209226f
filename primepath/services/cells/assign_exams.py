"""Assign exams to cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from primepath.domain.cell import CellKey
from primepath.domain.errors import InputError
from primepath.domain.history import HistoryAction
from primepath.domain.planned_cell import PlannedCells
from primepath.domain.viewer import Viewer
from primepath.services.cells.checks import (
    CellVersion,
    check_active,
    check_fit,
    check_listed_once,
    check_size,
    check_unlocked,
    check_versions,
    editable_cells,
    find_exams,
    visible_levels,
)
from primepath.services.cells.writing import (
    ResultCheck,
    atomic_unless_dry_run,
    lock_cells,
    write_cells,
)
from primepath.services.validation import ValidationErrors


@atomic_unless_dry_run
def assign_exams(
    *,
    viewer: Viewer,
    cells: Sequence[CellKey | None],
    exam_ids: Sequence[int | None],
    expected_versions: Sequence[CellVersion] = (),
    parse_errors: Iterable[InputError] = (),
    check_result: ResultCheck | None = None,
    dry_run: bool = False,
) -> PlannedCells:
    """Assign every exam to every cell. Exams that are already assigned stay.

    Raises `ValidationFailedError` listing every problem: ``NOT_FOUND``, ``FORBIDDEN``, ``YEAR_OUT_OF_RANGE``,
    ``EXAM_TYPE_MISMATCH``, ``EXAM_YEAR_MISMATCH``, ``EXAM_INACTIVE``, ``CELL_LOCKED``, ``STALE_VERSION``. Raises
    `LimitExceededError` if exams × cells exceeds the limit, and `BadUserInputError` if ``expected_versions`` repeats a cell
    or lists one that is no target.
    """
    check_size(len(cells), len(exam_ids))
    check_listed_once(expected_versions, cells)
    errors = ValidationErrors(parse_errors)
    levels = visible_levels(viewer, cells)
    positions = editable_cells(cells, levels, errors, "cells")
    locked = lock_cells(positions, dry_run=dry_run)
    check_versions(locked, expected_versions, errors)
    exams = find_exams(exam_ids, errors, "exam_ids", dry_run=dry_run)
    wanted = {}
    added_somewhere: set[int] = set()
    for key, position in positions.items():
        cell = locked[key]
        added = [exam for exam, _position in exams.values() if exam.pk not in cell.state.exam_ids]
        wanted[key] = cell.state.with_exams(cell.state.exam_ids | exams.keys())
        check_fit(key, added, errors, "cells", position)
        check_unlocked(cell, wanted[key], errors, "cells", position)
        added_somewhere |= {exam.pk for exam in added}
    for exam, position in exams.values():
        if exam.pk in added_somewhere:
            check_active(exam, errors, "exam_ids", position)
    errors.raise_if_any()
    return write_cells(
        viewer=viewer,
        action=HistoryAction.ASSIGN_EXAMS,
        locked=locked,
        wanted=wanted,
        check_result=check_result,
        dry_run=dry_run,
    )
