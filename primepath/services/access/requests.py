"""Lock, decide and withdraw access requests, with their history."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from primepath.domain.errors import UserErrorCode
from primepath.domain.history import HistoryAction, HistorySubject, differences
from primepath.domain.school_class import AccessRequestStatus
from primepath.domain.viewer import Viewer
from primepath.models import ClassAccessRequest
from primepath.services.history import Recorded, record
from primepath.services.validation import ValidationErrors
from primepath.terms import named


def lock_pending_request(
    request_id: int | None, *, viewer: Viewer, errors: ValidationErrors
) -> ClassAccessRequest:
    """Lock and return a pending request that the viewer can see.

    Raises `ValidationFailedError` listing the ``errors`` found so far and its own: ``NOT_FOUND``, ``ALREADY_DECIDED``.
    """
    request = None
    if request_id is not None:
        visible = ClassAccessRequest.objects.visible_to(viewer)
        request = visible.select_for_update(no_key=True).filter(pk=request_id).first()
        if request is None:
            template = _("This request does not exist or you do not have access to it.")
            errors.add(UserErrorCode.NOT_FOUND, template, "request_id")
        elif request.status != AccessRequestStatus.PENDING:
            template = _("This request is already {status}.")
            errors.add(
                UserErrorCode.ALREADY_DECIDED, template, "request_id", status=named(request.status)
            )
    errors.raise_if_any(current=request)
    if request is None:
        raise ValueError("parse_errors must explain a missing id")
    return request


def decide_request(
    request: ClassAccessRequest,
    *,
    viewer: Viewer,
    action: HistoryAction,
    status: AccessRequestStatus,
    at: datetime.datetime,
    note: str,
) -> None:
    """Approve or deny the request, and record it."""
    before = recorded_request(request)
    request.status = status
    request.reviewed_at = at
    request.reviewed_by_id = viewer.teacher_id
    request.review_note = note
    request.save()
    record_request(request, viewer=viewer, action=action, at=at, before=before)


def withdraw_request(request: ClassAccessRequest, *, viewer: Viewer, at: datetime.datetime) -> None:
    """Withdraw the request, and record it."""
    before = recorded_request(request)
    request.status = AccessRequestStatus.WITHDRAWN
    request.save()
    record_request(
        request,
        viewer=viewer,
        action=HistoryAction.WITHDRAW_CLASS_ACCESS_REQUEST,
        at=at,
        before=before,
    )


def record_request(
    request: ClassAccessRequest,
    *,
    viewer: Viewer,
    action: HistoryAction,
    at: datetime.datetime,
    before: Mapping[str, Any],
) -> None:
    record(
        viewer=viewer,
        action=action,
        subject=HistorySubject.ACCESS_REQUEST,
        at=at,
        entries=[Recorded(str(request.pk), differences(before, recorded_request(request)))],
    )


def recorded_request(request: ClassAccessRequest) -> dict[str, Any]:
    """Return the values that the history records."""
    return {
        "class_code": request.school_class_id,
        "requested_access_level": str(request.requested_access_level),
        "reason": request.reason,
        "status": str(request.status),
        "review_note": request.review_note,
    }
