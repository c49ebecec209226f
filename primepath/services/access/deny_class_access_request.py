"""Deny a request for access to a class."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from primepath.domain.errors import InputError
from primepath.domain.history import HistoryAction
from primepath.domain.school_class import AccessRequestStatus
from primepath.domain.viewer import Viewer
from primepath.models import ClassAccessRequest
from primepath.services.access.checks import MAX_TEXT_LENGTH, check_can_decide, check_not_oneself
from primepath.services.access.requests import decide_request, lock_pending_request
from primepath.services.validation import ValidationErrors


@transaction.atomic
def deny_class_access_request(
    *,
    viewer: Viewer,
    request_id: int | None,
    note: str,
    parse_errors: Iterable[InputError] = (),
) -> ClassAccessRequest:
    """Deny a pending request. ``note`` is the reason, which the teacher can read.

    Raises `ValidationFailedError` listing every problem: ``FORBIDDEN``, ``NOT_FOUND``, ``ALREADY_DECIDED``, ``BLANK``,
    ``TOO_LONG``, ``INVALID_CHARACTERS``.
    """
    errors = ValidationErrors(parse_errors)
    check_can_decide(viewer, errors)
    errors.check_text(note, "note", limit=MAX_TEXT_LENGTH, required=True)
    request = lock_pending_request(request_id, viewer=viewer, errors=errors)
    check_not_oneself(viewer, request.teacher_id, errors, "request_id")
    errors.raise_if_any(current=request)
    decide_request(
        request,
        viewer=viewer,
        action=HistoryAction.DENY_CLASS_ACCESS_REQUEST,
        status=AccessRequestStatus.DENIED,
        at=timezone.now(),
        note=note,
    )
    return request
