"""Checks that all decisions about access share."""

from __future__ import annotations

import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from primepath.domain.errors import UserErrorCode
from primepath.domain.viewer import Viewer
from primepath.services.validation import ValidationErrors, has_local_time

MAX_TEXT_LENGTH = 1_000


def check_can_decide(viewer: Viewer, errors: ValidationErrors, *path: str) -> None:
    """Add an error if the viewer cannot decide about access."""
    if not viewer.is_administrator:
        template = _("Only head teachers and staff can decide about access.")
        errors.add(UserErrorCode.FORBIDDEN, template, *path)


def check_not_oneself(
    viewer: Viewer, teacher_id: int, errors: ValidationErrors, *path: str
) -> None:
    """Add an error if the viewer would change their own access."""
    if viewer.teacher_id == teacher_id:
        template = _(
            "You cannot change your own access. Ask another head teacher or a staff member."
        )
        errors.add(UserErrorCode.FORBIDDEN, template, *path)


def check_expiry(expires_at: datetime.datetime | None, errors: ValidationErrors) -> None:
    """Add an error if the expiry is in the past, or if no page could show it."""
    if expires_at is None:
        return
    if expires_at <= timezone.now():
        errors.add(UserErrorCode.OUT_OF_RANGE, _("{field} must be in the future."), "expires_at")
    elif not has_local_time(expires_at):
        template = _(
            "{field} must not be after the year 9999, in the time zone of the school. Without it, access does not expire."
        )
        errors.add(UserErrorCode.OUT_OF_RANGE, template, "expires_at")
