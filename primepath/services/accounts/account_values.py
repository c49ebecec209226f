"""The fields of an account, and how accounts are recorded. Passwords are never kept in the history."""

from __future__ import annotations

from typing import Any, TypedDict

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from primepath.domain.errors import UserErrorCode
from primepath.domain.history import HistoryAction, HistorySubject
from primepath.domain.text import has_forbidden_characters, normalize_username
from primepath.services.rows import RecordedRow, max_length
from primepath.services.validation import ValidationErrors

ACCOUNTS = RecordedRow(
    subject=HistorySubject.ACCOUNT,
    create=HistoryAction.CREATE_ACCOUNT,
    update=HistoryAction.UPDATE_ACCOUNT,
    fields=(
        *("username", "first_name", "last_name", "email"),
        *("is_active", "is_staff", "is_superuser"),
    ),
)
_TEXTS = ("username", "first_name", "last_name", "email")


def normalized(values: AccountValues) -> AccountValues:
    """Return the values as they are stored."""
    if "username" not in values:
        return values
    return {**values, "username": normalize_username(values["username"])}


class AccountValues(TypedDict, total=False):
    """Fields of an account. A field that is left out keeps its value."""

    username: str
    first_name: str
    last_name: str
    email: str
    is_active: bool
    is_staff: bool
    is_superuser: bool


def check_account(
    values: AccountValues, errors: ValidationErrors, *, account_id: int | None = None
) -> None:
    """Add an error for each value that an account cannot have; at most one SELECT."""
    given: dict[str, Any] = {**values}
    for name in _TEXTS:
        if name in given:
            limit = max_length(User, name)
            errors.check_text(given[name], name, limit=limit, required=name == "username")
    username = given.get("username")
    if not username or has_forbidden_characters(username):
        return
    others = User.objects.filter(username=username)
    if account_id is not None:
        others = others.exclude(pk=account_id)
    if others.exists():
        template = _("An account with this username already exists.")
        errors.add(UserErrorCode.DUPLICATE, template, "username")
