"""Change the status, date, times, room, invigilator and notes of several cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _

from primepath.domain.cell import CellKey
from primepath.domain.errors import InputError, UserErrorCode
from primepath.domain.history import HistoryAction
from primepath.domain.planned_cell import PlannedCells
from primepath.domain.viewer import Viewer
from primepath.services.cells.cell_changes import (
    CellChanges,
    change_state,
    check_invigilators,
    check_values,
)
from primepath.services.cells.checks import check_access, check_version, visible_levels
from primepath.services.cells.writing import (
    CellState,
    ResultCheck,
    atomic_unless_dry_run,
    lock_cells,
    write_cells,
)
from primepath.services.validation import ValidationErrors


class CellUpdate(NamedTuple):
    """Changes of one cell. ``expected_version``: the version that the caller has loaded, or None to overwrite any."""

    cell: CellKey | None
    changes: CellChanges
    expected_version: int | None = None


@atomic_unless_dry_run
def update_cells(
    *,
    viewer: Viewer,
    changes: Sequence[CellUpdate],
    parse_errors: Iterable[InputError] = (),
    check_result: ResultCheck | None = None,
    dry_run: bool = False,
) -> PlannedCells:
    """Change all of the cells, or none.

    Raises `ValidationFailedError` listing every problem of every cell, with the codes of `update_cell`, and ``DUPLICATE`` for a
    cell that is listed twice.
    """
    errors = ValidationErrors(parse_errors)
    levels = visible_levels(viewer, [update.cell for update in changes])
    positions: dict[CellKey, int] = {}
    for position, update in enumerate(changes):
        key, path = update.cell, ("changes", position)
        check_values(update.changes, errors, *path)
        if key is None or not check_access(key, levels, errors, *path, "cell"):
            continue
        if positions.setdefault(key, position) != position:
            template = _("{cell} is listed twice. List each cell once.")
            errors.add(UserErrorCode.DUPLICATE, template, *path, "cell", cell=key)
    locked = lock_cells(positions, dry_run=dry_run)
    wanted: dict[CellKey, CellState] = {}
    for key, position in positions.items():
        cell, update, path = locked[key], changes[position], ("changes", position)
        # The caller has not seen the current values of the other fields.
        if update.expected_version in {None, cell.version}:
            wanted[key] = change_state(cell, update.changes, errors, *path)
        else:
            check_version(cell, update.expected_version, errors, *path, "expected_version")
    given = [(update.changes, ("changes", position)) for position, update in enumerate(changes)]
    check_invigilators(given, errors)
    errors.raise_if_any()
    return write_cells(
        viewer=viewer,
        action=HistoryAction.UPDATE_CELLS,
        locked=locked,
        wanted=wanted,
        check_result=check_result,
        dry_run=dry_run,
    )
