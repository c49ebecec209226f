"""Update an exam."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from primepath.domain.errors import InputError, UserErrorCode
from primepath.domain.history import HistoryAction, HistorySubject, differences
from primepath.domain.viewer import Viewer
from primepath.models import Exam
from primepath.services.exams.values import ExamValues, check_values, recorded, set_values
from primepath.services.history import Recorded, record
from primepath.services.validation import ValidationErrors


@transaction.atomic
def update_exam(
    *,
    viewer: Viewer,
    exam_id: int | None,
    values: ExamValues,
    expected_version: int | None = None,
    parse_errors: Iterable[InputError] = (),
) -> Exam:
    """Update the exam. With ``expected_version``, update it only if it still has this version.

    Raises `ValidationFailedError` listing every problem: ``NOT_FOUND``, ``FORBIDDEN``, ``STALE_VERSION``,
    ``EXAM_YEAR_MISMATCH`` if the exam is assigned to cells of another year, and the codes of `check_values`.
    """
    errors = ValidationErrors(parse_errors)
    check_values(values, errors)
    exam = None
    if exam_id is not None:
        exam = Exam.objects.select_for_update(no_key=True).filter(pk=exam_id).first()
        if exam is None:
            errors.add(UserErrorCode.NOT_FOUND, _("This exam does not exist."), "exam_id")
    if exam is None:
        errors.raise_if_any()
        raise ValueError("parse_errors must explain a missing id")
    if not may_change_exam(viewer, exam):
        template = _("Only its creator, head teachers and staff can change this exam.")
        errors.add(UserErrorCode.FORBIDDEN, template, "exam_id")
        # The other checks would reveal which cells have the exam.
        errors.raise_if_any()
    template = _(
        "The exam has changed since you loaded it (current version {current}, expected {expected})."
    )
    errors.check_version(
        template, "expected_version", current=exam.version, expected=expected_version
    )
    _check_year(viewer, exam, values, errors)
    errors.raise_if_any()
    before = recorded(exam)
    set_values(exam, values)
    changes = differences(before, recorded(exam))
    if changes:
        exam.version += 1
        exam.updated_at = timezone.now()
        exam.save()
        record(
            viewer=viewer,
            action=HistoryAction.UPDATE_EXAM,
            subject=HistorySubject.EXAM,
            at=exam.updated_at,
            entries=[Recorded(str(exam.pk), changes)],
        )
    return exam


class Created(Protocol):
    """An object with a creator."""

    @property
    def created_by_id(self) -> int | None: ...


def may_change_exam(viewer: Viewer, exam: Created) -> bool:
    """Return whether the viewer created the exam or is an administrator."""
    return viewer.is_administrator or (
        viewer.teacher_id is not None and exam.created_by_id == viewer.teacher_id
    )


def _check_year(viewer: Viewer, exam: Exam, values: ExamValues, errors: ValidationErrors) -> None:
    """Add an error for a year that would leave the exam in cells of other years.

    Only administrators can see all cells. Other viewers cannot set another year, or the result would reveal hidden cells.
    """
    year = values.get("academic_year")
    if year is None or year == exam.academic_year:
        return
    if not viewer.is_administrator and year in settings.ACADEMIC_YEARS:
        template = _(
            "Only head teachers and staff can set another academic year, because classes that you cannot see can use "
            "the exam. Clear the year, or create another exam."
        )
        errors.add(UserErrorCode.FORBIDDEN, template, "academic_year")
    if viewer.is_administrator and exam.exam_cells.exclude(cell__academic_year=year).exists():
        template = _(
            "The exam is assigned to cells of other academic years than {year}. "
            "Remove it from those cells first."
        )
        errors.add(UserErrorCode.EXAM_YEAR_MISMATCH, template, "academic_year", year=year)
