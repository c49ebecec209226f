"""Create an exam."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from primepath.domain.errors import InputError, UserErrorCode
from primepath.domain.exam import ExamType
from primepath.domain.history import HistoryAction, HistorySubject, differences
from primepath.domain.school_class import EDITING_LEVELS
from primepath.domain.viewer import Viewer
from primepath.models import Exam, SchoolClass
from primepath.services.exams.values import ExamValues, check_values, recorded, set_values
from primepath.services.history import Recorded, record
from primepath.services.validation import ValidationErrors


@transaction.atomic
def create_exam(
    *,
    viewer: Viewer,
    type: ExamType,
    values: ExamValues,
    parse_errors: Iterable[InputError] = (),
) -> Exam:
    """Create an exam.

    Raises `ValidationFailedError` listing every problem: ``FORBIDDEN``, ``BLANK``, ``TOO_LONG``, ``INVALID_CHARACTERS``,
    ``OUT_OF_RANGE``, ``YEAR_OUT_OF_RANGE``, and ``NOT_FOUND`` for the level.
    """
    errors = ValidationErrors(parse_errors)
    if not may_create_exams(viewer):
        template = _("Creating exams requires FULL or CO_TEACHER access to a class.")
        errors.add(UserErrorCode.FORBIDDEN, template)
    check_values(values, errors)
    errors.raise_if_any()

    exam = Exam(type=type, created_by_id=viewer.teacher_id, version=1)
    set_values(exam, values)
    exam.created_at = exam.updated_at = timezone.now()
    exam.save(force_insert=True)
    record(
        viewer=viewer,
        action=HistoryAction.CREATE_EXAM,
        subject=HistorySubject.EXAM,
        at=exam.created_at,
        entries=[Recorded(str(exam.pk), differences({}, recorded(exam)))],
    )
    return exam


def may_create_exams(viewer: Viewer) -> bool:
    """Return whether the viewer is an administrator or can change a class. At most one SELECT."""
    if viewer.is_administrator:
        return True
    visible = SchoolClass.objects.visible_to(viewer)
    # The plugin does not see what a method of the QuerySet annotates.
    return visible.filter(access_level__in=EDITING_LEVELS).exists()  # type: ignore[misc]
