"""Change a cell's status, date, times, room, invigilator and notes."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from primepath.domain.cell import CellKey
from primepath.domain.errors import InputError
from primepath.domain.history import HistoryAction
from primepath.domain.viewer import Viewer
from primepath.services.cells.cell_changes import (
    CellChanges,
    change_state,
    check_invigilators,
    check_values,
)
from primepath.services.cells.checks import check_access, check_version, visible_levels
from primepath.services.cells.writing import ResultCheck, lock_cells, write_cells
from primepath.services.validation import ValidationErrors


@transaction.atomic
def update_cell(
    *,
    viewer: Viewer,
    cell: CellKey | None,
    changes: CellChanges,
    expected_version: int | None = None,
    parse_errors: Iterable[InputError] = (),
    check_result: ResultCheck | None = None,
) -> None:
    """Change the cell. With ``expected_version``, change it only if it still has this version.

    Raises `ValidationFailedError` listing every problem: ``NOT_FOUND``, ``FORBIDDEN``, ``YEAR_OUT_OF_RANGE``,
    ``STALE_VERSION``, ``INVALID_STATUS``, ``INVALID_TIME_RANGE``, ``DATE_OUTSIDE_PERIOD``, ``BLANK``, ``TOO_LONG``,
    ``INVALID_CHARACTERS``, and ``NOT_FOUND`` for the invigilator.
    """
    errors = ValidationErrors(parse_errors)
    check_values(changes, errors)
    levels = visible_levels(viewer, [cell])
    if cell is None or not check_access(cell, levels, errors, "cell"):
        errors.raise_if_any()
        raise ValueError("parse_errors must explain a missing cell")
    locked = lock_cells([cell])
    before = locked[cell]
    if expected_version is not None and expected_version != before.version:
        check_version(before, expected_version, errors, "expected_version")
        errors.raise_if_any()
    after = change_state(before, changes, errors)
    check_invigilators([(changes, ())], errors)
    errors.raise_if_any()
    write_cells(
        viewer=viewer,
        action=HistoryAction.UPDATE_CELL,
        locked=locked,
        wanted={cell: after},
        check_result=check_result,
    )
