"""Accounts: who can sign in, and who is staff. Only superusers open these pages.

Groups and permissions of Django have no page: roles decide what people can do here.
"""

from __future__ import annotations

from copy import copy
from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters

from primepath.admin.account_forms import AccountForm, AccountPasswordForm, NewAccountForm
from primepath.admin.common.history_pages import WithHistory
from primepath.admin.common.permissions import SuperuserPermissions, viewer_in
from primepath.admin.common.service_pages import ServicePage
from primepath.domain.history import HistorySubject

# Importing Django's pages has registered them.
admin.site.unregister([User, Group])


@admin.register(User)
class AccountAdmin(SuperuserPermissions, WithHistory[User], ServicePage[User], UserAdmin):  # type: ignore[type-arg]
    """Django's page of accounts, which saves through services. Accounts are made inactive, not deleted."""

    # The service hashes the password before its transaction.
    adds_in_one_transaction = False
    form = AccountForm
    add_form = NewAccountForm
    history_subject = HistorySubject.ACCOUNT
    list_display = (
        *("username", "email", "first_name", "last_name"),
        *("is_active", "is_staff", "is_superuser"),
    )
    list_filter = ("is_active", "is_staff", "is_superuser")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "is_superuser")}),
        (_("Record"), {"fields": ("date_joined", "last_login", "latest_changes")}),
    )
    readonly_fields = ("date_joined", "last_login", "latest_changes")

    @method_decorator(sensitive_post_parameters())
    @method_decorator(csrf_protect)
    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show Django's page without its transaction, which would lock the account's name while a password is hashed."""
        return admin.ModelAdmin.add_view(self, request, form_url, extra_context)

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        """Show Django's page with a form that knows the viewer: its own form does not get the request."""
        page: Any = copy(self)
        page.change_password_form = type(
            "BoundPasswordForm", (AccountPasswordForm,), {"viewer": viewer_in(request)}
        )
        return UserAdmin.user_change_password(page, request, id, form_url)
