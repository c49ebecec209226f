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
            template = _("The current password is not correct.")
            errors.add(UserErrorCode.INVALID_CREDENTIALS, template, "current_password")
            errors.raise_if_any()
        attempt.succeed()
    return _store(viewer, make_password(new_password), token_id)


@transaction.atomic
def _store(
    viewer: Viewer, password_hash: str, token_id: int | None
) -> tuple[User, tuple[str, ApiToken] | None]:
    account = User.objects.select_for_update(no_key=True).get(pk=viewer.account_id)
    store_password(account, password_hash, viewer=viewer)
    if token_id is None:
        return account, None
    name = ApiToken.objects.values_list("name", flat=True).get(pk=token_id)
    return account, create_token(user=account, name=name)
