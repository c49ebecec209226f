"""What the forms of the site share."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from primepath.admin.common.generics import GenericModelForm, M


class SchoolForm(GenericModelForm[M]):
    """A form that finds, on the page of a parent too, what the table's constraints would refuse."""

    def validate_unique(self) -> None:
        """Also checks constraints that name the parent.

        Django leaves these out before version 6.0 (ticket 35676), and the database's refusal would
        then be a page that says "server error".
        """
        super().validate_unique()
        if self.errors:
            return
        try:
            self.instance.validate_constraints(exclude=self._get_validation_exclusions())  # type: ignore[attr-defined]
        except ValidationError as error:
            self.add_error(None, error)
