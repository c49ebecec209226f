"""The sign-in form that the pages and the admin site share."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from primepath.services.accounts.sign_in_attempts import SignInAttempt


def client_address(request: HttpRequest | None) -> str:
    """Return the client's IP address, or an empty text if there is no request."""
    return str(request.META.get("REMOTE_ADDR", "")) if request is not None else ""


class LimitedSignInForm(AuthenticationForm):
    """Django's sign-in form, with the limit on failed attempts, and with the message of the mutation `signIn`."""

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": _("Incorrect username or password."),
    }

    def clean(self) -> Any:
        if self.errors:
            # Without a username and a password, Django checks nothing. So this is neither a failure nor a success.
            return super().clean()
        username, address = self.cleaned_data["username"], client_address(self.request)
        with SignInAttempt(username=username, address=address) as attempt:
            if not attempt.begin():
                raise ValidationError(attempt.limit_message, code="rate_limited")
            try:
                cleaned = super().clean()
            except ValidationError:
                attempt.fail()
                raise
            attempt.succeed()
        return cleaned
