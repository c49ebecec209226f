"""Actions that make the selected rows of a list active or inactive."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from primepath.admin.common.base import SchoolAdmin
from primepath.admin.common.bulk import change_each
from primepath.admin.common.generics import M
from primepath.admin.common.permissions import viewer_in
from primepath.domain.viewer import Viewer


class ActiveActions(SchoolAdmin[M]):
    """A list of rows with ``is_active``."""

    actions = ("make_active", "make_inactive")

    def write_active(self, viewer: Viewer, row: Any, *, is_active: bool) -> Model:
        """Make the row active or inactive, through its service."""
        raise NotImplementedError

    @admin.action(description=_("Make active"), permissions=["change"])
    def make_active(self, request: HttpRequest, selected: QuerySet[M]) -> None:
        self._write(request, selected, is_active=True)

    @admin.action(description=_("Make inactive"), permissions=["change"])
    def make_inactive(self, request: HttpRequest, selected: QuerySet[M]) -> None:
        self._write(request, selected, is_active=False)

    def _write(self, request: HttpRequest, selected: QuerySet[M], *, is_active: bool) -> None:
        viewer = viewer_in(request)
        change_each(
            request, selected, lambda row: self.write_active(viewer, row, is_active=is_active)
        )
