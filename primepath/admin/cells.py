"""Cells of the matrix, to look at: what is in them and how far the pupils are."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import F, OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from primepath.admin.base import ViewOnlyAdmin, ViewOnlyInline
from primepath.admin.columns import count_of, period_order
from primepath.domain.cell import CELL_APPEARANCE, CellStatus
from primepath.domain.exam import SessionStatus
from primepath.models import ExamScheduleMatrix, ExamSession, MatrixCellExam


def _completion(completed: int, total: int) -> str:
    return f"{completed} of {total} ({100 * completed // total} %)" if total else "-"


def _completed(sessions: QuerySet[ExamSession]) -> QuerySet[ExamSession]:
    return sessions.filter(status=SessionStatus.COMPLETED)


class ExamsOfCell(ViewOnlyInline[MatrixCellExam, ExamScheduleMatrix]):
    """The exams of a cell, each with its pupils."""

    model = MatrixCellExam
    verbose_name_plural = "exams"
    fields = ("exam", "questions", "minutes", "completion")
    readonly_fields = ("questions", "minutes", "completion")

    def get_queryset(self, request: HttpRequest) -> QuerySet[MatrixCellExam]:
        sessions = ExamSession.objects.filter(cell=OuterRef("cell"), exam=OuterRef("exam"))
        return (
            super()
            .get_queryset(request)
            .select_related("exam", "cell")
            .annotate(total=count_of(sessions), completed=count_of(_completed(sessions)))
            .order_by("exam__name_key", "exam")
        )

    @admin.display
    def questions(self, link: MatrixCellExam) -> int:
        return link.exam.total_questions

    @admin.display
    def minutes(self, link: MatrixCellExam) -> int:
        return link.exam.timer_minutes

    @admin.display(description="pupils who completed it")
    def completion(self, link: Any) -> str:
        return _completion(link.completed, link.total)


@admin.register(ExamScheduleMatrix)
class CellAdmin(ViewOnlyAdmin[ExamScheduleMatrix]):
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
    search_help_text = "Code or name of the class."
    ordering = (F("academic_year").desc(), F("school_class_id").asc(), period_order())
    inlines = (ExamsOfCell,)
    fields = (
        "school_class",
        "academic_year",
        "period",
        "coloured_status",
        "scheduled_date",
        "start_time",
        "end_time",
        "notes",
        "completion",
        "version",
        "created_by",
        "created_at",
        "modified_by",
        "updated_at",
    )

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

    @admin.display(description="code", ordering="school_class_id")
    def class_code(self, cell: ExamScheduleMatrix) -> str:
        return str(cell.school_class_id)

    @admin.display(description="period", ordering=period_order())
    def in_period(self, cell: ExamScheduleMatrix) -> str:
        return cell.get_period_display()

    @admin.display(description="status", ordering="status")
    def coloured_status(self, cell: ExamScheduleMatrix) -> str:
        return format_html(
            '<span style="background: {}; color: #222; padding: 2px 6px">{}</span>',
            CELL_APPEARANCE[CellStatus(cell.status)].color,
            cell.get_status_display(),
        )

    @admin.display(description="exams", ordering="link_count")
    def exam_count(self, cell: Any) -> int:
        return int(cell.link_count)

    @admin.display(description="sessions completed")
    def completion(self, cell: Any) -> str:
        text = _completion(cell.completed_count, cell.session_count)
        if not cell.session_count:
            return text
        sessions = reverse(
            "admin:primepath_examsession_changelist", current_app=self.admin_site.name
        )
        return format_html('<a href="{}?cell={}">{}</a>', sessions, cell.pk, text)
