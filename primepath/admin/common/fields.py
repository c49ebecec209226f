"""Form fields that reject, with a message, what the database would reject with an error."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminIntegerFieldWidget

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
