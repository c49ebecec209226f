"""Every page of the site saves through services: each field that can be entered leaves an entry in the history.

The pages and their fields come from the site's registry, so that a new page or field is tested without an entry here.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Model
from django.test import Client

import primepath
from primepath.models import ClassAccessRequest, HistoryEntry
from primepath.school import current_academic_year
from tests.factories import make_class, make_level, make_teacher
from tests.primepath.admin.pages import add_url, change_url, filled
from tests.primepath.admin.school import Row, make_row

PACKAGE = Path(primepath.__file__).parent
PAGES: dict[str, Any] = {model.__name__: page for model, page in admin.site._registry.items()}
NEVER_SAVED = {
    *("ApiToken", "ClassCurriculumMapping", "ExamSession", "HistoryEntry"),
    *("SchoolDay", "WarningAcceptance"),
}
# The rules are added once, and the school of these tests has them.
NEVER_ADDED = {*NEVER_SAVED, "ClassAccessRequest", "ExamScheduleMatrix", "SchoolRules"}
DECIDED = {"ClassAccessRequest": {"note": "Yes."}}
# Django's own bookkeeping: its log, sessions and messages, and the time of the last sign-in.
_BOOKKEEPING = ("django_admin_log", "django_session")


@contextmanager
def only_services_write() -> Iterator[None]:
    """Fail if anything but a service changes a row."""

    def check(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        is_write = sql.lstrip().split(" ", 1)[0].upper() in {"INSERT", "UPDATE", "DELETE"}
        if is_write and not any(table in sql for table in _BOOKKEEPING):
            assert _is_called_by_a_service(), sql
        return execute(sql, *args)

    with connection.execute_wrapper(check):
        yield


def _is_called_by_a_service() -> bool:
    services = str(PACKAGE / "services")
    frame: Any = sys._getframe()
    while frame is not None:
        if frame.f_code.co_filename.startswith(services):
            return True
        frame = frame.f_back
    return False


def _other_values(field: forms.Field, current: Any) -> list[Any]:
    """Return values, other than the current one, that a browser could send. None is an unchecked box."""
    values: list[Any]
    if isinstance(field, forms.BooleanField):
        values = [None if current else "on"]
    elif isinstance(field, forms.ModelMultipleChoiceField):
        assert field.queryset is not None
        values = [[], [str(row.pk) for row in field.queryset]]
    elif isinstance(field, forms.ModelChoiceField):
        assert field.queryset is not None
        values = [str(row.pk) for row in field.queryset]
    elif isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        values = [str(value) for value, _ in choices if value]
    elif isinstance(field, forms.IntegerField):
        lowest: Any = field.min_value or 0
        values = [str(lowest + more) for more in (0, 1, 2)]
        values.append(str(current_academic_year()))
    elif isinstance(field, forms.SplitDateTimeField):
        values = ["2999-01-01"]
    elif isinstance(field, forms.DateField):
        values = [f"{current_academic_year()}-01-16"]
    elif isinstance(field, forms.TimeField):
        values = ["09:00:00", "10:00:00"]
    elif isinstance(field.widget, forms.PasswordInput):
        values = ["a long pass phrase 42"]
    else:
        values = ["NEW", "new@example.org"]
    return [value for value in values if value != current]


def _variants(data: dict[str, Any], form: forms.BaseForm, name: str) -> Iterator[dict[str, Any]]:
    """Yield what a browser sends if its user changes this one field."""
    key, field = form.add_prefix(name), form.fields[name]
    for value in _other_values(field, data.get(key)):
        if value is None:
            yield {each: data[each] for each in data if each != key}
        elif isinstance(field, forms.SplitDateTimeField):
            yield data | {f"{key}_0": value, f"{key}_1": "09:00:00"}
        else:
            yield data | {key: value}


def _forms_on(client: Client, url: str) -> list[forms.BaseForm]:
    """Return the form of a page and those in its tables that can be changed."""
    context = client.get(url).context
    tables = [each for each in context["inline_admin_formsets"] if each.has_change_permission]
    rows = [form for table in tables for form in table.formset.initial_forms]
    # The rows first: the page of a class is also tried with the class inactive, which ends them.
    return [*rows, context["adminform"].form]


def _visible(form: forms.BaseForm) -> list[str]:
    return [
        name
        for name, field in form.fields.items()
        if not isinstance(field.widget, forms.HiddenInput) and not field.disabled
    ]


def _row_of(row: Row, model: type[Model]) -> Model:
    if model is ClassAccessRequest:
        return ClassAccessRequest.objects.create(
            teacher=make_teacher("applicant"),
            school_class=row.school_class,
            requested_access_level="VIEW",
            reason="I teach there.",
        )
    if model is User:
        return row.teacher.user
    return next(each for each in row if type(each) is model)


@pytest.fixture
def root(superuser: Client) -> User:
    return User.objects.get(username="root")


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted({*PAGES} - NEVER_SAVED))
def test_every_field_of_a_page_is_saved_by_a_service_and_recorded(
    name: str, superuser: Client, root: User, row: Row
) -> None:
    make_row(2), make_level("OTHER", 7, "OTHER")
    url = change_url(_row_of(row, PAGES[name].model))
    unsaved = []
    for form in _forms_on(superuser, url):
        for field in _visible(form):
            variants = _variants(filled(superuser, url) | DECIDED.get(name, {}), form, field)
            if not any(_is_saved(superuser, root, url, data) for data in variants):
                unsaved.append(form.add_prefix(field))
    # A request is decided once: the first field that is saved is the last.
    assert unsaved == (["access_level", "expires_at", "note"] if name in DECIDED else [])


def _is_saved(client: Client, root: User, url: str, data: dict[str, Any]) -> bool:
    """Send the form of a page; return whether it was saved, which must be recorded."""
    before = HistoryEntry.objects.count()
    with only_services_write():
        response = client.post(url, data)
    new = HistoryEntry.objects.order_by("pk")[before:]
    is_saved = response.status_code == 302
    assert {entry.actor for entry in new} == ({root} if is_saved else set())
    assert all(entry.changes for entry in new)
    return is_saved


@pytest.mark.parametrize("name", sorted({*PAGES} - NEVER_ADDED))
def test_objects_added_on_a_page_are_saved_by_a_service_and_recorded(
    name: str, superuser: Client, root: User, row: Row
) -> None:
    User.objects.create(username="free")
    make_class(), make_teacher(), make_level("OTHER", 7, "OTHER")
    url = add_url(PAGES[name].model)
    (*_, form) = _forms_on(superuser, url)
    data = filled(superuser, url)
    for field in _visible(form):
        if not data.get(form.add_prefix(field)) and form.fields[field].required:
            newest = -1 if isinstance(form.fields[field], forms.ModelChoiceField) else 0
            data = list(_variants(data, form, field))[newest]
    count = PAGES[name].model._default_manager.count()
    with only_services_write():
        response = superuser.post(url, data)
    assert response.status_code == 302, response.context["errors"]
    assert PAGES[name].model._default_manager.count() == count + 1
    entries = HistoryEntry.objects.filter(pk__gt=row.history.pk)
    assert [entry.actor for entry in entries] == [root]
    assert entries[0].subject == PAGES[name].history_subject


def test_pages_that_save_nothing_are_known() -> None:
    """Every page that can be saved is in the tests above."""
    from primepath.admin.common.service_pages import ServicePage

    saving = {name for name, page in PAGES.items() if isinstance(page, ServicePage)}
    assert saving == {*PAGES} - NEVER_SAVED


_WRITES = {
    *("save", "delete", "update", "create", "get_or_create", "update_or_create"),
    *("bulk_create", "bulk_update", "save_base", "asave", "adelete", "aupdate", "acreate"),
    *("save_model", "save_formset", "save_m2m", "delete_model", "insert_rows", "set_password"),
}
# A form is saved by its service; Django's first call only prepares the row; the service sets a password.
_ALLOWED = {"form.save()", "super().save(commit=False)"}


@pytest.mark.parametrize("path", sorted((PACKAGE / "admin").rglob("*.py")), ids=lambda p: p.stem)
def test_no_page_writes_rows_itself(path: Path) -> None:
    writes = [
        ast.unparse(node)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _WRITES
    ]
    assert set(writes) <= _ALLOWED
