"""Exams. An exam that is no longer used is made inactive, and stays in its cells."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from primepath.admin.cell_form import fitting
from primepath.admin.common.active_actions import ActiveActions
from primepath.admin.common.base import ViewOnlyInline
from primepath.admin.common.columns import count_of, period_order
from primepath.admin.common.history_pages import WithHistory
from primepath.admin.common.service_pages import ServicePage
from primepath.admin.exam_form import ExamForm
from primepath.admin.exchange_pages import ExchangePages
from primepath.domain.cell import CellKey
from primepath.domain.history import HistorySubject
from primepath.domain.viewer import Viewer
from primepath.models import Exam, MatrixCellExam
from primepath.services.exams.update_exam import update_exam

_RECORD = ("version", "created_by", "created_at", "updated_at", "latest_changes")


class CellsOfExam(ViewOnlyInline[MatrixCellExam, Exam]):
    """The cells that contain the exam."""

    model = MatrixCellExam
    verbose_name_plural = _("cells")
    fields = ("cell", "status", "scheduled_date")
    readonly_fields = ("status", "scheduled_date")

    def get_queryset(self, request: HttpRequest) -> QuerySet[MatrixCellExam]:
        links = super().get_queryset(request).select_related("cell", "exam")
        year, period = "cell__academic_year", period_order("cell__period")
        return links.order_by(f"-{year}", "cell__school_class__code_order", period)

    @admin.display(description=_("status"))
    def status(self, link: MatrixCellExam) -> str:
        return link.cell.get_status_display()

    @admin.display(description=_("date"))
    def scheduled_date(self, link: MatrixCellExam) -> Any:
        return link.cell.scheduled_date


@admin.register(Exam)
class ExamAdmin(ActiveActions[Exam], ExchangePages[Exam], WithHistory[Exam], ServicePage[Exam]):
    form = ExamForm
    exchange_table = "exams"
    history_subject = HistorySubject.EXAM
    list_display = (
        "name",
        "type",
        "academic_year",
        "curriculum_level",
        "total_questions",
        "timer_minutes",
        "number_of_cells",
        "is_active",
        "created_by",
        "created_at",
    )
    list_select_related = ("curriculum_level__subprogram__program", "created_by")
    list_filter = (
        "is_active",
        "type",
        "academic_year",
        "curriculum_level__subprogram__program",
    )
    date_hierarchy = "created_at"
    search_fields = ("name_key__contains",)
    search_is_folded = True
    search_help_text = _("Words from the name.")
    autocomplete_fields = ("curriculum_level",)
    inlines = (CellsOfExam,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Exam]:
        count = count_of(MatrixCellExam.objects.filter(exam=OuterRef("pk")))
        return super().get_queryset(request).annotate(cell_count=count)

    @admin.display(ordering="cell_count", description=_("cells"))
    def number_of_cells(self, exam: Any) -> int:
        return int(exam.cell_count)

    def write_active(self, viewer: Viewer, row: Exam, *, is_active: bool) -> Exam:
        return update_exam(viewer=viewer, exam_id=row.pk, values={"is_active": is_active})

    def limit_results(self, rows: QuerySet[Exam], owner_key: str) -> QuerySet[Exam]:
        """Return the exams that fit a cell."""
        key = CellKey.parse(owner_key)
        return rows.filter(fitting(key)) if key else rows.none()

    def get_fieldsets(self, request: HttpRequest, obj: Exam | None = None) -> Any:
        what = ("name", "type", "academic_year", "curriculum_level", "is_active")
        how = ("total_questions", "timer_minutes", "passing_score", "instructions")
        record = (*_RECORD, "expected_version")
        fieldsets = [(None, {"fields": what}), (_("Exam settings"), {"fields": how})]
        return [*fieldsets, (_("Record"), {"fields": record})] if obj else fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Exam | None = None) -> tuple[str, ...]:
        """The type cannot be changed, because cells of the other type cannot contain the exam."""
        return ("type", *_RECORD) if obj else ()

    def get_inlines(self, request: HttpRequest, obj: Exam | None) -> list[Any]:
        return list(self.inlines) if obj else []
