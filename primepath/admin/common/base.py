"""What the pages of the site share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from primepath.admin.common.autocomplete import SearchBoxes
from primepath.admin.common.generics import GenericModelAdmin, GenericTabularInline, M, Parent
from primepath.admin.common.permissions import AdministratorPermissions, ViewOnly
from primepath.db.fields import FoldedTextField
from primepath.domain.text import fold, has_forbidden_characters


def save_changed(obj: Model, form: forms.ModelForm[Any]) -> None:
    """Writes the fields that the form changed; nothing where it changed none.

    Saving the whole row would put back what others wrote to its other fields since it was read.
    """
    fields = obj._meta.concrete_fields
    changed = {field.name for field in fields if field.name in form.changed_data}
    folded = {
        field.name
        for field in fields
        if isinstance(field, FoldedTextField) and field.source in changed
    }
    if changed:
        obj.save(update_fields=changed | folded)


class SchoolAdmin(AdministratorPermissions, SearchBoxes[M], GenericModelAdmin[M]):
    """The page of a model that administrators add to and change."""

    search_is_folded = False
    """Whether search fields hold folded text, so that the term is folded too.

    Such a field is searched by ``__contains``: what ``__icontains`` does besides differs between
    databases, and on PostgreSQL finds nothing in a column of another collation than the term's.
    """

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        if has_forbidden_characters(search_term):
            return queryset.none(), False
        term = fold(search_term) if self.search_is_folded else search_term
        return super().get_search_results(request, queryset, term)

    def save_model(self, request: HttpRequest, obj: M, form: Any, change: bool) -> None:
        if change:
            save_changed(obj, form)
        else:
            super().save_model(request, obj, form, change)


class ViewOnlyAdmin(ViewOnly, SchoolAdmin[M]):
    """The page of a model that is looked at here and changed elsewhere."""


class SchoolInline(AdministratorPermissions, SearchBoxes[M], GenericTabularInline[M, Parent]):
    """A table on another page."""

    extra = 0


class ViewOnlyInline(ViewOnly, SchoolInline[M, Parent]):
    """A table on another page, to look at."""
