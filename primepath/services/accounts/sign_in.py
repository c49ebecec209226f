"""Sign in with a username and a password."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext as _

from primepath.domain.errors import UserErrorCode
from primepath.domain.text import is_blank, normalize_username
from primepath.domain.viewer import Viewer
from primepath.models import ApiToken
from primepath.services.accounts.hash_upgrade import check_and_upgrade
from primepath.services.accounts.sign_in_attempts import SignInAttempt
from primepath.services.accounts.tokens import create_token
from primepath.services.accounts.viewers import VIEWER_RELATIONS, viewer_of
from primepath.services.validation import ValidationErrors

_MAX_USERNAME_LENGTH = 150
_MAX_PASSWORD_LENGTH = 4096
_MAX_DEVICE_NAME_LENGTH = 100


class TeacherBackend(ModelBackend):
    """Django's backend. It reads the teacher's profile in the same query as the user."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **credentials: Any,
    ) -> Any:
        """Return the user with these credentials, or None. Every form and mutation that signs in calls this."""
        if username is None or password is None:
            return None
        users = User.objects.select_related("preferences")
        user = users.filter(username=normalize_username(username)).first()
        if user is None:
            # As long as for a known user.
            make_password(password)
            return None
        is_correct = check_and_upgrade(user, password)
        return user if is_correct and self.user_can_authenticate(user) else None

    def get_user(self, user_id: Any) -> Any:
        user = User.objects.select_related(*VIEWER_RELATIONS).filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None


def sign_in(
    *, username: str, password: str, address: str, device_name: str | None = None
) -> tuple[str, ApiToken, Viewer]:
    """Check the credentials and create a token. Return the token, its stored row and the viewer.

    ``address`` is the client's IP address.

    Raises `ValidationFailedError`: ``INVALID_CHARACTERS``, ``TOO_LONG``, ``RATE_LIMITED`` (see `SignInAttempt`) or
    ``INVALID_CREDENTIALS``. An unknown name and a wrong password get the same error after the same time, because a password
    is hashed in both cases. Imported hashes take longer until their owner has signed in once.

    Raises `OverloadedError` if too many passwords wait to be checked.
    """
    errors = ValidationErrors()
    username = normalize_username(username)
    errors.check_text(username, "username", limit=_MAX_USERNAME_LENGTH)
    errors.check_text(password, "password", limit=_MAX_PASSWORD_LENGTH)
    if device_name is None or is_blank(device_name):
        device_name = "Sign-in"
    errors.check_text(device_name, "device_name", limit=_MAX_DEVICE_NAME_LENGTH)
    errors.raise_if_any()
    with SignInAttempt(username=username, address=address) as attempt:
        attempt.begin_or_refuse(errors)
        user = authenticate(username=username, password=password)
        viewer = viewer_of(user) if user is not None else None
        if user is None or viewer is None:
            attempt.fail()
            errors.add(UserErrorCode.INVALID_CREDENTIALS, _("Incorrect username or password."))
            errors.raise_if_any()
        attempt.succeed()
    assert isinstance(user, User)
    assert viewer is not None
    token, stored = create_token(user=user, name=device_name)
    return token, stored, viewer
