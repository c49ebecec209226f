"""Fields of forms that refuse what the database would refuse, in words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin.widgets import AdminIntegerFieldWidget
from django.core.exceptions import ValidationError

SMALL_NUMBER_LIMIT = 32_767


class NumberField(forms.IntegerField):
    """A whole number up to ``max_value``, by default the most that a column holds."""

    widget = AdminIntegerFieldWidget

    def __init__(self, *, max_value: int = SMALL_NUMBER_LIMIT, **kwargs: Any) -> None:
        super().__init__(max_value=max_value, **kwargs)


class AcademicYearField(forms.IntegerField):
    """One of the years that the school plans."""

    widget = AdminIntegerFieldWidget

    def validate(self, value: int | None) -> None:
        super().validate(value)
        if value is not None and value not in settings.ACADEMIC_YEARS:
            raise ValidationError(
                f"The school plans the years {settings.ACADEMIC_YEARS}.", code="year_out_of_range"
            )
