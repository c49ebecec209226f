"""The administration site in Korean: no text of the product is in English, and no particle has two forms."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from primepath.models import Teacher
from primepath.school import current_academic_year
from tests.language.html_texts import english_words, texts_of
from tests.primepath.admin.pages import (
    NOTHING_TO_ADD,
    PAGES,
    add_url,
    change_url,
    every_page,
    list_url,
)
from tests.primepath.admin.school import Row, make_row

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
_KOREAN = {"Accept-Language": "ko-KR,ko;q=0.9,en;q=0.8"}
# Names of formats and abbreviations that Korean texts use too, and what Django itself does not translate.
_SAME_IN_KOREAN = {
    *("API", "ID", "XLSX", "XLS", "ODS", "CSV", "MB", "TRUE", "FALSE", "PrimePath", "Academy"),
    # Examples of codes and names in help texts, and values that are stored so.
    *("CLASS", "YEAR", "PERIOD", "PRIMARY", "core", "phonics", "SAT", "SUN", "OK"),
    # Of Django: a text in a template that is not marked, and names in a help text.
    *("Search", "Single", "Sign", "On", "LDAP"),
}
# Such as 을(를), 와/과 and (으)로, and the plural (들).
_TWO_FORMS = re.compile(
    r"([은는이가을를와과]) ?(\((?!\1)[은는이가을를와과]\)|/[은는이가을를와과])|\((으|들|이)\)"
)


@pytest.fixture
def client() -> Client:
    """A browser of a superuser who reads Korean."""
    client = Client(headers=_KOREAN)
    client.force_login(User.objects.create_superuser("root"))
    return client


def _data(row: Row) -> set[str]:
    """Return the words in the stored values, which stay as they were entered."""
    found: set[str] = set()
    for stored in (*row, *User.objects.all(), *Teacher.objects.all()):
        for field in stored._meta.concrete_fields:
            found.update(english_words(str(getattr(stored, field.attname))))
    # The name of a level is put together from stored names and its number.
    found.update(english_words(str(row.level)))
    return found


def _untranslated(page: str, data: set[str]) -> Iterator[str]:
    for text in sorted(texts_of(page)):
        if two_forms := _TWO_FORMS.search(text):
            yield f"{text!r}: {two_forms[0]}"
        if words := set(english_words(text)) - _SAME_IN_KOREAN - data:
            yield f"{text!r}: {', '.join(sorted(words))}"


def _assert_korean(client: Client, url: str, data: set[str]) -> None:
    response = client.get(url)
    assert response.status_code == 200
    assert response["Content-Language"] == "ko"
    page = response.content.decode()
    assert '<html lang="ko"' in page
    assert list(_untranslated(page, data)) == []


@every_page
def test_list(client: Client, page: type[Model]) -> None:
    _assert_korean(client, list_url(page), _data(make_row(1)))


@every_page
def test_page_of_a_row(client: Client, page: type[Model]) -> None:
    row = make_row(1)
    (stored,) = (each for each in row if type(each) is page)
    _assert_korean(client, change_url(stored), _data(row))


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if page not in NOTHING_TO_ADD],
    ids=lambda page: page._meta.model_name,
)
def test_page_for_adding(client: Client, page: type[Model]) -> None:
    _assert_korean(client, add_url(page), _data(make_row(1)))


@pytest.mark.parametrize(
    "name",
    [
        *("index", "password_change", "auth_user_changelist", "auth_user_add"),
        *("primepath_schoolclass_import", "primepath_teacher_import", "primepath_exam_import"),
    ],
)
def test_other_page(client: Client, name: str) -> None:
    _assert_korean(client, reverse(f"admin:{name}"), _data(make_row(1)))


def test_curriculum_of_a_class(client: Client) -> None:
    row = make_row(1)
    url = reverse("admin:primepath_schoolclass_curriculum", args=[row.school_class.pk])
    _assert_korean(client, f"{url}?academic_year={current_academic_year()}", _data(row))


def test_sign_in_page_and_its_errors() -> None:
    client = Client(headers=_KOREAN)
    _assert_korean(client, "/admin/login/", set())
    response = client.post("/admin/login/", {"username": "a", "password": "b"})
    page = response.content.decode()
    assert "부장교사 또는 직원" in page
    assert list(_untranslated(page, set())) == []


def test_error_of_the_sign_in_page_of_teachers() -> None:
    response = Client(headers=_KOREAN).post("/sign-in/", {"username": "a", "password": "b"})
    page = response.content.decode()
    assert "사용자 이름 또는 비밀번호가 올바르지 않습니다." in page
    assert list(_untranslated(page, {"English"})) == []


def test_site_is_in_english_for_others(head: Client) -> None:
    response = head.get(reverse("admin:index"))
    assert response["Content-Language"] == "en"
    assert "exam schedule" in response.content.decode()
    assert not {text for text in texts_of(response.content.decode()) if "시험" in text}


@pytest.fixture
def head() -> Client:
    client = Client(headers={"Accept-Language": "fr, en;q=0.5"})
    client.force_login(User.objects.create_superuser("other"))
    return client
