"""The form of an exam: the rules that keep it fitting the cells it is in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from primepath.admin.fields import AcademicYearField, NumberField
from primepath.admin.forms import SchoolForm
from primepath.models import Exam, MatrixCellExam


class ExamForm(SchoolForm[Exam]):
    """Knows the version it was opened with, and refuses to save over a later one."""

    academic_year = AcademicYearField(
        required=False, help_text="Empty for an exam that is used in every year."
    )
    total_questions = NumberField(min_value=1)
    timer_minutes = NumberField(min_value=1, help_text="Minutes a pupil has.")
    passing_score = NumberField(
        required=False, min_value=0, max_value=100, help_text="Per cent, 0 to 100."
    )
    expected_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["expected_version"].initial = self.instance.version

    def clean_academic_year(self) -> int | None:
        year: int | None = self.cleaned_data["academic_year"]
        if year is not None and self.instance.pk is not None:
            cells = MatrixCellExam.objects.filter(exam=self.instance)
            if cells.exclude(cell__academic_year=year).exists():
                raise ValidationError("This exam is in cells of another year.", code="in_use")
        return year

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk is not None and cleaned.get("expected_version") is not None:
            # Locked until the request's transaction ends, so that the version stays what it is.
            locked = Exam.objects.select_for_update(no_key=True).filter(pk=self.instance.pk)
            version = locked.values_list("version", flat=True).get()
            if version != cleaned["expected_version"]:
                raise ValidationError(
                    "Somebody else changed this exam since you opened it. Open it again to see it.",
                    code="stale_version",
                )
        return cleaned
