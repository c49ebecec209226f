"""Addresses and forms of the pages of the admin site."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from primepath.models import (
    ApiToken,
    ClassAccessRequest,
    ClassCurriculumMapping,
    ExamScheduleMatrix,
    ExamSession,
    HistoryEntry,
    SchoolDay,
    SchoolRules,
    WarningAcceptance,
)
from tests.primepath.admin.school import Row

PAGES = [model for model in admin.site._registry if model._meta.app_label == "primepath"]
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page._meta.model_name)
VIEW_ONLY = [
    *(ApiToken, ClassCurriculumMapping, ExamSession, HistoryEntry),
    *(SchoolDay, WarningAcceptance),
]
# The rules are added once, and the school of these tests has them.
NOTHING_TO_ADD = [*VIEW_ONLY, ClassAccessRequest, ExamScheduleMatrix, SchoolRules]


def _page(model: type[Model], kind: str) -> str:
    return f"admin:{model._meta.app_label}_{model._meta.model_name}_{kind}"


def list_url(model: type[Model]) -> str:
    return reverse(_page(model, "changelist"))


def add_url(model: type[Model]) -> str:
    return reverse(_page(model, "add"))


def change_url(obj: Model) -> str:
    return reverse(_page(type(obj), "change"), args=[quote(obj.pk)])


def delete_url(obj: Model) -> str:
    return reverse(_page(type(obj), "delete"), args=[quote(obj.pk)])


class _FormOfPage(HTMLParser):
    """Collects the values that the form of a page would send."""

    def __init__(self) -> None:
        super().__init__()
        self.data: dict[str, Any] = {}
        self._is_inside = False
        self._is_text = False
        self._name = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_inside = values.get("id", "").endswith("_form")
        if not self._is_inside:
            return
        kind = values.get("type", "")
        if tag == "input" and kind != "submit" and (kind != "checkbox" or "checked" in values):
            self.data[values["name"]] = values.get("value", "on" if kind == "checkbox" else "")
        elif tag in {"select", "textarea"}:
            self._name = values["name"]
            self._is_text = tag == "textarea"
            self.data[self._name] = [] if "multiple" in values else ""
        elif tag == "option" and "selected" in values:
            if isinstance(self.data[self._name], list):
                self.data[self._name].append(values["value"])
            else:
                self.data[self._name] = values["value"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_inside = False
        self._is_text = False

    def handle_data(self, data: str) -> None:
        if self._is_text:
            self.data[self._name] += data


def filled(client: Client, url: str) -> dict[str, Any]:
    """Return the values that a browser posts from the page at ``url`` when its user presses Save."""
    parser = _FormOfPage()
    parser.feed(client.get(url).content.decode())
    # Inline tables have a template row, which is not sent. The test client needs no CSRF token.
    return {
        # Django writes a line break at the start of a text area. Browsers drop it.
        name: value.removeprefix("\n") if isinstance(value, str) else value
        for name, value in parser.data.items()
        if "__prefix__" not in name and name != "csrfmiddlewaretoken"
    }


def object_of(row: Row, page: type[Model]) -> Model:
    """Return the row's object of this model."""
    return next(obj for obj in row if type(obj) is page)


def errors_of(response: Any) -> dict[str, list[str]]:
    """Return the errors in the form of a page, by field."""
    form = response.context["adminform"].form
    return {field: list(errors) for field, errors in form.errors.items()}
