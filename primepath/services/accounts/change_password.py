"""Change one's own password."""

from __future__ import annotations

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from primepath.domain.errors import UserErrorCode
from primepath.domain.viewer import Viewer
from primepath.models import ApiToken
from primepath.services.accounts.password_rules import MAX_PASSWORD_LENGTH, check_new_password
from primepath.services.accounts.set_password import store_password
from primepath.services.accounts.sign_in_attempts import SignInAttempt
from primepath.services.accounts.tokens import create_token
from primepath.services.validation import ValidationErrors


def change_password(
    *,
    viewer: Viewer,
    current_password: str,
    new_password: str,
    address: str,
    token_id: int | None = None,
) -> tuple[User, tuple[str, ApiToken] | None]:
    """Change the viewer's password. All sessions and tokens of the viewer end.

    ``address`` is the client's IP address. ``token_id`` is the bearer token of the request: then return a new one of the same name.

    Error codes: ``INVALID_CREDENTIALS`` and ``RATE_LIMITED`` for the current password, which counts like a sign-in;
    ``WEAK_PASSWORD``, ``TOO_LONG`` and ``INVALID_CHARACTERS`` for the new one.
    """
    errors = ValidationErrors()
    account = User.objects.get(pk=viewer.account_id)
    errors.check_text(current_password, "current_password", limit=MAX_PASSWORD_LENGTH)
    check_new_password(new_password, account, errors, "new_password")
    errors.raise_if_any()
    with SignInAttempt(username=account.username, address=address) as attempt:
        attempt.begin_or_refuse(errors)
        if not check_password(current_password, account.password):
            attempt.fail()
            _add_incorrect(errors)
            errors.raise_if_any()
        attempt.succeed()
    return replace_password(
        viewer=viewer, checked=account.password, new_password=new_password, token_id=token_id
    )


def replace_password(
    *, viewer: Viewer, checked: str, new_password: str, token_id: int | None = None
) -> tuple[User, tuple[str, ApiToken] | None]:
    """Store the viewer's new password instead of the ``checked`` one, which is a hash; see `change_password`.

    Error code: ``INVALID_CREDENTIALS`` if the account has been deactivated meanwhile, or has another password.
    """
    # Before the transaction, which would lock the account while the password waits and is hashed.
    return _store(viewer, checked, make_password(new_password), token_id)


@transaction.atomic
def _store(
    viewer: Viewer, checked: str, password_hash: str, token_id: int | None
) -> tuple[User, tuple[str, ApiToken] | None]:
    account = User.objects.select_for_update(no_key=True).get(pk=viewer.account_id)
    if account.password != checked or not account.is_active:
        # Otherwise whoever knows a stolen password could undo that it was reset.
        errors = ValidationErrors()
        _add_incorrect(errors)
        errors.raise_if_any()
    store_password(account, password_hash, viewer=viewer)
    if token_id is None:
        return account, None
    name = ApiToken.objects.values_list("name", flat=True).get(pk=token_id)
    return account, create_token(user=account, name=name)


def _add_incorrect(errors: ValidationErrors) -> None:
    template = _("The current password is not correct.")
    errors.add(UserErrorCode.INVALID_CREDENTIALS, template, "current_password")
