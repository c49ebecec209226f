"""Change an account."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from primepath.domain.viewer import Viewer
from primepath.services.accounts.account_values import (
    ACCOUNTS,
    AccountValues,
    check_account,
    normalized,
)
from primepath.services.accounts.checks import check_not_own, check_superuser, lock_account
from primepath.services.validation import ValidationErrors


@transaction.atomic
def update_account(*, viewer: Viewer, account_id: int, values: AccountValues) -> User:
    """Change an account. `set_password` changes its password.

    Error codes: ``NOT_FOUND``; ``FORBIDDEN`` unless the viewer is a superuser, or if they would lock themselves out.
    ``BLANK``, ``TOO_LONG`` or ``INVALID_CHARACTERS`` for a text; ``DUPLICATE`` for a username that is taken.
    """
    values = normalized(values)
    errors = ValidationErrors()
    check_superuser(viewer, errors)
    account = lock_account(account_id, errors)
    check_account(values, errors, account_id=account_id)
    if account is not None:
        check_not_own(viewer, account, {**values}, errors)
    errors.raise_if_any()
    assert account is not None
    ACCOUNTS.change(account, values, viewer=viewer)
    return account
