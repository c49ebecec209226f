"""Create the profile that makes an account a teacher's."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from primepath.domain.errors import UserErrorCode
from primepath.domain.viewer import Viewer
from primepath.models import Teacher
from primepath.services.accounts.teacher_values import TEACHERS, TeacherValues, check_teacher
from primepath.services.permissions import check_administrator
from primepath.services.validation import ValidationErrors


@transaction.atomic
def create_teacher(*, viewer: Viewer, user_id: int, values: TeacherValues) -> Teacher:
    """Create the teacher's profile of an account that has none.

    Error codes: ``FORBIDDEN`` unless the viewer is a head teacher or staff; ``NOT_FOUND`` for the account. ``DUPLICATE``
    for an account with a profile; ``BLANK``, ``TOO_LONG`` or ``INVALID_CHARACTERS`` for the name.
    """
    errors = ValidationErrors()
    check_administrator(viewer, errors)
    check_teacher({"name": "", **values}, errors)
    # Locked, so that an account never gets two profiles.
    account = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
    if account is None:
        errors.add(UserErrorCode.NOT_FOUND, _("This account does not exist."), "user_id")
    elif Teacher.objects.filter(user=account).exists():
        template = _("This account already has a teacher's profile.")
        errors.add(UserErrorCode.DUPLICATE, template, "user_id")
    errors.raise_if_any()
    teacher = Teacher(user_id=user_id, **values)
    TEACHERS.insert(teacher, viewer=viewer)
    return teacher
