"""Forms that services save. The services check the rules and record the changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.db.models import Model
from django.forms.utils import pretty_name
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from primepath.admin.common.forms import SchoolForm
from primepath.admin.common.generics import M
from primepath.domain.errors import InputError, UserErrorCode, ValidationFailedError
from primepath.domain.viewer import Viewer


class FormRejectedError(Exception):
    """A service rejected the input of the form with this ``prefix``, for the reasons in ``errors``."""

    def __init__(self, prefix: str | None, errors: Sequence[InputError]) -> None:
        super().__init__(prefix, errors)
        self.prefix = prefix
        self.errors = errors


class ServiceForm(SchoolForm[M]):
    """A form that a service saves, and that shows the errors that the service finds.

    A page makes a subclass for each request, which has the ``viewer``. If a service refused a form of the page, the page
    is shown again, and the subclass also has the ``refused`` error.
    """

    viewer: ClassVar[Viewer]
    refused: ClassVar[FormRejectedError | None] = None
    error_fields: ClassVar[Mapping[str, str]] = {}
    """The form's field for a field of the service's input, if their names differ."""

    @property
    def is_new(self) -> bool:
        """True if the row is not stored yet."""
        return self.instance._state.adding

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.refused is not None and self.refused.prefix == self.prefix:
            for error in self.refused.errors:
                field = self._field_of(error)
                self.add_error(field, self._message(error, field))
        return cleaned

    def _field_of(self, error: InputError) -> str | None:
        field = self.error_fields.get(error.field_name or "", error.field_name)
        if field not in self.fields or isinstance(self.fields[field].widget, forms.HiddenInput):
            return None
        return field

    def _message(self, error: InputError, field: str | None) -> str:
        if error.code is UserErrorCode.STALE_VERSION:
            return _(
                "Another user has changed this since you opened it. Open it again to see the current values."
            )
        return error.message_for(
            str(self[field].label) if field else pretty_name(error.field_name or "")
        )

    def save(self, commit: bool = True) -> M:
        """Save through the service when Django commits. Its first call, without commit, only prepares the row."""
        if not commit:
            return super().save(commit=False)
        if self.has_changed():
            try:
                self.instance.pk = self.write().pk
            except ValidationFailedError as error:
                raise FormRejectedError(self.prefix, error.errors) from error
            self.instance.refresh_from_db()
        return self.instance

    def entered(self, *names: str) -> dict[str, Any]:
        """Return the values of these fields by column: all for a new row, the changed ones for a stored row."""
        fields = self.instance._meta.concrete_fields
        columns = {field.name: field.attname for field in fields if field.name in names}
        return {
            columns[name]: value.pk if isinstance(value, Model) else value
            for name, value in self.cleaned_data.items()
            if name in names and (self.is_new or name in self.changed_data)
        }

    def write(self) -> Model:
        """Pass what was entered to the service and return the row that it wrote."""
        raise NotImplementedError


class VersionedForm(ServiceForm[M]):
    """A form for a row with versions. It sends the version that was shown, and leaves all rules to the service."""

    expected_version = forms.IntegerField(label=gettext_lazy("version"), widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row: Any = self.instance
        if self.is_new:
            del self.fields["expected_version"]
        else:
            self.initial["expected_version"] = row.version

    def _post_clean(self) -> None:
        """Skip Django's check of the table's constraints, because its messages contain the names of constraints."""
