"""Teachers' requests for access to a class, and how they were decided."""

from __future__ import annotations

from django.contrib import admin

from primepath.admin.base import ViewOnlyAdmin
from primepath.models import ClassAccessRequest


@admin.register(ClassAccessRequest)
class AccessRequestAdmin(ViewOnlyAdmin[ClassAccessRequest]):
    list_display = (
        "teacher",
        "class_code",
        "school_class",
        "requested_access_level",
        "status",
        "requested_at",
        "reviewed_by",
        "reviewed_at",
    )
    list_display_links = ("teacher", "class_code")
    list_select_related = ("teacher", "school_class", "reviewed_by")
    list_filter = ("status", "requested_access_level", "school_class__division")
    date_hierarchy = "requested_at"
    search_fields = ("teacher__name_key__contains", "school_class__code", "school_class__name")
    search_is_folded = True
    search_help_text = "Teacher's name, or code or name of the class."
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
    )

    @admin.display(description="code", ordering="school_class_id")
    def class_code(self, access_request: ClassAccessRequest) -> str:
        return str(access_request.school_class_id)
