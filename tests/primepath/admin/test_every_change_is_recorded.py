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
from tests.factories import make_class, make_level, make_teacher
from tests.primepath.admin.pages import add_url, change_url, filled
from tests.primepath.admin.school import Row, make_row

PACKAGE = Path(primepath.__file__).parent
PAGES = {model.__name__: page for model, page in admin.site._registry.items()}
NEVER_SAVED = {"ApiToken", "ClassCurriculumMapping", "ExamSession", "HistoryEntry"}
NEVER_ADDED = {*NEVER_SAVED, "ClassAccessRequest", "ExamScheduleMatrix"}
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


def _new_value(field: forms.Field, current: Any) -> Any:
    """Return another value that a browser could send for this field, None if there is none."""
    if isinstance(field, forms.BooleanField):
        return None if current else "on"
    if isinstance(field, forms.ModelMultipleChoiceField):
        keys = [str(row.pk) for row in field.queryset]
        return keys if list(current or []) != keys else []
    if isinstance(field, forms.ModelChoiceField):
        assert field.queryset is not None
        keys = [str(row.pk) for row in field.queryset if str(row.pk) != current]
        return keys[0] if keys else None
    if isinstance(field, forms.ChoiceField):
        values = [str(value) for value, _ in field.choices if value and str(value) != current]  # type: ignore[union-attr]
        return values[-1] if values else None
    if isinstance(field, forms.IntegerField):
        low = 1 if field.min_value is None else field.min_value
        return str(low if str(low) != current else low + 1)
    if isinstance(field, forms.DateField):
        return current.replace("-15", "-16")
    if isinstance(field, forms.TimeField):
        return "09:00:00"
    if isinstance(field.widget, forms.PasswordInput):
        return "a long pass phrase 42"
    return "new@example.org" if isinstance(field, forms.EmailField) else "NEW"


def _changed(data: dict[str, Any], form: forms.BaseForm, name: str) -> dict[str, Any] | None:
    """Return what a browser sends if its user changes one field, None if it has no other value."""
    key, field = form.add_prefix(name), form.fields[name]
    if isinstance(field, forms.SplitDateTimeField):
        return data | {f"{key}_0": "2999-01-01", f"{key}_1": "09:00:00"}
    value = _new_value(field, data.get(key))
    if value is None:
        return {each: data[each] for each in data if each != key} if key in data else None
    return data | {key: value}


def _forms_on(client: Client, url: str) -> list[forms.BaseForm]:
    """Return the form of a page and those in its tables."""
    context = client.get(url).context
    tables = [each.formset for each in context["inline_admin_formsets"]]
    return [context["adminform"].form, *(form for table in tables for form in table.forms)]


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


@pytest.mark.parametrize("name", sorted({*PAGES} - NEVER_SAVED))
def test_every_field_of_a_page_is_saved_by_a_service_and_recorded(
    name: str, superuser: Client, root: User, row: Row
) -> None:
    make_row(2)
    url = change_url(_row_of(row, PAGES[name].model))
    data = filled(superuser, url)
    tried, saved = 0, set()
    for form in _forms_on(superuser, url):
        for field in _visible(form):
            values = _changed(filled(superuser, url), form, field)
            if values is None:
                continue
            tried += 1
            before = HistoryEntry.objects.count()
            with only_services_write():
                response = superuser.post(url, values)
            new = HistoryEntry.objects.order_by("pk")[before:]
            if response.status_code == 302:
                saved.add(form.add_prefix(field))
                assert {entry.actor for entry in new} == {root}, form.add_prefix(field)
                assert all(entry.changes for entry in new)
            else:
                assert not new
    assert data
    assert saved
    assert len(saved) >= tried - 2, saved


@pytest.mark.parametrize("name", sorted({*PAGES} - NEVER_ADDED))
def test_what_is_added_on_a_page_is_added_by_a_service_and_recorded(
    name: str, superuser: Client, root: User, row: Row
) -> None:
    User.objects.create(username="free")
    make_class()
    make_level()
    url = add_url(PAGES[name].model)
    (form, *_) = _forms_on(superuser, url)
    data = filled(superuser, url)
    for field in _visible(form):
        if not data.get(form.add_prefix(field)) and form.fields[field].required:
            data = _changed(data, form, field) or data
    if name == "TeacherClassAssignment":
        data |= {"teacher": make_teacher().pk}
    if name == "User":
        data |= dict.fromkeys(("password1", "password2"), "a long pass phrase 42")
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
