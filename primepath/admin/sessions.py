"""Exam sessions, read-only: they are created when pupils take exams."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from primepath.admin.common.base import ViewOnlyAdmin
from primepath.models import ExamSession


@admin.register(ExamSession)
class ExamSessionAdmin(ViewOnlyAdmin[ExamSession]):
    list_display = ("pupil", "exam", "cell", "status")
    list_select_related = ("exam", "cell")
    list_filter = (
        "status",
        "exam__type",
        "cell__academic_year",
        "cell__period",
        "cell__school_class__division",
        "cell__school_class__grade",
    )
    date_hierarchy = "cell__scheduled_date"
    # The table grows with every exam of every pupil, and counting all of it would scan it for every page.
    show_full_result_count = False
    search_fields = ("pupil", "exam__name", "cell__school_class__code")
    search_help_text = _("Pupil, name of the exam or code of the class.")
    ordering = ("-cell__academic_year", "cell_id", "exam_id", "pupil")
    fields = ("pupil", "exam", "cell", "status")
