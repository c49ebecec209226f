"""Activate or deactivate an account."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from primepath.domain.errors import UserErrorCode
from primepath.domain.viewer import Viewer
from primepath.services.accounts.account_values import ACCOUNTS
from primepath.services.accounts.checks import check_not_own, is_superuser, lock_account
from primepath.services.permissions import check_administrator
from primepath.services.validation import ValidationErrors


@transaction.atomic
def set_account_active(*, viewer: Viewer, account_id: int, is_active: bool) -> User:
    """Set whether the owner of an account can sign in. Deactivation ends its sessions and revokes its tokens.

    Error codes: ``NOT_FOUND``; ``FORBIDDEN`` unless the viewer is a head teacher or staff. Also ``FORBIDDEN`` for the
    viewer's own account, and for the account of staff unless the viewer is a superuser.
    """
    errors = ValidationErrors()
    check_administrator(viewer, errors)
    account = lock_account(account_id, errors)
    if account is not None:
        check_not_own(viewer, account, {"is_active": is_active}, errors)
        if (account.is_staff or account.is_superuser) and not is_superuser(viewer):
            template = _("Only superusers can activate or deactivate the account of staff.")
            errors.add(UserErrorCode.FORBIDDEN, template, "is_active")
    errors.raise_if_any()
    assert account is not None
    ACCOUNTS.change(account, {"is_active": is_active}, viewer=viewer)
    return account
