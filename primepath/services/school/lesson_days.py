"""The check of lesson days, which the school has, and classes with days of their own."""

from __future__ import annotations

from django.utils.translation import gettext as _

from primepath.domain.errors import UserErrorCode
from primepath.domain.weekday import WEEKDAYS, join_days
from primepath.services.validation import ValidationErrors


def check_days(days: str, errors: ValidationErrors, *path: str | int) -> None:
    """Add an error if ``days`` is not a text that `join_days` returns."""
    if join_days(days.split()) != days:
        template = _("{field} must be days in the order of the week: {days}.")
        errors.add(UserErrorCode.OUT_OF_RANGE, template, *path, days=" ".join(WEEKDAYS))
