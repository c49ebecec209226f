"""Set a password with a link."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from primepath.domain.errors import UserErrorCode
from primepath.services.accounts.account_links import find_link
from primepath.services.accounts.password_rules import check_new_password
from primepath.services.accounts.set_password import store_password
from primepath.services.accounts.viewers import viewer_of
from primepath.services.validation import ValidationErrors


def set_password_by_link(*, secret: str, password: str) -> User:
    """Set the password of the account that the link is for. The link ends, and so do all sessions and tokens of the account.

    Error codes: ``NOT_FOUND`` if the link does not exist, has ended or was used; ``WEAK_PASSWORD``, ``TOO_LONG`` and
    ``INVALID_CHARACTERS``.
    """
    errors = ValidationErrors()
    link = find_link(secret)
    if link is None:
        _add_not_found(errors)
    else:
        check_new_password(password, link.user, errors, "password")
    errors.raise_if_any()
    assert link is not None
    # Before the transaction, which would lock the account while the password waits and is hashed.
    return _store(secret, link.user_id, make_password(password))


@transaction.atomic
def _store(secret: str, account_id: int, password_hash: str) -> User:
    errors = ValidationErrors()
    account = User.objects.select_for_update(no_key=True).get(pk=account_id)
    link = find_link(secret)
    viewer = viewer_of(link.user) if link is not None else None
    if link is None or viewer is None:
        # It was used or replaced while the password was hashed.
        _add_not_found(errors)
    errors.raise_if_any()
    assert link is not None
    assert viewer is not None
    store_password(account, password_hash, viewer=viewer)
    link.delete()
    return account


def _add_not_found(errors: ValidationErrors) -> None:
    template = _("This link does not exist, has expired or was already used. Ask for a new one.")
    errors.add(UserErrorCode.NOT_FOUND, template)
