"""Buttons above a list, next to Django's button that adds a row."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse

from primepath.admin.common.base import SchoolAdmin
from primepath.admin.common.generics import M


class ListLink(NamedTuple):
    """A button: its address and its text."""

    url: str
    text: str


class WithListLinks(SchoolAdmin[M]):
    """A page with buttons above its list."""

    change_list_template = "admin/list_with_links.html"

    def list_links(self, request: HttpRequest) -> list[ListLink]:
        """Return the buttons that this user can press."""
        return []

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        links = {"list_links": self.list_links(request)}
        return super().changelist_view(request, {**links, **(extra_context or {})})
