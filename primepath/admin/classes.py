"""Classes, their curriculum and their teachers."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from primepath.admin.assignments import AssignmentsInline, NewAssignmentsInline
from primepath.admin.class_curriculum import CurriculumPage, curriculum_table
from primepath.admin.common.active_actions import ActiveActions
from primepath.admin.common.columns import count_of, school_order
from primepath.admin.common.fields import DaysField, NumberField
from primepath.admin.common.history_pages import WithHistory
from primepath.admin.common.service_forms import ServiceForm
from primepath.admin.common.service_pages import ServicePage
from primepath.admin.exchange_pages import ExchangePages
from primepath.domain.history import HistorySubject
from primepath.domain.school_class import FIRST_GRADE, LAST_GRADE
from primepath.domain.viewer import Viewer
from primepath.models import ClassCurriculumMapping, SchoolClass, TeacherClassAssignment
from primepath.school import current_academic_year
from primepath.services.school.create_class import create_class
from primepath.services.school.update_class import update_class

_FIELDS = ("name", "division", "grade", "section", "stream", "lesson_days", "is_active")


class TeachersOfClass(AssignmentsInline[SchoolClass]):
    verbose_name_plural = _("teachers")
    fields = ("teacher", "access_level", "expires_at", "is_active")
    readonly_fields = ("teacher",)


class NewTeachersOfClass(NewAssignmentsInline[SchoolClass]):
    verbose_name_plural = _("assign teachers")
    verbose_name = _("teacher")
    fields = ("teacher", "access_level", "expires_at")
    autocomplete_fields = ("teacher",)


class SchoolClassForm(ServiceForm[SchoolClass]):
    grade = NumberField(min_value=FIRST_GRADE, max_value=LAST_GRADE)
    lesson_days = DaysField(
        required=False, help_text=_("Choose none if the class follows the school.")
    )

    def write(self) -> SchoolClass:
        values: Any = self.entered(*_FIELDS)
        if self.is_new:
            return create_class(viewer=self.viewer, code=self.cleaned_data["code"], values=values)
        return update_class(viewer=self.viewer, code=self.instance.pk, values=values)


@admin.register(SchoolClass)
class SchoolClassAdmin(
    CurriculumPage,
    ActiveActions[SchoolClass],
    ExchangePages[SchoolClass],
    WithHistory[SchoolClass],
    ServicePage[SchoolClass],
):
    """Classes are made inactive, not deleted. Class codes cannot be changed because cell IDs contain them."""

    form = SchoolClassForm
    exchange_table = "classes"
    history_subject = HistorySubject.CLASS
    list_display = (
        "code",
        "name",
        "division",
        "grade",
        "section",
        "stream",
        "levels_this_year",
        "teachers",
        "is_active",
    )
    list_display_links = ("code", "name")
    list_filter = ("is_active", "division", "grade", "stream")
    search_fields = ("code", "name", "stream")
    search_help_text = _("Code, name or stream.")
    ordering = school_order()
    fields = ("code", *_FIELDS)

    def write_active(self, viewer: Viewer, row: SchoolClass, *, is_active: bool) -> SchoolClass:
        return update_class(viewer=viewer, code=row.code, values={"is_active": is_active})

    def search_label(self, row: SchoolClass) -> str:
        return f"{row.name} ({row.code})"

    def get_queryset(self, request: HttpRequest) -> QuerySet[SchoolClass]:
        assignments = TeacherClassAssignment.objects.giving_access()
        this_year = ClassCurriculumMapping.objects.filter(academic_year=current_academic_year())
        return (
            super()
            .get_queryset(request)
            .annotate(teacher_count=count_of(assignments.filter(school_class=OuterRef("pk"))))
            .prefetch_related(
                Prefetch(
                    "curriculum_mappings",
                    this_year.select_related("curriculum_level__subprogram__program").order_by(
                        "priority"
                    ),
                    to_attr="mappings_this_year",
                )
            )
        )

    @admin.display(description=_("levels this year"))
    def levels_this_year(self, school_class: Any) -> str:
        mappings: list[ClassCurriculumMapping] = school_class.mappings_this_year
        return ", ".join(str(mapping.curriculum_level) for mapping in mappings)

    @admin.display(ordering="teacher_count", description=_("teachers now"))
    def teachers(self, school_class: Any) -> int:
        return int(school_class.teacher_count)

    @admin.display(description=_("curriculum"))
    def curriculum(self, school_class: SchoolClass) -> str:
        return curriculum_table(school_class, site_name=self.admin_site.name)

    def get_fields(self, request: HttpRequest, obj: SchoolClass | None = None) -> tuple[str, ...]:
        return (*self.fields, "curriculum", "latest_changes") if obj else self.fields

    def get_readonly_fields(
        self, request: HttpRequest, obj: SchoolClass | None = None
    ) -> tuple[str, ...]:
        return ("code", "curriculum", "latest_changes") if obj else ()

    def get_inlines(self, request: HttpRequest, obj: SchoolClass | None) -> list[Any]:
        return [TeachersOfClass, NewTeachersOfClass] if obj else [NewTeachersOfClass]
