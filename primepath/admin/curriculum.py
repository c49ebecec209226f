"""Programs, sub-programs and levels; new names reach the classes that learn the levels."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import F, Model, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest

from primepath.admin.common.base import SchoolAdmin, SchoolInline
from primepath.admin.common.columns import count_of
from primepath.admin.common.fields import NumberField
from primepath.admin.common.forms import SchoolForm
from primepath.admin.common.generics import M
from primepath.admin.common.permissions import viewer_in
from primepath.admin.history import WithHistory
from primepath.domain.history import HistorySubject
from primepath.models import ClassCurriculumMapping, CurriculumLevel, Program, SubProgram
from primepath.school import current_academic_year
from primepath.services.curriculum.track_level_changes import track_level_changes


def levels_of(*objects: Model) -> QuerySet[CurriculumLevel]:
    """The levels whose full names contain the name of one of ``objects``."""
    wanted = Q(pk__in=[])
    for obj in objects:
        match obj:
            case Program():
                wanted |= Q(subprogram__program=obj)
            case SubProgram():
                wanted |= Q(subprogram=obj)
            case _:
                wanted |= Q(pk=obj.pk)
    return CurriculumLevel.objects.filter(wanted)


class TracksLevelNames(SchoolAdmin[M]):
    """A page that renames levels, those of its tables too."""

    def save_model(self, request: HttpRequest, obj: M, form: Any, change: bool) -> None:
        changed = [obj] if change and form.changed_data else []
        with track_level_changes(viewer=viewer_in(request), levels=levels_of(*changed)):
            super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        changed = [row.instance for row in formset.initial_forms if row.has_changed()]
        with track_level_changes(viewer=viewer_in(request), levels=levels_of(*changed)):
            super().save_formset(request, form, formset, change)


class ProgramForm(SchoolForm[Program]):
    grade_from = NumberField(min_value=1, max_value=12)
    grade_to = NumberField(min_value=1, max_value=12)
    position = NumberField(min_value=0, initial=0, help_text="Programs are listed by this.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        grade_from, grade_to = cleaned.get("grade_from"), cleaned.get("grade_to")
        if grade_from and grade_to and grade_to < grade_from:
            self.add_error("grade_to", ValidationError("This comes before the first grade."))
        return cleaned


class SubProgramForm(SchoolForm[SubProgram]):
    position = NumberField(min_value=0, initial=0, help_text="Sub-programs are listed by this.")


class LevelForm(SchoolForm[CurriculumLevel]):
    level_number = NumberField(min_value=1)


class SubProgramsOfProgram(SchoolInline[SubProgram, Program]):
    model = SubProgram
    form = SubProgramForm
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[SubProgram]:
        return super().get_queryset(request).select_related("program")


class LevelsOfSubProgram(SchoolInline[CurriculumLevel, SubProgram]):
    model = CurriculumLevel
    form = LevelForm

    def get_queryset(self, request: HttpRequest) -> QuerySet[CurriculumLevel]:
        return super().get_queryset(request).select_related("subprogram__program")


@admin.register(Program)
class ProgramAdmin(TracksLevelNames[Program]):
    form = ProgramForm
    list_display = ("name", "grade_from", "grade_to", "position", "subprogram_count")
    search_fields = ("name",)
    inlines = (SubProgramsOfProgram,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Program]:
        count = count_of(SubProgram.objects.filter(program=OuterRef("pk")))
        return super().get_queryset(request).annotate(subprogram_total=count)

    @admin.display(ordering="subprogram_total", description="sub-programs")
    def subprogram_count(self, program: Any) -> int:
        return int(program.subprogram_total)


@admin.register(SubProgram)
class SubProgramAdmin(TracksLevelNames[SubProgram]):
    form = SubProgramForm
    list_display = ("name", "program", "position", "level_count")
    list_select_related = ("program",)
    list_filter = ("program",)
    search_fields = ("name", "program__name")
    ordering = ("program__position", "program", "position", "id")
    autocomplete_fields = ("program",)
    inlines = (LevelsOfSubProgram,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[SubProgram]:
        count = count_of(CurriculumLevel.objects.filter(subprogram=OuterRef("pk")))
        # The program is part of the name, also where a search box lists sub-programs.
        rows = super().get_queryset(request).select_related("program")
        return rows.annotate(level_total=count)

    @admin.display(ordering="level_total", description="levels")
    def level_count(self, subprogram: Any) -> int:
        return int(subprogram.level_total)


@admin.register(CurriculumLevel)
class CurriculumLevelAdmin(WithHistory[CurriculumLevel], TracksLevelNames[CurriculumLevel]):
    form = LevelForm
    history_subject = HistorySubject.LEVEL
    list_display = ("__str__", "program", "subprogram", "level_number", "classes_this_year")
    list_filter = ("subprogram__program",)
    search_fields = ("full_name",)
    search_help_text = "Words of the full name, such as: core phonics L1."
    ordering = (
        "subprogram__program__position",
        "subprogram__program",
        "subprogram__position",
        "subprogram",
        "level_number",
    )
    autocomplete_fields = ("subprogram",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[CurriculumLevel]:
        full_name = Concat(
            F("subprogram__program__name"),
            Value(" "),
            F("subprogram__name"),
            Value(" L"),
            Cast("level_number", TextField()),
            output_field=TextField(),
        )
        this_year = ClassCurriculumMapping.objects.filter(
            curriculum_level=OuterRef("pk"), academic_year=current_academic_year()
        )
        levels = super().get_queryset(request).select_related("subprogram__program")
        return levels.annotate(full_name=full_name, class_count=count_of(this_year))

    @admin.display(ordering="subprogram__program__name")
    def program(self, level: CurriculumLevel) -> str:
        return level.subprogram.program.name

    @admin.display(ordering="class_count")
    def classes_this_year(self, level: Any) -> int:
        return int(level.class_count)
