"""Giving a teacher access to a class."""

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
from primepath.services.access.checks import check_administers, check_expiry, check_not_oneself
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
    """Gives the teacher this access, in the place of what they had; without ``expires_at`` until it is revoked.

    None as the teacher stands for one who could not be read from the input and is among the errors ``parse_errors`` there.

    Raises `ValidationFailedError` with all errors, and then nothing is written: ``FORBIDDEN``, ``NOT_FOUND``, ``OUT_OF_RANGE``.
    """
    errors = ValidationErrors(parse_errors)
    check_administers(viewer, errors)
    check_expiry(expires_at, errors)
    active = SchoolClass.objects.filter(pk=class_code, is_active=True)
    if not is_class_code(class_code) or not active.exists():
        template = _("Class {code} does not exist or is inactive.")
        errors.add(UserErrorCode.NOT_FOUND, template, "class_code", code=shown_code(class_code))
    if teacher_id is not None:
        check_not_oneself(viewer, teacher_id, errors, "teacher_id")
        # Locked, so that two who give the same teacher their first access to a class follow each other.
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
