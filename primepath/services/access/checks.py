"""What decisions about access have in common."""

from __future__ import annotations

import datetime

from django.utils import timezone

from primepath.domain.errors import UserErrorCode
from primepath.domain.viewer import Viewer
from primepath.services.validation import ValidationErrors

MAX_TEXT_LENGTH = 1_000


def check_administers(viewer: Viewer, errors: ValidationErrors, *path: str) -> None:
    """Notes a viewer who does not decide about access."""
    if not viewer.is_administrator:
        message = "Only head teachers and staff decide about access."
        errors.add(UserErrorCode.FORBIDDEN, message, *path)


def check_not_oneself(
    viewer: Viewer, teacher_id: int, errors: ValidationErrors, *path: str
) -> None:
    """Notes a teacher who would decide for themselves."""
    if viewer.teacher_id == teacher_id:
        message = "Nobody decides about their own access; ask another head teacher or the staff."
        errors.add(UserErrorCode.FORBIDDEN, message, *path)


def check_expiry(expires_at: datetime.datetime | None, errors: ValidationErrors) -> None:
    """Notes access that would have ended before it began."""
    if expires_at is not None and expires_at <= timezone.now():
        message = "Access must end in the future, or not at all."
        errors.add(UserErrorCode.OUT_OF_RANGE, message, "expiresAt")
