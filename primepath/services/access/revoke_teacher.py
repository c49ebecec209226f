"""Revoke a teacher's access to a class."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from primepath.domain.errors import InputError, UserErrorCode
from primepath.domain.history import HistoryAction
from primepath.domain.school_class import AccessLevel
from primepath.domain.viewer import Viewer
from primepath.models import TeacherClassAssignment
from primepath.services.access.assignments import write_assignment
from primepath.services.access.checks import check_can_decide, check_not_oneself
from primepath.services.validation import ValidationErrors


@transaction.atomic
def revoke_teacher(
    *, viewer: Viewer, assignment_id: int | None, parse_errors: Iterable[InputError] = ()
) -> TeacherClassAssignment:
    """Deactivate an assignment immediately. An inactive assignment stays unchanged.

    Raises `ValidationFailedError` listing every problem: ``FORBIDDEN``, ``NOT_FOUND``.
    """
    errors = ValidationErrors(parse_errors)
    check_can_decide(viewer, errors)
    errors.raise_if_any()
    assert assignment_id is not None
    # Assignments to an inactive class are hidden everywhere.
    assignment = (
        TeacherClassAssignment.objects.select_for_update(no_key=True, of=("self",))
        .filter(pk=assignment_id, school_class__is_active=True)
        .first()
    )
    if assignment is None:
        template = _("This assignment does not exist.")
        errors.add(UserErrorCode.NOT_FOUND, template, "assignment_id")
        errors.raise_if_any()
    assert assignment is not None
    check_not_oneself(viewer, assignment.teacher_id, errors, "assignment_id")
    errors.raise_if_any()
    write_assignment(
        assignment,
        viewer=viewer,
        action=HistoryAction.REVOKE_TEACHER,
        at=timezone.now(),
        access_level=AccessLevel(assignment.access_level),
        expires_at=assignment.expires_at,
        is_active=False,
    )
    return assignment
