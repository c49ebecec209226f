"""Remove exams from cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction

from primepath.domain.cell import CellKey
from primepath.domain.errors import InputError
from primepath.domain.history import HistoryAction
from primepath.domain.viewer import Viewer
from primepath.services.cells.checks import (
    check_size,
    check_unlocked,
    editable_cells,
    find_exams,
    visible_levels,
)
from primepath.services.cells.writing import lock_cells, write_cells
from primepath.services.validation import ValidationErrors


@transaction.atomic
def unassign_exams(
    *,
    viewer: Viewer,
    cells: Sequence[CellKey | None],
    exam_ids: Sequence[int | None],
    parse_errors: Iterable[InputError] = (),
) -> None:
    """Remove every exam from every cell. Exams that are not assigned are ignored.

    Raises `ValidationFailedError` listing every problem: ``NOT_FOUND``, ``FORBIDDEN``, ``YEAR_OUT_OF_RANGE``,
    ``CELL_LOCKED``. Raises `LimitExceededError` if exams × cells exceeds the limit.
    """
    check_size(len(cells), len(exam_ids))
    errors = ValidationErrors(parse_errors)
    levels = visible_levels(viewer, cells)
    positions = editable_cells(cells, levels, errors, "cells")
    locked = lock_cells(positions)
    exams = find_exams(exam_ids, errors, "exam_ids")
    wanted = {}
    for key, cell in locked.items():
        kept = cell.state.with_exams(cell.state.exam_ids - exams.keys())
        check_unlocked(cell, kept, errors, "cells", positions[key])
        wanted[key] = kept
    errors.raise_if_any()
    write_cells(viewer=viewer, action=HistoryAction.UNASSIGN_EXAMS, locked=locked, wanted=wanted)
