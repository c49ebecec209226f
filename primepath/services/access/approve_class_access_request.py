"""Approve a request for access to a class."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from primepath.domain.errors import InputError, UserErrorCode
from primepath.domain.history import HistoryAction
from primepath.domain.school_class import AccessLevel, AccessRequestStatus
from primepath.domain.viewer import Viewer
from primepath.models import ClassAccessRequest, Teacher, TeacherClassAssignment
from primepath.services.access.assignments import lock_assignment, write_assignment
from primepath.services.access.checks import (
    MAX_TEXT_LENGTH,
    check_can_decide,
    check_expiry,
    check_not_oneself,
)
from primepath.services.access.requests import decide_request, lock_pending_request
from primepath.services.change_sets import change_set
from primepath.services.validation import ValidationErrors

_BY_REACH = tuple(AccessLevel)


@change_set()
@transaction.atomic
def approve_class_access_request(
    *,
    viewer: Viewer,
    request_id: int | None,
    access_level: AccessLevel | None = None,
    expires_at: datetime.datetime | None = None,
    note: str | None = None,
    parse_errors: Iterable[InputError] = (),
) -> ClassAccessRequest:
    """Approve a pending request, and create or raise the teacher's assignment.

    ``access_level`` defaults to the requested level. Without ``expires_at``, the access does not expire. Access that the
    teacher already has is never reduced, neither its level nor its expiry.

    Raises `ValidationFailedError` listing every problem: ``FORBIDDEN``, ``NOT_FOUND``, ``ALREADY_DECIDED``, ``OUT_OF_RANGE``,
    ``TOO_LONG``, ``INVALID_CHARACTERS``.
    """
    errors = ValidationErrors(parse_errors)
    check_can_decide(viewer, errors)
    check_expiry(expires_at, errors)
    errors.check_text(note or "", "note", limit=MAX_TEXT_LENGTH)
    request = lock_pending_request(request_id, viewer=viewer, errors=errors)
    check_not_oneself(viewer, request.teacher_id, errors, "request_id")
    if not request.school_class.is_active:
        errors.add(
            UserErrorCode.NOT_FOUND, _("The class of this request is inactive."), "request_id"
        )
    errors.raise_if_any(current=request)
    at = timezone.now()
    decide_request(
        request,
        viewer=viewer,
        action=HistoryAction.APPROVE_CLASS_ACCESS_REQUEST,
        status=AccessRequestStatus.APPROVED,
        at=at,
        note=note or "",
    )
    _give_access(
        request,
        viewer=viewer,
        access_level=access_level or AccessLevel(request.requested_access_level),
        expires_at=expires_at,
        at=at,
    )
    return request


def _give_access(
    request: ClassAccessRequest,
    *,
    viewer: Viewer,
    access_level: AccessLevel,
    expires_at: datetime.datetime | None,
    at: datetime.datetime,
) -> None:
    # The lock makes two writers that create the same teacher's first assignment to a class wait for each other.
    list(Teacher.objects.select_for_update(no_key=True).filter(pk=request.teacher_id))
    assignment = lock_assignment(teacher_id=request.teacher_id, class_code=request.school_class_id)
    if assignment is None:
        assignment = TeacherClassAssignment(
            teacher_id=request.teacher_id, school_class_id=request.school_class_id
        )
    elif assignment.is_active and (assignment.expires_at is None or assignment.expires_at > at):
        access_level = min(access_level, AccessLevel(assignment.access_level), key=_BY_REACH.index)
        if expires_at is not None and assignment.expires_at is not None:
            expires_at = max(expires_at, assignment.expires_at)
        else:
            expires_at = None
    write_assignment(
        assignment,
        viewer=viewer,
        action=HistoryAction.APPROVE_CLASS_ACCESS_REQUEST,
        at=at,
        access_level=access_level,
        expires_at=expires_at,
        is_active=True,
    )
