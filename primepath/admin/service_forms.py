"""Forms that are saved by services, which know the rules and keep the history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.db.models import Model

from primepath.admin.forms import SchoolForm
from primepath.admin.generics import M
from primepath.domain.errors import InputMistake, RejectedInputError, UserErrorCode
from primepath.domain.history import camel_case
from primepath.domain.viewer import Viewer


class RefusedFormError(Exception):
    """A service refused what a form of the page holds; ``prefix`` says which form, ``mistakes`` why."""

    def __init__(self, prefix: str | None, mistakes: Sequence[InputMistake]) -> None:
        super().__init__(prefix, mistakes)
        self.prefix = prefix
        self.mistakes = mistakes


class ServiceForm(SchoolForm[M]):
    """A form that a service saves, and that shows what the service finds wrong with it.

    A page makes a class of it for each request, with the ``viewer`` and, where the page is shown again because a
    service refused one of its forms, with what was ``refused``.
    """

    viewer: ClassVar[Viewer]
    refused: ClassVar[RefusedFormError | None] = None
    shown_at: ClassVar[Mapping[str, str]] = {}
    """The field for a mistake of the service's input, where it is not called the same there."""

    @property
    def is_new(self) -> bool:
        """Whether the row is still to be made."""
        return self.instance._state.adding

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.refused is not None and self.refused.prefix == self.prefix:
            for mistake in self.refused.mistakes:
                self.add_error(self._field_of(mistake), _message(mistake))
        return cleaned

    def _field_of(self, mistake: InputMistake) -> str | None:
        name = mistake.path[1] if len(mistake.path) > 1 else ""
        shown = {camel_case(field): field for field in self.fields}
        field = self.shown_at.get(name) or shown.get(name)
        if field not in self.fields or isinstance(self.fields[field].widget, forms.HiddenInput):
            return None
        return field

    def save(self, commit: bool = True) -> M:
        """Django's first call, which is not to commit, only prepares; the service writes at the second."""
        if not commit:
            return super().save(commit=False)
        if self.has_changed():
            try:
                self.instance.pk = self.write().pk
            except RejectedInputError as error:
                raise RefusedFormError(self.prefix, error.mistakes) from error
            self.instance.refresh_from_db()
        return self.instance

    def write(self) -> Model:
        """Hands what was entered to the service, and returns the row that it wrote."""
        raise NotImplementedError


class VersionedForm(ServiceForm[M]):
    """A form for a row with versions: it knows the one it was shown with, and leaves all rules to the service."""

    expected_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row: Any = self.instance
        if self.is_new:
            del self.fields["expected_version"]
        else:
            self.initial["expected_version"] = row.version

    def _post_clean(self) -> None:
        """Does not let Django check the row against the table's constraints: it would name them to people."""


def _message(mistake: InputMistake) -> str:
    if mistake.code is UserErrorCode.STALE_VERSION:
        return "Somebody else changed this since you opened it. Open it again to see how it is now."
    return mistake.message
