"""Taking a request for access back."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from primepath.domain.errors import InputMistake, UserErrorCode
from primepath.domain.viewer import Viewer
from primepath.models import ClassAccessRequest
from primepath.services.access.requests import lock_pending_request, withdraw_request
from primepath.services.mistakes import Mistakes


@transaction.atomic
def withdraw_class_access_request(
    *, viewer: Viewer, request_id: int | None, found: Iterable[InputMistake] = ()
) -> ClassAccessRequest:
    """Takes back a pending request of the viewer's own.

    None as the key stands for one that could not be read from the input and is among the mistakes ``found`` there.

    Raises `RejectedInputError`, and then nothing is written: ``NOT_FOUND``, ``FORBIDDEN``, ``ALREADY_DECIDED``.
    """
    mistakes = Mistakes(found)
    request = lock_pending_request(request_id, viewer=viewer, mistakes=mistakes)
    if request.teacher_id != viewer.teacher_id:
        message = "Only the teacher who made a request takes it back; deny it instead."
        mistakes.add(UserErrorCode.FORBIDDEN, message, "id")
        mistakes.raise_if_any()
    withdraw_request(request, viewer=viewer, at=timezone.now())
    return request
