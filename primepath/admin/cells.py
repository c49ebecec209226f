"""Cells of the matrix: their exams, their details and the progress of the pupils."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import F, OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from primepath.admin.cell_actions import CellActions
from primepath.admin.cell_finder import CellFinder
from primepath.admin.cell_form import DETAILS, CellForm
from primepath.admin.common.base import ViewOnlyInline
from primepath.admin.common.columns import count_of, period_order
from primepath.admin.common.history_pages import WithHistory
from primepath.admin.common.permissions import ChangeOnly
from primepath.admin.common.service_pages import ServicePage
from primepath.domain.cell import CELL_APPEARANCE, CellStatus
from primepath.domain.exam import SessionStatus
from primepath.domain.history import HistorySubject
from primepath.models import ExamScheduleMatrix, ExamSession, MatrixCellExam

_PLACE = ("school_class", "academic_year", "period", "completion")
_RECORD = ("version", "created_by", "created_at", "modified_by", "updated_at", "latest_changes")


def _completion(completed: int, total: int) -> str:
    if not total:
        return "-"
    template = gettext("{completed} of {total} ({percentage} %)")
    return template.format(completed=completed, total=total, percentage=100 * completed // total)


def _completed(sessions: QuerySet[ExamSession]) -> QuerySet[ExamSession]:
    return sessions.filter(status=SessionStatus.COMPLETED)


class ExamsOfCell(ViewOnlyInline[MatrixCellExam, ExamScheduleMatrix]):
    """The exams of a cell, each with the progress of its pupils."""

    model = MatrixCellExam
    verbose_name_plural = _("exams")
    fields = ("exam", "questions", "minutes", "completion")
    readonly_fields = ("questions", "minutes", "completion")

    def get_queryset(self, request: HttpRequest) -> QuerySet[MatrixCellExam]:
        sessions = ExamSession.objects.filter(cell=OuterRef("cell"), exam=OuterRef("exam"))
        return (
            super()
            .get_queryset(request)
            .select_related("exam", "cell")
            .annotate(total=count_of(sessions), completed=count_of(_completed(sessions)))
            .order_by("exam__name_order", "exam")
        )

    @admin.display(description=_("questions"))
    def questions(self, link: MatrixCellExam) -> int:
        return link.exam.total_questions

    @admin.display(description=_("minutes"))
    def minutes(self, link: MatrixCellExam) -> int:
        return link.exam.timer_minutes

    @admin.display(description=_("completed by"))
    def completion(self, link: Any) -> str:
        return _completion(link.completed, link.total)


@admin.register(ExamScheduleMatrix)
class CellAdmin(
    ChangeOnly,
    CellFinder,
    CellActions,
    WithHistory[ExamScheduleMatrix],
    ServicePage[ExamScheduleMatrix],
):
    """Cells are created when a user first views them in the matrix or opens them here."""

    form = CellForm
    history_subject = HistorySubject.CELL
    list_display = (
        "class_code",
        "school_class",
        "academic_year",
        "in_period",
        "coloured_status",
        "exam_count",
        "scheduled_date",
        "start_time",
        "end_time",
        "completion",
    )
    list_display_links = ("class_code", "school_class")
    list_select_related = ("school_class",)
    list_filter = (
        "academic_year",
        "status",
        "period",
        "school_class__division",
        "school_class__grade",
    )
    date_hierarchy = "scheduled_date"
    search_fields = ("school_class__code", "school_class__name")
    search_help_text = _("Code or name of the class.")
    ordering = (
        F("academic_year").desc(),
        F("school_class__code_order").asc(),
        F("school_class_id").asc(),
        period_order(),
    )
    autocomplete_fields = ("invigilator",)
    inlines = (ExamsOfCell,)
    readonly_fields = (*_PLACE, *_RECORD)

    def has_change_permission(
        self, request: HttpRequest, obj: ExamScheduleMatrix | None = None
    ) -> bool:
        is_planned = obj is None or (
            obj.school_class.is_active and obj.academic_year in settings.ACADEMIC_YEARS
        )
        return super().has_change_permission(request, obj) and is_planned

    def get_fieldsets(self, request: HttpRequest, obj: ExamScheduleMatrix | None = None) -> Any:
        may_change = self.has_change_permission(request, obj)
        entered = ("chosen_exams", "expected_version") if may_change else ()
        return [
            (None, {"fields": (*_PLACE, *DETAILS, *entered)}),
            (_("Record"), {"fields": _RECORD}),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ExamScheduleMatrix]:
        sessions = ExamSession.objects.filter(cell=OuterRef("pk"))
        links = MatrixCellExam.objects.filter(cell=OuterRef("pk"))
        return (
            super()
            .get_queryset(request)
            .annotate(
                link_count=count_of(links),
                session_count=count_of(sessions),
                completed_count=count_of(_completed(sessions)),
            )
        )

    @admin.display(description=_("code"), ordering="school_class__code_order")
    def class_code(self, cell: ExamScheduleMatrix) -> str:
        return str(cell.school_class_id)

    @admin.display(description=_("period"), ordering=period_order())
    def in_period(self, cell: ExamScheduleMatrix) -> str:
        return cell.get_period_display()

    @admin.display(description=_("status"), ordering="status")
    def coloured_status(self, cell: ExamScheduleMatrix) -> str:
        # An attribute of SVG, because the content security policy allows no inline styles.
        return format_html(
            '<span class="status-name"><svg width="12" height="12" aria-hidden="true">'
            '<rect width="12" height="12" fill="{}" stroke="#888"/></svg> {}</span>',
            CELL_APPEARANCE[CellStatus(cell.status)].color,
            cell.get_status_display(),
        )

    @admin.display(description=_("exams"), ordering="link_count")
    def exam_count(self, cell: Any) -> int:
        return int(cell.link_count)

    @admin.display(description=_("completed sessions"))
    def completion(self, cell: Any) -> str:
        text = _completion(cell.completed_count, cell.session_count)
        if not cell.session_count:
            return text
        sessions = reverse(
            "admin:primepath_examsession_changelist", current_app=self.admin_site.name
        )
        return format_html('<a href="{}?cell={}">{}</a>', sessions, cell.pk, text)
