"""Permissions in the administration site. They follow from the viewer's role, not from Django's permissions."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest

from primepath.domain.viewer import Viewer
from primepath.services.accounts.viewers import viewer_of


def is_administrator(user: User | AnonymousUser | Any) -> bool:
    """Return whether this user can open the site: head teachers and staff can."""
    viewer = viewer_of(user)
    return viewer is not None and viewer.is_administrator


def viewer_in(request: HttpRequest) -> Viewer:
    """Return the administrator who sent this request."""
    viewer = viewer_of(request.user)
    assert viewer is not None, "only administrators can open the site"
    return viewer


class AdministratorPermissions:
    """Administrators view, add and change rows. Rows are never deleted, because others refer to them."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_administrator(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_administrator(request.user)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_administrator(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_administrator(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ChangeOnly(AdministratorPermissions):
    """Administrators view and change rows that are created elsewhere."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ViewOnly(ChangeOnly):
    """Administrators view rows that are changed elsewhere."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class SuperuserPermissions:
    """Superusers view, add and change; for others the page does not exist."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _is_superuser(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_superuser(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_superuser(request)


def _is_superuser(request: HttpRequest) -> bool:
    return is_administrator(request.user) and bool(getattr(request.user, "is_superuser", False))
