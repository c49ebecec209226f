"""Base classes of the pages of the site."""

from __future__ import annotations

from typing import Any, NoReturn

from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from primepath.admin.common.autocomplete import SearchBoxes, SearchLabels
from primepath.admin.common.generics import GenericModelAdmin, GenericTabularInline, M, Parent
from primepath.admin.common.permissions import AdministratorPermissions, ViewOnly
from primepath.db.fields import NaturalOrderField
from primepath.domain.text import fold, has_forbidden_characters


class NaturalChangeList(ChangeList):
    """A list that sorts columns in natural order, if their table has a sort key for them."""

    def get_ordering_field(self, field_name: Any) -> Any:
        name = super().get_ordering_field(field_name)
        for field in self.lookup_opts.concrete_fields:
            if isinstance(field, NaturalOrderField) and field.source == name:
                return field.name
        return name


class SchoolAdmin(AdministratorPermissions, SearchLabels[M], SearchBoxes[M], GenericModelAdmin[M]):
    """The page of a model. It stores nothing itself: `ServicePage` saves through services."""

    search_is_folded = False
    """True if search fields contain folded text. The search term is then folded too.

    Search such a field with ``__contains``. ``__icontains`` also folds, differently on each database, and on PostgreSQL
    it finds nothing in a column with another collation than the term's.
    """

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return NaturalChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        if has_forbidden_characters(search_term):
            return queryset.none(), False
        term = fold(search_term) if self.search_is_folded else search_term
        return super().get_search_results(request, queryset, term)

    def save_model(self, request: HttpRequest, obj: M, form: Any, change: bool) -> None:
        raise NotImplementedError("Use a ServicePage: services record every change.")

    def delete_model(self, request: HttpRequest, obj: M) -> NoReturn:
        raise NotImplementedError("Rows are made inactive, not deleted.")

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> NoReturn:
        raise NotImplementedError("Rows are made inactive, not deleted.")


class ViewOnlyAdmin(ViewOnly, SchoolAdmin[M]):
    """The page of a model that is changed elsewhere."""


class SchoolInline(AdministratorPermissions, SearchBoxes[M], GenericTabularInline[M, Parent]):
    """A table on another page."""

    extra = 0


class ViewOnlyInline(ViewOnly, SchoolInline[M, Parent]):
    """A table on another page that cannot be changed there."""
