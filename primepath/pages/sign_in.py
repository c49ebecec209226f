"""The sign-in page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.http import HttpResponse

from primepath.pages.page import PAGE_HEADERS
from primepath.services.accounts.sign_in_attempts import SignInAttempts
from primepath.services.accounts.viewers import viewer_of


class SignInForm(AuthenticationForm):
    """Accept teachers and staff, and limit failed attempts, like the mutation `signIn`."""

    def clean(self) -> Any:
        attempts = SignInAttempts(
            username=self.cleaned_data.get("username", ""),
            address=self.request.META.get("REMOTE_ADDR", "") if self.request else "",
        )
        if message := attempts.limit_message:
            raise ValidationError(message, code="rate_limited")
        try:
            cleaned = super().clean()
        except ValidationError:
            attempts.record_failure()
            raise
        attempts.reset()
        return cleaned

    def confirm_login_allowed(self, user: User) -> None:
        super().confirm_login_allowed(user)
        if viewer_of(user) is None:
            raise self.get_invalid_login_error()


class SignInPage(LoginView):
    template_name = "pages/sign_in.html"
    form_class = SignInForm
    extra_context = {"school": settings.SCHOOL_NAME}

    def render_to_response(self, context: dict[str, Any], **options: Any) -> HttpResponse:
        return super().render_to_response(context, headers=PAGE_HEADERS, **options)
