"""Curricula of all classes. The curriculum of a class is changed from the page of the class."""

from __future__ import annotations

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from primepath.admin.class_curriculum import curriculum_url
from primepath.admin.common.history_pages import WithHistory
from primepath.admin.common.permissions import ViewOnly
from primepath.domain.history import HistorySubject
from primepath.models import ClassCurriculumMapping, CurriculumLevel


@admin.register(ClassCurriculumMapping)
class ClassCurriculumMappingAdmin(ViewOnly, WithHistory[ClassCurriculumMapping]):
    """Levels of classes. All levels of a class in a year are recorded together, under ``CODE/YEAR``."""

    history_subject = HistorySubject.CURRICULUM
    history_lists = {"level_ids": CurriculumLevel}
    list_display = ("school_class", "academic_year", "priority", "curriculum_level", "set_levels")
    list_select_related = ("school_class", "curriculum_level__subprogram__program")
    list_filter = (
        "academic_year",
        "priority",
        "school_class__division",
        "school_class__grade",
        "curriculum_level__subprogram__program",
    )
    search_fields = (
        "school_class__code",
        "school_class__name",
        "curriculum_level__subprogram__name",
    )
    search_help_text = _("Code or name of the class, or name of the sub-program.")
    ordering = ("-academic_year", "school_class__code_order", "school_class", "priority")
    fields = ("school_class", "academic_year", "priority", "curriculum_level", "set_levels")
    readonly_fields = ("set_levels",)

    @admin.display(description=_("curriculum"))
    def set_levels(self, mapping: ClassCurriculumMapping) -> str:
        url = curriculum_url(
            mapping.school_class_id, mapping.academic_year, site_name=self.admin_site.name
        )
        return format_html('<a href="{}">{}</a>', url, _("Change"))

    def history_key(self, obj: ClassCurriculumMapping) -> str:
        return f"{obj.school_class_id}/{obj.academic_year}"

    def history_url(self, key: str) -> str:
        class_code, year = key.split("/")
        return curriculum_url(class_code, int(year), site_name=self.admin_site.name)
