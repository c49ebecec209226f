"""The forms of accounts and of their passwords."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.forms import AdminPasswordChangeForm as OwnPasswordForm
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    AdminUserCreationForm,
    UserChangeForm,
)
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError

from primepath.admin.common.service_forms import ServiceForm
from primepath.domain.errors import ValidationFailedError
from primepath.domain.viewer import Viewer
from primepath.services.accounts.account_values import ACCOUNTS
from primepath.services.accounts.change_password import replace_password
from primepath.services.accounts.create_account import create_account
from primepath.services.accounts.hash_upgrade import check_and_upgrade
from primepath.services.accounts.set_password import set_password
from primepath.services.accounts.sign_in_attempts import SignInAttempt
from primepath.services.accounts.update_account import update_account
from primepath.services.accounts.viewers import viewer_of


class NewAccountForm(ServiceForm[User], AdminUserCreationForm):  # type: ignore[type-arg]
    """Creates an account with a username and, if it has one, a password."""

    def write(self) -> User:
        return create_account(
            viewer=self.viewer,
            values={"username": self.cleaned_data["username"]},
            password=_entered_password(self),
        )


class AccountForm(ServiceForm[User], UserChangeForm):  # type: ignore[type-arg]
    """Changes an account. Its password has a page of its own."""

    def write(self) -> User:
        values: Any = self.entered(*ACCOUNTS.fields)
        return update_account(viewer=self.viewer, account_id=self.instance.pk, values=values)


class AccountPasswordForm(AdminPasswordChangeForm):  # type: ignore[type-arg]
    """Sets or removes the password of an account; its page makes a class with the ``viewer``."""

    viewer: Viewer

    def save(self, commit: bool = True) -> User:
        return _save_password(self, self.viewer, _entered_password(self))


class ChangeOwnPasswordForm(OwnPasswordForm):
    """Changes the password of the signed-in user; its page makes a class with the client's ``address``.

    The form asks for the old password, so the limit on failed attempts applies. Saving raises `PermissionDenied` if the password has
    changed since it was checked: that has ended the session.
    """

    address: str

    def clean_old_password(self) -> str:
        with SignInAttempt(username=self.user.get_username(), address=self.address) as attempt:
            if not attempt.begin():
                raise ValidationError(attempt.limit_message, code="rate_limited")
            password: str = self.cleaned_data["old_password"]
            # Django's form would store a new hash even if the password has changed since the user was loaded.
            if not check_and_upgrade(self.user, password):
                attempt.fail()
                raise ValidationError(
                    self.error_messages["password_incorrect"], code="password_incorrect"
                )
            attempt.succeed()
        return password

    def save(self, commit: bool = True) -> User:
        user: User = self.user
        viewer = viewer_of(user)
        assert viewer is not None, "only administrators can open the site"
        try:
            replace_password(
                viewer=viewer,
                checked=user.password,
                new_password=self.cleaned_data["new_password1"],
            )
        except ValidationFailedError as rejected:
            raise PermissionDenied from rejected
        user.refresh_from_db(fields=["password"])
        return user


def _entered_password(form: Any) -> str | None:
    cleaned = form.cleaned_data
    return cleaned["password1"] if cleaned["set_usable_password"] else None


def _save_password(form: Any, viewer: Viewer, password: str | None) -> User:
    """Set the password through the service. The form keeps its user, which Django's views use afterwards."""
    user: User = form.user
    set_password(viewer=viewer, account_id=user.pk, password=password)
    user.refresh_from_db(fields=["password"])
    return user
