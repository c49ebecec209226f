"""Request access to a class."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from primepath.domain.cell import is_class_code
from primepath.domain.errors import UserErrorCode
from primepath.domain.history import HistoryAction
from primepath.domain.school_class import AccessLevel, AccessRequestStatus
from primepath.domain.viewer import Viewer
from primepath.models import ClassAccessRequest, SchoolClass, Teacher
from primepath.services.access.checks import MAX_TEXT_LENGTH
from primepath.services.access.requests import record_request
from primepath.services.validation import ValidationErrors, shown_code


@transaction.atomic
def request_class_access(
    *, viewer: Viewer, class_code: str, access_level: AccessLevel, reason: str
) -> ClassAccessRequest:
    """Create a request of the viewer, who must be a teacher.

    Raises `ValidationFailedError` listing every problem: ``FORBIDDEN``, ``NOT_FOUND``, ``BLANK``, ``TOO_LONG``,
    ``INVALID_CHARACTERS``, and ``DUPLICATE`` if the teacher already has a pending request for the class.
    """
    errors = ValidationErrors()
    errors.check_text(reason, "reason", limit=MAX_TEXT_LENGTH, required=True)
    if viewer.teacher_id is None:
        template = _("Only teachers can request access. Staff can already see every class.")
        errors.add(UserErrorCode.FORBIDDEN, template)
    active = SchoolClass.objects.filter(pk=class_code, is_active=True)
    if not is_class_code(class_code) or not active.exists():
        template = _("Class {code} does not exist or is inactive.")
        errors.add(UserErrorCode.NOT_FOUND, template, "class_code", code=shown_code(class_code))
    errors.raise_if_any()
    assert viewer.teacher_id is not None
    # The lock makes the second of two simultaneous requests see the first.
    list(Teacher.objects.select_for_update(no_key=True).filter(pk=viewer.teacher_id))
    pending = ClassAccessRequest.objects.filter(
        teacher=viewer.teacher_id, school_class=class_code, status=AccessRequestStatus.PENDING
    )
    if (existing := pending.first()) is not None:
        template = _("You already have a pending request for this class.")
        errors.add(UserErrorCode.DUPLICATE, template, "class_code")
        errors.raise_if_any(current=existing)
    request = ClassAccessRequest(
        teacher_id=viewer.teacher_id,
        school_class_id=class_code,
        requested_access_level=access_level,
        reason=reason,
        requested_at=timezone.now(),
    )
    request.save()
    record_request(
        request,
        viewer=viewer,
        action=HistoryAction.REQUEST_CLASS_ACCESS,
        at=request.requested_at,
        before={},
    )
    return request
