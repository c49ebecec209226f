"""Assign a teacher to a class."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from primepath.domain.cell import is_class_code
from primepath.domain.errors import InputError, UserErrorCode
from primepath.domain.history import HistoryAction
from primepath.domain.school_class import AccessLevel
from primepath.domain.viewer import Viewer
from primepath.models import SchoolClass, Teacher, TeacherClassAssignment
from primepath.services.access.assignments import lock_assignment, write_assignment
from primepath.services.access.checks import check_can_decide, check_expiry, check_not_oneself
from primepath.services.validation import ValidationErrors, shown_code


@transaction.atomic
def assign_teacher(
    *,
    viewer: Viewer,
    teacher_id: int | None,
    class_code: str,
    access_level: AccessLevel,
    expires_at: datetime.datetime | None = None,
    parse_errors: Iterable[InputError] = (),
) -> TeacherClassAssignment:
    """Set the teacher's access to the class. It replaces any existing access.

    Without ``expires_at``, the access does not expire.

    Raises `ValidationFailedError` listing every problem: ``FORBIDDEN``, ``NOT_FOUND``, ``OUT_OF_RANGE``.
    """
    errors = ValidationErrors(parse_errors)
    check_can_decide(viewer, errors)
    check_expiry(expires_at, errors)
    active = SchoolClass.objects.filter(pk=class_code, is_active=True)
    if not is_class_code(class_code) or not active.exists():
        template = _("Class {code} does not exist or is inactive.")
        errors.add(UserErrorCode.NOT_FOUND, template, "class_code", code=shown_code(class_code))
    if teacher_id is not None:
        check_not_oneself(viewer, teacher_id, errors, "teacher_id")
        # The lock makes two writers that create the same teacher's first assignment to a class wait for each other.
        teachers = Teacher.objects.select_for_update(no_key=True).filter(pk=teacher_id)
        if not teachers.values_list("pk"):
            errors.add(UserErrorCode.NOT_FOUND, _("This teacher does not exist."), "teacher_id")
    errors.raise_if_any()
    assert teacher_id is not None
    assignment = lock_assignment(
        teacher_id=teacher_id, class_code=class_code
    ) or TeacherClassAssignment(teacher_id=teacher_id, school_class_id=class_code)
    write_assignment(
        assignment,
        viewer=viewer,
        action=HistoryAction.ASSIGN_TEACHER,
        at=timezone.now(),
        access_level=access_level,
        expires_at=expires_at,
        is_active=True,
    )
    return assignment
