"""The sign-in page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView
from django.http import HttpResponse

from primepath.pages.page import PAGE_HEADERS
from primepath.services.accounts.sign_in_form import LimitedSignInForm
from primepath.services.accounts.viewers import viewer_of


class SignInForm(LimitedSignInForm):
    """Accept teachers and staff, like the mutation `signIn`."""

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
