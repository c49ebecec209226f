"""Form fields that reject, with a message, what the database would reject with an error."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminIntegerFieldWidget
from django.utils.translation import gettext_lazy as _

from primepath.domain.weekday import Weekday, join_days

SMALL_NUMBER_LIMIT = 32_767


class NumberField(forms.IntegerField):
    """A whole number up to ``max_value``, by default the largest that a column stores."""

    widget = AdminIntegerFieldWidget

    def __init__(self, *, max_value: int = SMALL_NUMBER_LIMIT, **kwargs: Any) -> None:
        super().__init__(max_value=max_value, **kwargs)


class LinesField(forms.CharField):
    """Text of several lines. Browsers send each line break as two characters; this field stores one.

    Otherwise text that was stored with one character would count as changed whenever its page is saved.
    """

    def __init__(self, *, strip: bool = False, **kwargs: Any) -> None:
        super().__init__(strip=strip, **kwargs)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class DaysField(forms.MultipleChoiceField):
    """Days of the week, as a column stores them: see `join_days`."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        names = {
            Weekday.MON: _("Monday"),
            Weekday.TUE: _("Tuesday"),
            Weekday.WED: _("Wednesday"),
            Weekday.THU: _("Thursday"),
            Weekday.FRI: _("Friday"),
            Weekday.SAT: _("Saturday"),
            Weekday.SUN: _("Sunday"),
        }
        super().__init__(choices=[(day.value, name) for day, name in names.items()], **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value.split() if isinstance(value, str) else value

    def clean(self, value: Any) -> Any:
        return join_days(super().clean(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return join_days((initial or "").split()) != join_days(data or ())
