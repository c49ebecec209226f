"""Change many cells to the values of a file, all in one change set."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from primepath.domain.cell import CellKey, OnExisting
from primepath.domain.errors import InputError, UserErrorCode, ValidationFailedError
from primepath.domain.history import HistoryAction
from primepath.domain.planned_cell import PlannedCells
from primepath.domain.school_class import AccessLevel
from primepath.domain.viewer import Viewer
from primepath.models import Exam
from primepath.services.cells.cell_changes import check_state, check_values, clean_room
from primepath.services.cells.checks import (
    check_access,
    check_active,
    check_fit,
    check_unlocked,
    check_version,
    lock_exams,
    visible_levels,
)
from primepath.services.cells.writing import (
    LOCKED_STATUSES,
    UNUSED,
    CellState,
    LockedCell,
    atomic_unless_dry_run,
    lock_cells,
    write_cells,
)
from primepath.services.validation import ValidationErrors


class WantedCell(NamedTuple):
    """Values of a cell, by the names of `CellState`. A field that is absent stays unchanged."""

    key: CellKey
    values: Mapping[str, Any]
    expected_version: int | None = None


class ImportedCell(NamedTuple):
    """The state of a cell before and after an import. With ``errors`` the change is rejected."""

    version: int
    before: CellState
    after: CellState
    errors: Sequence[InputError]

    @property
    def is_change(self) -> bool:
        return not self.errors and self.before != self.after


Confirm = Callable[[Sequence[ImportedCell]], bool]
"""Called with the changes, while the cells are locked. Returns whether to save them."""


class ImportResult(NamedTuple):
    """``cells``: in the order of the input. ``planned``: the cells that a dry run would change."""

    cells: Sequence[ImportedCell]
    planned: PlannedCells


@atomic_unless_dry_run
def import_cells(
    *,
    viewer: Viewer,
    wanted: Sequence[WantedCell],
    on_existing: OnExisting = OnExisting.REPLACE,
    confirm: Confirm = lambda _cells: True,
    dry_run: bool = False,
) -> ImportResult:
    """Change the cells that are not rejected, if the caller confirms it. Return what was done, or what a dry run would do.

    The number of statements does not depend on the number of cells. The rules of single changes apply: access,
    versions, statuses, dates, times, and which exams fit. ``on_existing`` decides about cells that have exams.
    """
    levels = visible_levels(viewer, [each.key for each in wanted])
    refused = [_access_errors(each.key, levels) for each in wanted]
    reached = [each.key for each, errors in zip(wanted, refused, strict=True) if not errors]
    locked = lock_cells(reached, dry_run=dry_run)
    exams = lock_exams(
        {id_ for each in wanted for id_ in each.values.get("exam_ids", ())}, dry_run=dry_run
    )
    cells = [
        _REFUSED._replace(errors=errors)
        if errors
        else _import_cell(each, locked[each.key], exams, on_existing=on_existing)
        for each, errors in zip(wanted, refused, strict=True)
    ]
    if not confirm(cells):
        return ImportResult(cells, {})
    planned = write_cells(
        viewer=viewer,
        action=HistoryAction.IMPORT_SCHEDULE,
        locked=locked,
        wanted={
            each.key: cell.after for each, cell in zip(wanted, cells, strict=True) if cell.is_change
        },
        dry_run=dry_run,
    )
    return ImportResult(cells, planned)


# It shows nothing of a cell that the viewer cannot change.
_REFUSED = ImportedCell(0, UNUSED, UNUSED, ())


def _access_errors(key: CellKey, levels: Mapping[str, AccessLevel]) -> Sequence[InputError]:
    errors = ValidationErrors()
    check_access(key, levels, errors, "cell")
    return _found(errors)


def _import_cell(
    wanted: WantedCell,
    cell: LockedCell,
    exams: Mapping[int, Exam],
    *,
    on_existing: OnExisting,
) -> ImportedCell:
    errors = ValidationErrors()
    before = cell.state
    values = dict(wanted.values)
    if "exam_ids" in values:
        values["exam_ids"] = _exam_ids(values["exam_ids"], before, on_existing)
    if "room" in values:
        room = clean_room(values["room"])
        # Rooms from before PrimePath cleaned them stay as they are until they change.
        values["room"] = before.room if room == clean_room(before.room) else room
    changes: Any = {name: value for name, value in values.items() if getattr(before, name) != value}
    if not changes:
        return ImportedCell(cell.version, before, before, ())
    after = replace(before, **changes)
    if "exam_ids" in changes and "status" not in changes:
        after = replace(before.with_exams(after.exam_ids), **changes)
    if wanted.expected_version is not None and wanted.expected_version != cell.version:
        check_version(cell, wanted.expected_version, errors, "expected_version")
    if "exam_ids" in changes:
        # The exams decide which status is possible.
        changes["status"] = after.status
        if on_existing is OnExisting.REJECT and before.exam_ids:
            template = _("The cell has exams already.")
            errors.add(UserErrorCode.NOT_EMPTY, template, "exam_ids")
    check_values(changes, errors)
    check_state(wanted.key, after, changes, errors, ())
    new = [exams[id_] for id_ in sorted(after.exam_ids - before.exam_ids) if id_ in exams]
    check_fit(wanted.key, new, errors, "exam_ids")
    if after.status in LOCKED_STATUSES:
        check_unlocked(cell, after, errors, "exam_ids")
    for exam in new:
        check_active(exam, errors, "exam_ids")
    return ImportedCell(cell.version, before, after, _found(errors))


def _exam_ids(given: frozenset[int], before: CellState, on_existing: OnExisting) -> frozenset[int]:
    """Return the exams of the cell after the import. MERGE removes none."""
    return given | before.exam_ids if on_existing is OnExisting.MERGE else frozenset(given)


def _found(errors: ValidationErrors) -> list[InputError]:
    try:
        errors.raise_if_any()
    except ValidationFailedError as error:
        return list(error.errors)
    return []
