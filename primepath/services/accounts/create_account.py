"""Create an account."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import transaction

from primepath.domain.viewer import Viewer
from primepath.services.accounts.account_values import (
    ACCOUNTS,
    AccountValues,
    check_account,
    normalized,
)
from primepath.services.accounts.checks import check_superuser
from primepath.services.validation import ValidationErrors


def create_account(*, viewer: Viewer, values: AccountValues, password: str | None) -> User:
    """Create an account. Without a ``password``, its owner cannot sign in until one is set.

    Error codes: ``FORBIDDEN`` unless the viewer is a superuser, ``BLANK``, ``TOO_LONG``, ``INVALID_CHARACTERS``,
    ``DUPLICATE`` for a username that is taken.
    """
    # Before the transaction, which would lock rows while the password waits and is hashed.
    return _create(viewer, normalized(values), make_password(password))


@transaction.atomic
def _create(viewer: Viewer, values: AccountValues, password_hash: str) -> User:
    errors = ValidationErrors()
    check_superuser(viewer, errors)
    check_account({"username": "", **values}, errors)
    errors.raise_if_any()
    account = User(**values, password=password_hash)
    ACCOUNTS.insert(account, viewer=viewer)
    return account
