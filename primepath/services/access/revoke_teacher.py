"""Taking a teacher's access to a class away."""

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
from primepath.services.access.checks import check_administers, check_not_oneself
from primepath.services.validation import ValidationErrors


@transaction.atomic
def revoke_teacher(
    *, viewer: Viewer, assignment_id: int | None, parse_errors: Iterable[InputError] = ()
) -> TeacherClassAssignment:
    """Ends the access of an assignment at once; one that is revoked already stays as it is.

    None as the key stands for one that could not be read from the input and is among the errors ``parse_errors`` there.

    Raises `ValidationFailedError` with all errors, and then nothing is written: ``FORBIDDEN``, ``NOT_FOUND``.
    """
    errors = ValidationErrors(parse_errors)
    check_administers(viewer, errors)
    errors.raise_if_any()
    assert assignment_id is not None
    # As everywhere, the assignments of a class that is no longer taught are not there.
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
