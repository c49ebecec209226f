"""Who may do what in the administration site.

The viewer's role decides, not Django's permissions by model.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest

from primepath.domain.viewer import Viewer
from primepath.services.accounts.viewers import viewer_of


def is_administrator(user: User | AnonymousUser | Any) -> bool:
    """Whether this user works in the site: head teachers and staff do."""
    viewer = viewer_of(user)
    return viewer is not None and viewer.is_administrator


def viewer_in(request: HttpRequest) -> Viewer:
    """The administrator who asks for a page of the site."""
    viewer = viewer_of(request.user)
    assert viewer is not None, "the site lets in only those who administer the school"
    return viewer


class AdministratorPermissions:
    """Administrators see, add and change; nobody deletes, since other rows point here."""

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
    """Administrators see and change what comes about elsewhere."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ViewOnly(ChangeOnly):
    """Administrators see, and change nothing here."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
