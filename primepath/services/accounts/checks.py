"""Rules shared by the services for accounts and teachers."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from primepath.domain.errors import UserErrorCode
from primepath.domain.viewer import COMMAND_LINE, Viewer
from primepath.services.validation import ValidationErrors


def is_superuser(viewer: Viewer) -> bool:
    """Return whether the viewer manages accounts: superusers and whoever runs commands on the server."""
    if viewer.user_id is None:
        return viewer == COMMAND_LINE
    return User.objects.filter(pk=viewer.user_id, is_active=True, is_superuser=True).exists()


def lock_account(account_id: int, errors: ValidationErrors) -> User | None:
    """Return the account, locked; add an error if it does not exist."""
    account = User.objects.select_for_update(no_key=True).filter(pk=account_id).first()
    if account is None:
        errors.add(UserErrorCode.NOT_FOUND, _("This account does not exist."), "account_id")
    return account


def check_superuser(viewer: Viewer, errors: ValidationErrors) -> None:
    """Add an error if the viewer does not manage accounts."""
    if not is_superuser(viewer):
        errors.add(UserErrorCode.FORBIDDEN, _("Only superusers can manage accounts."))


def check_not_own(
    viewer: Viewer, account: User, values: dict[str, Any], errors: ValidationErrors
) -> None:
    """Add an error for each power that viewers would take from themselves, so that they stay able to sign in."""
    if account.pk != viewer.user_id:
        return
    for name in ("is_active", "is_staff", "is_superuser"):
        if getattr(account, name) and values.get(name) is False:
            template = _("You cannot remove this from your own account.")
            errors.add(UserErrorCode.FORBIDDEN, template, name)
