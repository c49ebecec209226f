"""Search boxes for related rows. They accept any text that is posted to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import ValidationError
from django.db.models import Field, ForeignKey, QuerySet
from django.forms import ModelChoiceField, ModelMultipleChoiceField
from django.http import HttpRequest

from primepath.admin.common.generics import GenericPage, M

OWNER = "owner"
"""Parameter of the address from which a search box reads its rows: the key of the row that they are chosen for."""


def may_be_key(key: Field[Any, Any], value: object) -> bool:
    """Return whether a row could have this key: its type is right and the column can store it."""
    try:
        key.run_validators(key.to_python(value))
    except ValidationError:
        return False
    return True


class SearchBox(AutocompleteSelect):
    """Django's search box, without its failure on a page that is shown again with an invalid key."""

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        key: Any = self.field.target_field
        return super().optgroups(name, [each for each in value if may_be_key(key, each)], attr)


class SearchBoxOfMany(SearchBox, AutocompleteSelectMultiple):
    """A search box in which several rows are chosen. It lists the rows that fit the row ``owner_key``.

    The page of the listed rows decides which these are: see `SearchLabels.limit_results`.
    """

    owner_key: object = ""

    def get_url(self) -> str:
        return f"{super().get_url()}?{urlencode({OWNER: self.owner_key})}"


class KeyChoiceField(ModelChoiceField):  # type: ignore[type-arg]
    """Queries the database only for possible keys, because PostgreSQL raises an error for others."""

    def to_python(self, value: Any) -> Any:
        if value not in self.empty_values:
            _check_keys(self, [value])
        return super().to_python(value)


class KeysChoiceField(ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Queries the database only for possible keys, of which there can be any number."""

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


class SearchLabels(GenericPage[M]):
    """A page with rows that search boxes list, each under a label that no other row has."""

    search_label_relations: ClassVar[Sequence[str]] = ()
    """The related rows that the label shows."""

    def search_label(self, row: M) -> str:
        return str(row)

    def limit_results(self, rows: QuerySet[M], owner_key: str) -> QuerySet[M]:
        """Return those rows that can be chosen for the row with this key. See `SearchBoxOfMany`."""
        return rows

    def with_search_labels(self, rows: QuerySet[M]) -> QuerySet[M]:
        """Read the related rows that the label shows in the same query."""
        # Without names, Django's method follows every relation.
        names = self.search_label_relations
        return rows.select_related(*names) if names else rows


class LabelledResults(AutocompleteJsonView):
    """The rows that a search box lists, each with the label of its page."""

    def get_queryset(self) -> QuerySet[Any]:
        rows = super().get_queryset()
        page: Any = self.model_admin
        if not isinstance(page, SearchLabels):
            return rows
        if owner := self.request.GET.get(OWNER):
            rows = page.limit_results(rows, owner)
        return page.with_search_labels(rows)

    def serialize_result(self, obj: Any, to_field_name: str) -> Any:
        result = super().serialize_result(obj, to_field_name)
        page: Any = self.model_admin
        return (
            {**result, "text": page.search_label(obj)} if isinstance(page, SearchLabels) else result
        )


class SearchBoxes(GenericPage[M]):
    """Uses these search boxes for the ``autocomplete_fields`` of pages and tables."""

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name in self.autocomplete_fields:
            kwargs.setdefault("widget", SearchBox(db_field, self.admin_site))
        kwargs.setdefault("form_class", KeyChoiceField)
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name in self.autocomplete_fields:
            page = self.admin_site.get_model_admin(db_field.related_model)
            assert isinstance(page, SearchLabels)
            field.queryset = page.with_search_labels(field.queryset)
            field.label_from_instance = page.search_label
        return field
