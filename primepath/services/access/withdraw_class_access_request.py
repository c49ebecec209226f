"""Withdraw a request for access to a class."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from primepath.domain.errors import InputError, UserErrorCode
from primepath.domain.viewer import Viewer
from primepath.models import ClassAccessRequest
from primepath.services.access.requests import lock_pending_request, withdraw_request
from primepath.services.validation import ValidationErrors


@transaction.atomic
def withdraw_class_access_request(
    *, viewer: Viewer, request_id: int | None, parse_errors: Iterable[InputError] = ()
) -> ClassAccessRequest:
    """Withdraw a pending request that the viewer made.

    Raises `ValidationFailedError` listing every problem: ``NOT_FOUND``, ``FORBIDDEN``, ``ALREADY_DECIDED``.
    """
    errors = ValidationErrors(parse_errors)
    request = lock_pending_request(request_id, viewer=viewer, errors=errors)
    if request.teacher_id != viewer.teacher_id:
        template = _(
            "Only the teacher who made this request can withdraw it. You can deny it instead."
        )
        errors.add(UserErrorCode.FORBIDDEN, template, "request_id")
        errors.raise_if_any(current=request)
    withdraw_request(request, viewer=viewer, at=timezone.now())
    return request
