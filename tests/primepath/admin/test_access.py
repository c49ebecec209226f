"""Access to the admin site and to its pages."""

from __future__ import annotations

from typing import get_type_hints

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from primepath.admin.site import SchoolAdminSite, school_site
from primepath.models import SchoolClass, Teacher
from tests.factories import make_teacher
from tests.primepath.admin.conftest import signed_in
from tests.primepath.admin.pages import (
    NOTHING_TO_ADD,
    PAGES,
    VIEW_ONLY,
    add_url,
    change_url,
    delete_url,
    every_page,
    list_url,
    object_of,
)
from tests.primepath.admin.school import Row, make_row
from tests.stored_once import StoreOnce

pytestmark = pytest.mark.django_db

INDEX = "/admin/"
_OTHERS = [pytest.param(each, marks=pytest.mark.slow) for each in ("staff", "superuser")]


@pytest.fixture(scope="module")
def row(store_once: StoreOnce) -> Row:
    return store_once(lambda: make_row(1))


def test_default_site_is_the_site_of_the_school() -> None:
    assert isinstance(school_site(), SchoolAdminSite)
    assert list(admin.site._registry.values()) == list(school_site()._registry.values())
    assert set(get_type_hints(Row).values()) <= set(PAGES)


@pytest.mark.parametrize("viewer", ["head", *_OTHERS])
@every_page
def test_administrators_open_every_page(
    viewer: str, page: type[Model], row: Row, request: pytest.FixtureRequest
) -> None:
    client: Client = request.getfixturevalue(viewer)
    obj = object_of(row, page)
    assert client.get(list_url(page)).status_code == 200
    assert client.get(list_url(page), {"q": "a"}).status_code == 200
    assert client.get(change_url(obj)).status_code == 200
    may_add = page not in NOTHING_TO_ADD
    assert client.get(add_url(page)).status_code == (200 if may_add else 403)


@pytest.mark.parametrize("viewer", ["head", "staff", "superuser"])
def test_administrators_open_the_index(
    viewer: str, row: Row, request: pytest.FixtureRequest
) -> None:
    client: Client = request.getfixturevalue(viewer)
    assert client.get(INDEX).status_code == 200


@every_page
def test_view_only_pages_accept_no_changes(head: Client, page: type[Model], row: Row) -> None:
    obj = object_of(row, page)
    if page in VIEW_ONLY:
        assert head.post(change_url(obj), {}).status_code == 403
    if page in NOTHING_TO_ADD:
        assert head.post(add_url(page), {}).status_code == 403


@pytest.mark.parametrize("viewer", ["anonymous", "teacher", "inactive head", "nobody"])
@every_page
def test_other_users_are_redirected_to_sign_in(viewer: str, page: type[Model], row: Row) -> None:
    client = _outsider(viewer)
    for url in [INDEX, list_url(page), add_url(page), change_url(row.school_class)]:
        response = client.get(url)
        assert (response.status_code, response.headers["Location"].split("?")[0]) == (
            302,
            "/admin/login/",
        )


def _outsider(kind: str) -> Client:
    if kind == "anonymous":
        return Client()
    if kind == "teacher":
        return signed_in(make_teacher("plain-teacher").user)
    if kind == "nobody":
        return signed_in(User.objects.create(username="nobody"))
    client = signed_in(make_teacher("gone-head", head=True).user)
    User.objects.update(is_active=False)
    return client


@pytest.mark.slow
@pytest.mark.parametrize("viewer", ["head", "superuser"])
@every_page
def test_nothing_can_be_deleted(
    viewer: str, page: type[Model], row: Row, request: pytest.FixtureRequest
) -> None:
    client: Client = request.getfixturevalue(viewer)
    obj = object_of(row, page)
    before = page._default_manager.count()
    assert client.get(delete_url(obj)).status_code == 403
    assert client.post(delete_url(obj), {"post": "yes"}).status_code == 403
    client.post(list_url(page), {"action": "delete_selected", "_selected_action": obj.pk})
    assert page._default_manager.count() == before
    assert "delete_selected" not in client.get(list_url(page)).content.decode()
    assert "deletelink" not in client.get(change_url(obj)).content.decode()
    for formset in client.get(change_url(obj)).context["inline_admin_formsets"]:
        assert not formset.formset.can_delete


def test_accounts_are_for_superusers(head: Client, staff: Client, superuser: Client) -> None:
    url = reverse("admin:auth_user_changelist")
    assert [client.get(url).status_code for client in (head, staff, superuser)] == [403, 403, 200]
    assert "delete_selected" not in superuser.get(url).content.decode()


@pytest.mark.parametrize(
    ("username", "password", "gets_in"),
    [
        ("head-teacher", "a good password", True),
        ("head-teacher", "a bad password", False),
        ("plain-teacher", "a good password", False),
        ("unknown", "a good password", False),
    ],
)
def test_head_teacher_signs_in(
    head_teacher: Teacher, username: str, password: str, gets_in: bool
) -> None:
    for user in (head_teacher.user, make_teacher("plain-teacher").user):
        user.set_password("a good password")
        user.save()
    client = Client()
    response = client.post(
        "/admin/login/?next=/admin/", {"username": username, "password": password}
    )
    assert response.status_code == (302 if gets_in else 200)
    assert client.get(INDEX).status_code == (200 if gets_in else 302)


def test_pages_link_to_the_matrix(head: Client, row: Row) -> None:
    for url in (INDEX, list_url(SchoolClass), change_url(row.cell)):
        assert '<a href="/">Exam schedule</a>' in head.get(url).content.decode()
