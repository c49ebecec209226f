"""Set the password of an account."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from primepath.domain.history import HistoryAction, HistorySubject, differences
from primepath.domain.viewer import Viewer
from primepath.models import ApiToken
from primepath.services.accounts.checks import check_superuser, lock_account
from primepath.services.history import Recorded, record
from primepath.services.validation import ValidationErrors


def set_password(*, viewer: Viewer, account_id: int, password: str | None) -> User:
    """Set the password of an account, or remove it if ``password`` is None.

    The caller checks the strength of the password. The history records who set it and when, but not the password.

    Error codes: ``NOT_FOUND``, ``FORBIDDEN`` unless the account is the viewer's own or the viewer is a superuser.
    """
    # Before the transaction, which would lock the account while the password waits and is hashed.
    return _store(viewer, account_id, make_password(password))


@transaction.atomic
def _store(viewer: Viewer, account_id: int, password_hash: str) -> User:
    errors = ValidationErrors()
    if account_id != viewer.user_id:
        check_superuser(viewer, errors)
    account = lock_account(account_id, errors)
    errors.raise_if_any()
    assert account is not None
    store_password(account, password_hash, viewer=viewer)
    return account


def store_password(account: User, password_hash: str, *, viewer: Viewer) -> None:
    """Store the hash for a locked account, and record that ``viewer`` has set the password. Call it in a transaction."""
    before = {"has_password": account.has_usable_password()}
    account.password = password_hash
    account.save(update_fields=["password"])
    # A token is invalid without its password anyway. Lists show all that are not revoked.
    now = timezone.now()
    ApiToken.objects.filter(user=account, revoked_at=None).update(revoked_at=now)
    changes = differences(before, {"has_password": account.has_usable_password()})
    record(
        viewer=viewer,
        action=HistoryAction.SET_PASSWORD,
        subject=HistorySubject.ACCOUNT,
        at=now,
        entries=[Recorded(str(account.pk), changes)],
    )
