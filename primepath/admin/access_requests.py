"""Requests of teachers for access to a class, and the decisions about them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from primepath.admin.access_request_form import DECISION_FIELDS, DecisionForm
from primepath.admin.common.history_pages import WithHistory
from primepath.admin.common.permissions import ChangeOnly
from primepath.admin.common.service_pages import ServicePage
from primepath.domain.history import HistorySubject
from primepath.domain.school_class import AccessRequestStatus
from primepath.models import ClassAccessRequest


@admin.register(ClassAccessRequest)
class AccessRequestAdmin(
    ChangeOnly, WithHistory[ClassAccessRequest], ServicePage[ClassAccessRequest]
):
    """A pending request is decided on its page. Nothing else about a request can be changed here."""

    form = DecisionForm
    history_subject = HistorySubject.ACCESS_REQUEST
    name_relations = ("teacher",)
    list_display = (
        "teacher",
        "username",
        "class_code",
        "school_class",
        "requested_access_level",
        "status",
        "requested_at",
        "reviewed_by",
        "reviewed_at",
    )
    list_display_links = ("teacher", "class_code")
    list_select_related = ("teacher__user", "school_class", "reviewed_by")
    list_filter = ("status", "requested_access_level", "school_class__division")
    date_hierarchy = "requested_at"
    search_fields = ("teacher__name_key__contains", "school_class__code", "school_class__name")
    search_is_folded = True
    search_help_text = _("Name of the teacher, or code or name of the class.")
    ordering = ("-requested_at", "-id")
    fields = (
        "teacher",
        "school_class",
        "requested_access_level",
        "reason",
        "status",
        "requested_at",
        "reviewed_by",
        "reviewed_at",
        "review_note",
        "latest_changes",
    )
    readonly_fields = fields

    def has_change_permission(
        self, request: HttpRequest, obj: ClassAccessRequest | None = None
    ) -> bool:
        """Show a decided request read-only. A decision that comes too late is refused by the service."""
        is_decided = obj is not None and obj.status != AccessRequestStatus.PENDING
        return super().has_change_permission(request, obj) and (
            request.method == "POST" or not is_decided
        )

    def get_fieldsets(self, request: HttpRequest, obj: ClassAccessRequest | None = None) -> Any:
        shown = [(None, {"fields": self.fields})]
        if not self.has_change_permission(request, obj):
            return shown
        return [*shown, (_("Decision"), {"fields": DECISION_FIELDS})]

    @admin.display(description=_("username"), ordering="teacher__user__username")
    def username(self, access_request: ClassAccessRequest) -> str:
        return access_request.teacher.user.username

    @admin.display(description=_("code"), ordering="school_class__code_order")
    def class_code(self, access_request: ClassAccessRequest) -> str:
        return str(access_request.school_class_id)
