"""Rules for new passwords, from the setting AUTH_PASSWORD_VALIDATORS."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from primepath.domain.errors import UserErrorCode
from primepath.services.validation import ValidationErrors

MAX_PASSWORD_LENGTH = 4096


def check_new_password(password: str, account: User, errors: ValidationErrors, field: str) -> None:
    """Add an error for each rule that the password breaks: ``WEAK_PASSWORD``, ``TOO_LONG`` or ``INVALID_CHARACTERS``."""
    before = len(list(errors))
    errors.check_text(password, field, limit=MAX_PASSWORD_LENGTH)
    if len(list(errors)) > before:
        return
    try:
        validate_password(password, account)
    except ValidationError as weak:
        for message in weak.messages:
            errors.add(UserErrorCode.WEAK_PASSWORD, "{reason}", field, reason=message)
