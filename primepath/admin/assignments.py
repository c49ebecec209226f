"""Assignments of teachers to classes. An assignment is revoked by making it inactive."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from primepath.admin.assignment_form import AssignmentForm
from primepath.admin.common.generics import Parent
from primepath.admin.common.history_pages import WithHistory
from primepath.admin.common.service_pages import ServiceInline, ServicePage
from primepath.domain.history import HistorySubject
from primepath.models import TeacherClassAssignment

_RECORD = ("assigned_at", "latest_changes")


@admin.register(TeacherClassAssignment)
class AssignmentAdmin(WithHistory[TeacherClassAssignment], ServicePage[TeacherClassAssignment]):
    """Access of teachers to classes. The teacher and the class of an assignment cannot be changed."""

    form = AssignmentForm
    history_subject = HistorySubject.ASSIGNMENT
    name_relations = ("teacher",)
    list_display = (
        "teacher",
        "username",
        "class_code",
        "school_class",
        "access_level",
        "assigned_at",
        "expires_at",
        "is_active",
        "gives_access",
    )
    list_display_links = ("teacher", "class_code")
    list_select_related = ("teacher__user", "school_class")
    list_filter = (
        "is_active",
        "access_level",
        "expires_at",
        "school_class__division",
        "school_class__grade",
    )
    date_hierarchy = "assigned_at"
    ordering = ("teacher__name_order", "teacher", "school_class__code_order")
    search_fields = ("teacher__name_key__contains", "school_class__code", "school_class__name")
    search_is_folded = True
    search_help_text = _("Name of the teacher, or code or name of the class.")
    autocomplete_fields = ("teacher", "school_class")
    fields = ("teacher", "school_class", "access_level", "expires_at")

    def get_readonly_fields(
        self, request: HttpRequest, obj: TeacherClassAssignment | None = None
    ) -> tuple[str, ...]:
        return ("teacher", "school_class", *_RECORD) if obj else ()

    def get_fields(
        self, request: HttpRequest, obj: TeacherClassAssignment | None = None
    ) -> tuple[str, ...]:
        return (*self.fields, "is_active", *_RECORD) if obj else self.fields

    @admin.display(description=_("username"), ordering="teacher__user__username")
    def username(self, assignment: TeacherClassAssignment) -> str:
        return assignment.teacher.user.username

    @admin.display(description=_("code"), ordering="school_class__code_order")
    def class_code(self, assignment: TeacherClassAssignment) -> str:
        return str(assignment.school_class_id)

    @admin.display(description=_("access now"), boolean=True)
    def gives_access(self, assignment: TeacherClassAssignment) -> bool:
        expires_at = assignment.expires_at
        return (
            assignment.is_active
            and assignment.school_class.is_active
            and (expires_at is None or expires_at > timezone.now())
        )


class AssignmentsInline(ServiceInline[TeacherClassAssignment, Parent]):
    """Existing assignments. Their level, expiry and active status can be changed."""

    model = TeacherClassAssignment
    form = AssignmentForm
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[TeacherClassAssignment]:
        rows = super().get_queryset(request).select_related("teacher", "school_class")
        return rows.order_by("teacher__name_order", "teacher", "school_class__code_order")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class NewAssignmentsInline(ServiceInline[TeacherClassAssignment, Parent]):
    """New assignments.

    They have a table of their own, because a teacher or class is chosen in a search box. Each box reads its label with
    a query. That is acceptable for new rows, but not for all existing ones.
    """

    model = TeacherClassAssignment
    form = AssignmentForm

    def get_queryset(self, request: HttpRequest) -> QuerySet[TeacherClassAssignment]:
        return super().get_queryset(request).none()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
