"""The administration site: where a head of school works."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from primepath.admin.common.permissions import is_administrator


class AdministratorSignInForm(AuthenticationForm):
    """Signs in administrators; Django's own form wants staff, which a head teacher need not be."""

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": "Enter the name and password of a head teacher or of staff. "
        "Capital and small letters differ.",
    }
    required_css_class = "required"

    def confirm_login_allowed(self, user: Any) -> None:
        super().confirm_login_allowed(user)
        if not is_administrator(user):
            raise self.get_invalid_login_error()

    def get_invalid_login_error(self) -> ValidationError:
        return ValidationError(self.error_messages["invalid_login"], code="invalid_login")


class SchoolAdminSite(admin.AdminSite):
    """Open to head teachers and staff. Nothing is deleted in bulk."""

    site_header = f"{settings.SCHOOL_NAME}: exam schedule"
    site_title = settings.SCHOOL_NAME
    index_title = "Administration"
    site_url = None
    login_form = AdministratorSignInForm

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")

    def has_permission(self, request: HttpRequest) -> bool:
        return is_administrator(request.user)


@cache
def school_site() -> SchoolAdminSite:
    """The one site, which Django asks for as ``admin.site``.

    Django asks twice: finding this module imports its package, whose pages register with the site
    before the first answer is out. A class here would give the second asker another, empty site.
    """
    return SchoolAdminSite()
