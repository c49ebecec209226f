"""The form of an exam."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from primepath.admin.common.fields import NumberField
from primepath.admin.common.service_forms import VersionedForm
from primepath.domain.exam import ExamType
from primepath.models import Exam
from primepath.services.exams.create_exam import create_exam
from primepath.services.exams.update_exam import update_exam
from primepath.services.exams.values import ExamValues


class ExamForm(VersionedForm[Exam]):
    """Creates or changes an exam. A change is refused if the exam has changed since the page was opened."""

    error_fields = {"curriculum_level_id": "curriculum_level"}

    academic_year = NumberField(
        required=False, help_text=_("Leave empty for an exam that can be used in every year.")
    )
    total_questions = NumberField(min_value=1)
    timer_minutes = NumberField(min_value=1, help_text=_("Minutes that a pupil has."))
    passing_score = NumberField(
        required=False, min_value=0, max_value=100, help_text=_("Percentage, 0 to 100.")
    )

    def write(self) -> Exam:
        if self.is_new:
            type = ExamType(self.cleaned_data["type"])
            return create_exam(viewer=self.viewer, type=type, values=self._values())
        return update_exam(
            viewer=self.viewer,
            exam_id=self.instance.pk,
            values=self._values(),
            expected_version=self.cleaned_data["expected_version"],
        )

    def _values(self) -> ExamValues:
        entered: dict[str, Any] = self.cleaned_data
        level = entered["curriculum_level"]
        return {
            "name": entered["name"],
            "academic_year": entered["academic_year"],
            "curriculum_level_id": level.pk if level else None,
            "total_questions": entered["total_questions"],
            "timer_minutes": entered["timer_minutes"],
            "passing_score": entered["passing_score"],
            "instructions": entered["instructions"],
            "is_active": entered["is_active"],
        }
