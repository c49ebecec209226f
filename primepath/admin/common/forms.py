"""Base class of the forms of the site."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import capfirst

from primepath.admin.common.generics import GenericModelForm, M


class SchoolForm(GenericModelForm[M]):
    """A form that checks the table's constraints, also in a table on the page of a parent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A field that replaces the model's own has no label.
        columns = {field.name: field for field in self._meta.model._meta.get_fields()}
        for name, field in self.fields.items():
            if field.label is None and (column := columns.get(name)) is not None:
                field.label = capfirst(str(getattr(column, "verbose_name", name)))

    def validate_unique(self) -> None:
        """Check also the constraints that contain the parent.

        Django skips them before version 6.0 (ticket 35676). The database would reject the row, and the user would see
        "server error".
        """
        super().validate_unique()
        if self.errors:
            return
        try:
            self.instance.validate_constraints(exclude=self._get_validation_exclusions())  # type: ignore[attr-defined]
        except ValidationError as error:
            self.add_error(None, error)
