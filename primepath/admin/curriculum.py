"""Programs, sub-programs and levels. Classes that learn a level see its new name immediately."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import F, OuterRef, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from primepath.admin.common.columns import count_of
from primepath.admin.common.history_pages import WithHistory
from primepath.admin.common.service_pages import ServiceInline, ServicePage
from primepath.admin.curriculum_forms import LevelForm, ProgramForm, SubProgramForm
from primepath.domain.history import HistorySubject
from primepath.models import ClassCurriculumMapping, CurriculumLevel, Program, SubProgram
from primepath.school import current_academic_year


class SubProgramsOfProgram(ServiceInline[SubProgram, Program]):
    model = SubProgram
    form = SubProgramForm
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[SubProgram]:
        return super().get_queryset(request).select_related("program")


class LevelsOfSubProgram(ServiceInline[CurriculumLevel, SubProgram]):
    model = CurriculumLevel
    form = LevelForm

    def get_queryset(self, request: HttpRequest) -> QuerySet[CurriculumLevel]:
        return super().get_queryset(request).select_related("subprogram__program")


@admin.register(Program)
class ProgramAdmin(WithHistory[Program], ServicePage[Program]):
    form = ProgramForm
    history_subject = HistorySubject.PROGRAM
    list_display = ("name", "grade_from", "grade_to", "position", "subprogram_count")
    search_fields = ("name",)
    inlines = (SubProgramsOfProgram,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Program]:
        count = count_of(SubProgram.objects.filter(program=OuterRef("pk")))
        return super().get_queryset(request).annotate(subprogram_total=count)

    @admin.display(ordering="subprogram_total", description=_("sub-programs"))
    def subprogram_count(self, program: Any) -> int:
        return int(program.subprogram_total)


@admin.register(SubProgram)
class SubProgramAdmin(WithHistory[SubProgram], ServicePage[SubProgram]):
    form = SubProgramForm
    history_subject = HistorySubject.SUB_PROGRAM
    name_relations = ("program",)
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

    @admin.display(ordering="level_total", description=_("levels"))
    def level_count(self, subprogram: Any) -> int:
        return int(subprogram.level_total)


@admin.register(CurriculumLevel)
class CurriculumLevelAdmin(WithHistory[CurriculumLevel], ServicePage[CurriculumLevel]):
    form = LevelForm
    history_subject = HistorySubject.LEVEL
    name_relations = ("subprogram__program",)
    list_display = ("__str__", "program", "subprogram", "level_number", "classes_this_year")
    list_filter = ("subprogram__program",)
    search_fields = ("full_name",)
    search_help_text = _("Words from the full name, for example: core phonics L1.")
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

    @admin.display(description=_("program"), ordering="subprogram__program__name")
    def program(self, level: CurriculumLevel) -> str:
        return level.subprogram.program.name

    @admin.display(description=_("classes this year"), ordering="class_count")
    def classes_this_year(self, level: Any) -> int:
        return int(level.class_count)
