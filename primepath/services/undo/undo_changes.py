"""Undo a change set."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from primepath.domain.cell import CellKey
from primepath.domain.errors import InputError, UserErrorCode
from primepath.domain.history import WITHOUT_PEOPLE, HistorySubject
from primepath.domain.viewer import Viewer
from primepath.models import Exam
from primepath.services.cells.checks import check_access, visible_levels
from primepath.services.cells.writing import ResultCheck
from primepath.services.change_sets import change_set, current_change_set
from primepath.services.exams.update_exam import may_change_exam
from primepath.services.undo.assignments import AssignmentRestoration
from primepath.services.undo.cells import CellRestoration
from primepath.services.undo.curricula import CurriculumRestoration
from primepath.services.undo.exams import ExamRestoration
from primepath.services.undo.recorded import PATH, RecordedChanges
from primepath.services.validation import ValidationErrors

UNDOABLE = (
    *(HistorySubject.CURRICULUM, HistorySubject.CELL, HistorySubject.EXAM),
    HistorySubject.ASSIGNMENT,
)
"""The kinds of objects that are restored. Accounts and the school itself are not."""


@change_set()
@transaction.atomic
def undo_changes(
    *,
    viewer: Viewer,
    change_set_id: UUID | None,
    parse_errors: Iterable[InputError] = (),
    check_result: ResultCheck | None = None,
) -> list[CellKey]:
    """Restore every field that the change set changed, or none. Return the keys of its cells.

    Raises `ValidationFailedError` listing every problem. ``NOT_FOUND``: the viewer can see no object of the change set.
    ``FORBIDDEN``: the viewer cannot make each of its changes. ``CHANGED_SINCE``: a field was changed again. An earlier state that
    is no longer allowed has the codes of an update. The current object of the error is the list of keys.
    """
    errors = ValidationErrors(parse_errors)
    if change_set_id is None:
        errors.raise_if_any()
        raise ValueError("parse_errors must explain a missing id")
    changes = RecordedChanges(change_set_id)
    keys = _check_cells(viewer, changes, errors)
    # Every service that locks several kinds locks them in this order.
    curricula = CurriculumRestoration(changes.of(HistorySubject.CURRICULUM))
    may_change = curricula.lock(viewer, errors)
    cells = CellRestoration(changes.of(HistorySubject.CELL))
    exams = ExamRestoration(changes.of(HistorySubject.EXAM))
    cells.lock(errors, activated=exams.activated)
    assignments = AssignmentRestoration(changes.of(HistorySubject.ASSIGNMENT))
    if not (exams.lock(viewer, errors) and assignments.lock(viewer) and may_change):
        raise_forbidden()
    for subject in UNDOABLE:
        changes.check_unchanged_since(subject, errors)
    errors.raise_if_any(current=keys)
    current_change_set().undoes = change_set_id
    curricula.write(viewer)
    cells.write(viewer, check_result)
    exams.write(viewer)
    assignments.write(viewer)
    return keys


def _check_cells(
    viewer: Viewer, changes: RecordedChanges, errors: ValidationErrors
) -> list[CellKey]:
    """Return the keys of the cells. Raises `ValidationFailedError` if the viewer cannot change the objects of the change set."""
    keys = [key for id in changes.of(HistorySubject.CELL) if (key := CellKey.parse(id))]
    levels = visible_levels(viewer, keys)
    if not any(key.class_code in levels for key in keys) and not _sees_others(viewer, changes):
        template = _("This change set does not exist or you do not have access to it.")
        errors.add(UserErrorCode.NOT_FOUND, template, PATH)
        errors.raise_if_any()
    found = ValidationErrors()
    may_change = [check_access(key, levels, found, PATH) for key in keys]
    # Access that people gave is revoked, not undone.
    gave_access = changes.of(HistorySubject.ASSIGNMENT) and changes.actions - WITHOUT_PEOPLE
    if not all(may_change) or changes.fields.keys() - set(UNDOABLE) or gave_access:
        raise_forbidden()
    return keys


def _sees_others(viewer: Viewer, changes: RecordedChanges) -> bool:
    """Return whether the viewer can see a change of another object than a cell, as in the lists of change sets."""
    if viewer.is_administrator:
        return not changes.fields.keys().isdisjoint(set(UNDOABLE) - {HistorySubject.CELL})
    exams = Exam.objects.filter(pk__key_in=sorted(map(int, changes.of(HistorySubject.EXAM))))
    return any(may_change_exam(viewer, exam) for exam in exams)


def raise_forbidden() -> None:
    errors = ValidationErrors()
    template = _("You cannot undo this change set, because you cannot make each of its changes.")
    errors.add(UserErrorCode.FORBIDDEN, template, PATH)
    errors.raise_if_any()
