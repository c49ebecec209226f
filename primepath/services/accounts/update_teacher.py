"""Change a teacher's name or head-teacher status."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from primepath.domain.errors import UserErrorCode
from primepath.domain.viewer import Viewer
from primepath.models import Teacher
from primepath.services.accounts.teacher_values import TEACHERS, TeacherValues, check_teacher
from primepath.services.permissions import check_administrator
from primepath.services.validation import ValidationErrors


@transaction.atomic
def update_teacher(*, viewer: Viewer, teacher_id: int, values: TeacherValues) -> Teacher:
    """Change a teacher. The account of a teacher never changes.

    Error codes: ``FORBIDDEN`` unless the viewer is a head teacher or staff, and for their own head-teacher status;
    ``NOT_FOUND``, ``BLANK``, ``TOO_LONG``, ``INVALID_CHARACTERS``.
    """
    errors = ValidationErrors()
    check_administrator(viewer, errors)
    check_teacher(values, errors)
    teacher = Teacher.objects.select_for_update(no_key=True).filter(pk=teacher_id).first()
    if teacher is None:
        errors.add(UserErrorCode.NOT_FOUND, _("This teacher does not exist."), "teacher_id")
    elif teacher.pk == viewer.teacher_id and _changes_status(teacher, values):
        template = _("You cannot change your own head-teacher status.")
        errors.add(UserErrorCode.FORBIDDEN, template, "is_head_teacher")
    errors.raise_if_any()
    assert teacher is not None
    TEACHERS.change(teacher, values, viewer=viewer)
    return teacher


def _changes_status(teacher: Teacher, values: TeacherValues) -> bool:
    return values.get("is_head_teacher", teacher.is_head_teacher) != teacher.is_head_teacher
