"""Search boxes for related rows, which take any text that is posted to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db.models import Field, ForeignKey
from django.forms import ModelChoiceField, ModelMultipleChoiceField
from django.http import HttpRequest

from primepath.admin.common.generics import GenericPage, M


def may_be_key(key: Field[Any, Any], value: object) -> bool:
    """Whether a row could have this key: a number that the column can hold, a code that is one."""
    try:
        key.run_validators(key.to_python(value))
    except ValidationError:
        return False
    return True


class SearchBox(AutocompleteSelect):
    """Django's search box, which fails when a page is shown again with a posted text that is no key."""

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        key = self.field.target_field
        return super().optgroups(name, [each for each in value if may_be_key(key, each)], attr)


class KeyChoiceField(ModelChoiceField):  # type: ignore[type-arg]
    """Asks the database only for what could be a key: PostgreSQL refuses others with an error."""

    def to_python(self, value: Any) -> Any:
        if value not in self.empty_values:
            _check_keys(self, [value])
        return super().to_python(value)


class KeysChoiceField(ModelMultipleChoiceField):  # type: ignore[type-arg]
    """The same for any number of keys."""

    def clean(self, value: Any) -> Any:
        _check_keys(self, value or [])
        return super().clean(value)


def _check_keys(field: ModelChoiceField[Any], values: Iterable[Any]) -> None:
    assert field.queryset is not None
    key = field.queryset.model._meta.pk
    for value in values:
        if not may_be_key(key, value):
            raise ValidationError(
                field.error_messages["invalid_choice"],
                code="invalid_choice",
                params={"value": value},
            )


class SearchBoxes(GenericPage[M]):
    """For pages and tables on pages: their ``autocomplete_fields`` get these search boxes."""

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name in self.autocomplete_fields:
            kwargs.setdefault("widget", SearchBox(db_field, self.admin_site))
        kwargs.setdefault("form_class", KeyChoiceField)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
