"""The rules that the schedule is checked against."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from primepath.admin.common.fields import DaysField, NumberField
from primepath.admin.common.history_pages import WithHistory
from primepath.admin.common.service_forms import ServiceForm
from primepath.admin.common.service_pages import ServicePage
from primepath.domain.history import HistorySubject
from primepath.models import SchoolRules
from primepath.models.school_rules import MAX_DAYS_BETWEEN_EXAMS
from primepath.services.school.update_school_rules import update_school_rules


class SchoolRulesForm(ServiceForm[SchoolRules]):
    lesson_days = DaysField()
    minimum_days_between_exams = NumberField(
        min_value=0,
        max_value=MAX_DAYS_BETWEEN_EXAMS,
        help_text=_(
            "Exams of one class are at least this many days apart: 3 allows the 10th and the 13th. 0: no rule."
        ),
    )

    def write(self) -> SchoolRules:
        values: Any = self.entered("lesson_days", "minimum_days_between_exams")
        return update_school_rules(viewer=self.viewer, values=values)


@admin.register(SchoolRules)
class SchoolRulesAdmin(WithHistory[SchoolRules], ServicePage[SchoolRules]):
    """The only row. Until a user adds it, the defaults apply, which the page for adding shows."""

    form = SchoolRulesForm
    history_subject = HistorySubject.SCHOOL
    fields = ("lesson_days", "minimum_days_between_exams")
    list_display = ("lesson_days", "minimum_days_between_exams")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and not SchoolRules.objects.exists()
