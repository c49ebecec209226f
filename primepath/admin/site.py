"""The administration site, for head teachers and staff."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from primepath.admin.common.permissions import is_administrator
from primepath.services.accounts.sign_in_form import LimitedSignInForm, client_address


class AdministratorSignInForm(LimitedSignInForm):
    """Signs in administrators. Django's own form requires staff, which a head teacher need not be."""

    error_messages = {
        **LimitedSignInForm.error_messages,
        "invalid_login": _(
            "Enter the username and password of a head teacher or a staff member. "
            "Both fields are case-sensitive."
        ),
    }
    required_css_class = "required"

    def confirm_login_allowed(self, user: Any) -> None:
        super().confirm_login_allowed(user)
        if not is_administrator(user):
            raise self.get_invalid_login_error()

    def get_invalid_login_error(self) -> ValidationError:
        return ValidationError(self.error_messages["invalid_login"], code="invalid_login")


class SchoolAdminSite(admin.AdminSite):
    """Open to head teachers and staff. Nothing is deleted."""

    site_title = settings.SCHOOL_NAME
    index_title = _("Administration")
    site_url = None
    login_form = AdministratorSignInForm

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        header = gettext("{school}: exam schedule").format(school=settings.SCHOOL_NAME)
        return {**super().each_context(request), "site_header": header}

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Show Django's page with a form that saves through the service."""
        # The forms need the models, which are not loaded yet when Django asks for the site.
        from primepath.admin.account_forms import ChangeOwnPasswordForm

        request.current_app = self.name
        bound = {"address": client_address(request)}
        page: Any = PasswordChangeView.as_view(
            form_class=type("BoundPasswordForm", (ChangeOwnPasswordForm,), bound),
            success_url=reverse("admin:password_change_done", current_app=self.name),
            template_name="registration/password_change_form.html",
            extra_context={**self.each_context(request), **(extra_context or {})},
        )
        response: TemplateResponse = page(request)
        return response

    def autocomplete_view(self, request: HttpRequest) -> Any:
        """Return the rows that a search box lists. See `LabelledResults`."""
        from primepath.admin.common.autocomplete import LabelledResults

        return LabelledResults.as_view(admin_site=self)(request)

    def has_permission(self, request: HttpRequest) -> bool:
        return is_administrator(request.user)


@cache
def school_site() -> SchoolAdminSite:
    """Return the only site, which Django uses as ``admin.site``.

    Django calls this twice: importing this module imports its package, whose pages register with the site before the
    first call returns. A class instead of a function would make the second call create another, empty site.
    """
    return SchoolAdminSite()
