"""History entries in words: which row was changed, and each field's old and new value.

How a value is shown follows from the model of the row and its field. A new field needs no entry here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from django.apps import apps
from django.contrib.admin import AdminSite
from django.contrib.admin.utils import display_for_field
from django.core.exceptions import FieldDoesNotExist
from django.db.models import AutoField, DateTimeField, Field, Model
from django.utils.html import format_html_join
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from primepath.models import HistoryEntry
from primepath.services.validation import has_local_time
from primepath.terms import translated

if TYPE_CHECKING:
    from primepath.admin.common.history_pages import WithHistory

    Page = WithHistory[Any]


# Recorded values that are not fields of a model, to be translated.
_LABELS = (
    gettext_noop("details"),
    gettext_noop("has password"),
    gettext_noop("link expires at"),
)


class _Shown(NamedTuple):
    """Display of a recorded field: its label, the model that its keys belong to, and a field of its type if one is known."""

    label: str
    model: type[Model] | None = None
    field: Field[Any, Any] | None = None


class HistoryFormatter:
    """Formats some entries. It reads names with one query for each model, however many entries there are."""

    def __init__(self, entries: Iterable[HistoryEntry], site: AdminSite) -> None:
        # Models without recorded changes have pages without a subject.
        pages: list[Any] = [
            site.get_model_admin(model) for model in apps.get_models() if site.is_registered(model)
        ]
        self._pages: dict[str, Page] = {
            page.history_subject: page for page in pages if hasattr(page, "history_subject")
        }
        self._relations = {page.model: page.name_relations for page in self._pages.values()}
        self._shown: dict[tuple[str, str], _Shown] = {}
        self._names = self._read_names(entries)

    def page(self, entry: HistoryEntry) -> Page:
        """Return the page of the changed row's model."""
        return self._pages[entry.subject]

    def subject(self, entry: HistoryEntry) -> str:
        """Return the name of the changed row, or its key if that is readable."""
        if (model := self._numbered_model(entry)) is None:
            return str(entry.subject_key)
        return self._name(model, int(entry.subject_key))

    def changes(self, entry: HistoryEntry, *, limit: int | None = None) -> str:
        """Return HTML: a line for each field, with values of at most ``limit`` characters."""
        lines = []
        for field, before, after in entry.changes:
            shown = self._how_to_show(entry.subject, field)
            values = (_text(shown, value, limit, self._name) for value in (before, after))
            lines.append((shown.label, *values))
        return format_html_join(
            "", "<div><strong>{}</strong>: {} \N{RIGHTWARDS ARROW} {}</div>", lines
        )

    def _read_names(self, entries: Iterable[HistoryEntry]) -> dict[type[Model], dict[Any, str]]:
        wanted: defaultdict[type[Model], set[Any]] = defaultdict(set)
        for entry in entries:
            if model := self._numbered_model(entry):
                wanted[model].add(int(entry.subject_key))
            for field, before, after in entry.changes:
                if model := self._how_to_show(entry.subject, field).model:
                    wanted[model] |= {*_keys(before), *_keys(after)}
        return {model: self._names_of(model, keys) for model, keys in wanted.items()}

    def _names_of(self, model: type[Model], keys: set[Any]) -> dict[Any, str]:
        rows = model._default_manager.filter(pk__key_in=sorted(keys))
        if relations := self._relations.get(model):
            rows = rows.select_related(*relations)
        return {row.pk: str(row) for row in rows}

    def _numbered_model(self, entry: HistoryEntry) -> type[Model] | None:
        """Return the model of the changed row if the entry has a number as its key, which people cannot read."""
        model: type[Model] = self._pages[entry.subject].model
        is_number = isinstance(model._meta.pk, AutoField) and entry.subject_key.isdecimal()
        return model if is_number else None

    def _how_to_show(self, subject: str, field: str) -> _Shown:
        key = subject, field
        if key not in self._shown:
            self._shown[key] = _how_to_show(self._pages[subject], field)
        return self._shown[key]

    def _name(self, model: type[Model], key: Any) -> str:
        return self._names[model].get(key, str(key))


def _how_to_show(page: Page, recorded: str) -> _Shown:
    """Return how to show a field that is recorded under its GraphQL name."""
    name = re.sub("(?=[A-Z])", "_", recorded).lower()
    if model := page.history_lists.get(name):
        return _Shown(translated(name.removesuffix("_ids") + "s"), model)
    if (field := _field(page.model, name)) is None:
        # Not of the model itself, such as the end of a link of an account.
        moment = DateTimeField() if name.endswith("_at") else None
        return _Shown(translated(name.replace("_", " ")), field=moment)
    return _Shown(str(field.verbose_name), cast("Any", field.related_model), field)


def _field(model: type[Model], name: str) -> Field[Any, Any] | None:
    """Return the field with this name or, for a relation, with this column."""
    try:
        found = model._meta.get_field(name)
    except FieldDoesNotExist:
        columns = {field.attname: field for field in model._meta.concrete_fields}
        return columns.get(name)
    return cast("Field[Any, Any]", found)


def _text(shown: _Shown, value: Any, limit: int | None, name_of: Any) -> str:
    if value in (None, "", []):
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if shown.model:
        return ", ".join(name_of(shown.model, key) for key in _keys(value))
    text = str(value) if shown.field is None else _as_on_other_pages(shown.field, value)
    return Truncator(text).chars(limit) if limit else text


def _as_on_other_pages(field: Field[Any, Any], recorded: Any) -> str:
    """Return a value as the lists of the site show it: its label, or a date or time in the format of the language."""
    value = field.to_python(recorded)
    if isinstance(value, datetime) and not has_local_time(value):
        return str(recorded)
    # A value that the field no longer has is shown as it was recorded.
    return str(display_for_field(value, field, empty_value_display=str(recorded)))


def _keys(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
