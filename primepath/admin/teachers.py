"""Teachers, their accounts and their classes."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import ForeignKey, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from primepath.admin.assignments import AssignmentsInline, NewAssignmentsInline
from primepath.admin.common.columns import count_of
from primepath.admin.common.history_pages import WithHistory
from primepath.admin.common.service_pages import ServicePage
from primepath.admin.exchange_pages import ExchangePages
from primepath.admin.teacher_forms import TeacherAccountForm, TeacherForm
from primepath.domain.history import HistorySubject
from primepath.models import Teacher, TeacherClassAssignment


class ClassesOfTeacher(AssignmentsInline[Teacher]):
    verbose_name_plural = _("classes")
    fields = ("school_class", "access_level", "expires_at", "is_active")
    readonly_fields = ("school_class",)


class NewClassesOfTeacher(NewAssignmentsInline[Teacher]):
    verbose_name_plural = _("assign to classes")
    verbose_name = _("class")
    fields = ("school_class", "access_level", "expires_at")
    autocomplete_fields = ("school_class",)


@admin.register(Teacher)
class TeacherAdmin(ExchangePages[Teacher], WithHistory[Teacher], ServicePage[Teacher]):
    """Teachers. The account of a teacher who leaves is deactivated; the history keeps their name."""

    form = TeacherForm
    exchange_table = "teachers"
    history_subject = HistorySubject.TEACHER
    list_display = ("name", "user", "can_sign_in", "is_head_teacher", "classes")
    list_select_related = ("user",)
    list_filter = ("is_head_teacher", "user__is_active")
    search_fields = ("name_key__contains", "user__username")
    search_is_folded = True
    search_help_text = _("Name of the teacher, or username.")
    fields = ("user", "name", "is_head_teacher")
    search_label_relations = ("user",)

    def search_label(self, row: Teacher) -> str:
        return f"{row.name} ({row.user.username})"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Teacher]:
        assignments = TeacherClassAssignment.objects.giving_access()
        return (
            super()
            .get_queryset(request)
            .annotate(class_count=count_of(assignments.filter(teacher=OuterRef("pk"))))
        )

    @admin.display(ordering="class_count", description=_("classes now"))
    def classes(self, teacher: Any) -> int:
        return int(teacher.class_count)

    @admin.display(boolean=True, ordering="user__is_active", description=_("can sign in"))
    def can_sign_in(self, teacher: Teacher) -> bool:
        return teacher.user.is_active

    def get_fields(self, request: HttpRequest, obj: Teacher | None = None) -> tuple[str, ...]:
        return (*self.fields, "can_sign_in", "latest_changes") if obj else self.fields

    def get_readonly_fields(
        self, request: HttpRequest, obj: Teacher | None = None
    ) -> tuple[str, ...]:
        """Administrators cannot lock themselves out. Only superusers deactivate the accounts of staff."""
        if obj is None:
            return ()
        if obj.user_id == request.user.pk:
            return ("user", "is_head_teacher", "can_sign_in", "latest_changes")
        is_protected = obj.user.is_staff or obj.user.is_superuser
        if is_protected and not request.user.is_superuser:
            return ("user", "can_sign_in", "latest_changes")
        return ("user", "latest_changes")

    def get_form(
        self, request: HttpRequest, obj: Teacher | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is not None and "can_sign_in" not in self.get_readonly_fields(request, obj):
            kwargs["form"] = TeacherAccountForm
        return super().get_form(request, obj, change, **kwargs)

    def get_inlines(self, request: HttpRequest, obj: Teacher | None) -> list[Any]:
        return [ClassesOfTeacher, NewClassesOfTeacher] if obj else [NewClassesOfTeacher]

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "user":
            # A list instead of a search box: few accounts have no profile, and only superusers
            # can search all of them.
            free = User.objects.filter(teacher=None, is_active=True)
            kwargs["queryset"] = free.order_by("username")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
