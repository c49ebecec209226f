"""Copy a cell's exams, times and date to other cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from primepath.domain.cell import CellKey, OnExisting
from primepath.domain.errors import InputError, UserErrorCode
from primepath.domain.history import HistoryAction
from primepath.domain.planned_cell import PlannedCells
from primepath.domain.viewer import Viewer
from primepath.services.cells.checks import (
    CellVersion,
    check_access,
    check_active,
    check_fit,
    check_listed_once,
    check_size,
    check_unlocked,
    check_versions,
    editable_cells,
    lock_exams,
    visible_levels,
)
from primepath.services.cells.writing import (
    CellState,
    ResultCheck,
    atomic_unless_dry_run,
    lock_cells,
    write_cells,
)
from primepath.services.validation import ValidationErrors


@atomic_unless_dry_run
def clone_cell(
    *,
    viewer: Viewer,
    source: CellKey | None,
    targets: Sequence[CellKey | None],
    on_existing: OnExisting = OnExisting.MERGE,
    expected_versions: Sequence[CellVersion] = (),
    parse_errors: Iterable[InputError] = (),
    check_result: ResultCheck | None = None,
    dry_run: bool = False,
    action: HistoryAction = HistoryAction.CLONE_CELL,
    path: str = "targets",
) -> PlannedCells:
    """Copy the exams and times of the source to the targets, and its date if it is within their period.

    ``MERGE`` adds the exams to the target's own, and sets times and date only if the target has none. ``REPLACE`` replaces
    all of them. ``REJECT`` rejects a target with exams, and replaces times and date of any other. ``path`` is the parameter
    that the paths of errors in the targets start with.

    Raises `ValidationFailedError` listing every problem: ``NOT_FOUND``, ``FORBIDDEN``, ``YEAR_OUT_OF_RANGE``, ``NOT_EMPTY``,
    ``EXAM_TYPE_MISMATCH``, ``EXAM_YEAR_MISMATCH``, ``EXAM_INACTIVE``, ``CELL_LOCKED``, ``STALE_VERSION``. Raises
    `BadUserInputError` if ``expected_versions`` repeats a cell, or lists one that is neither the source nor a target.
    """
    check_listed_once(expected_versions, [source, *targets])
    errors = ValidationErrors(parse_errors)
    levels = visible_levels(viewer, [source, *targets])
    positions = editable_cells(targets, levels, errors, path)
    if source is None or not check_access(source, levels, errors, "source", to_edit=False):
        errors.raise_if_any()
        raise ValueError("parse_errors must explain a missing cell")
    locked = lock_cells({source, *positions}, dry_run=dry_run)
    check_versions(locked, expected_versions, errors)
    given = locked[source].state
    check_size(len(positions), len(given.exam_ids))
    exams = lock_exams(given.exam_ids, dry_run=dry_run).values()
    wanted = {}
    added_somewhere: set[int] = set()
    for key, position in positions.items():
        cell = locked[key]
        wanted[key] = _clone(given, key, cell.state, on_existing)
        added = [exam for exam in exams if exam.pk in wanted[key].exam_ids - cell.state.exam_ids]
        if on_existing is OnExisting.REJECT and cell.state.exam_ids and key != source:
            template = _("{cell} already has exams.")
            errors.add(UserErrorCode.NOT_EMPTY, template, path, position, cell=key)
        check_fit(key, added, errors, path, position)
        check_unlocked(cell, wanted[key], errors, path, position)
        added_somewhere |= {exam.pk for exam in added}
    for exam in exams:
        if exam.pk in added_somewhere:
            check_active(exam, errors, "source")
    errors.raise_if_any()
    return write_cells(
        viewer=viewer,
        action=action,
        locked=locked,
        wanted=wanted,
        check_result=check_result,
        dry_run=dry_run,
    )


def _clone(given: CellState, key: CellKey, state: CellState, on_existing: OnExisting) -> CellState:
    """Return the new state of a target."""
    first, last = key.period.dates(key.academic_year)
    date = given.scheduled_date
    if date is not None and not first <= date <= last:
        date = None
    if on_existing is OnExisting.MERGE:
        merged = state.with_exams(state.exam_ids | given.exam_ids)
        if state.start_time is None and state.end_time is None:
            merged = replace(merged, start_time=given.start_time, end_time=given.end_time)
        return replace(merged, scheduled_date=state.scheduled_date or date)
    replaced = state.with_exams(given.exam_ids)
    return replace(
        replaced, scheduled_date=date, start_time=given.start_time, end_time=given.end_time
    )
