"""The language that a user has chosen."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client, override_settings

from primepath.domain.history import HistorySubject
from primepath.domain.language import Language
from primepath.models import AccountPreferences, HistoryEntry
from primepath.services.accounts.set_language import set_language
from primepath.services.accounts.tokens import create_token
from tests.factories import as_viewer, make_teacher

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture
def user() -> User:
    user = make_teacher("mina").user
    user.set_password(PASSWORD)
    user.save()
    return user


def _choose(client: Client, language: str, **headers: str) -> Any:
    return client.post("/language/", {"language": language}, headers=headers)


def _is_korean(client: Client, path: str = "/") -> bool:
    response = client.get(path)
    page = response.content.decode()
    assert ("시험 일정" in page) is (response["Content-Language"] == "ko")
    return str(response["Content-Language"]) == "ko"


@pytest.mark.parametrize("path", ["/", "/sign-in/", "/admin/login/", "/nowhere"])
def test_switch_of_a_signed_out_page(path: str) -> None:
    client = Client(headers={"Accept": "text/html", "Accept-Language": "en"})
    assert 'value="ko"' in client.get(path).content.decode()
    response = _choose(client, "ko", referer=f"http://testserver{path}?year=2027")
    assert response.status_code == 302
    assert response["Location"] == f"http://testserver{path}?year=2027"
    cookie = response.cookies["primepath_language"]
    assert (cookie.value, cookie["samesite"], cookie["httponly"]) == ("ko", "Lax", True)
    page = client.get(path)
    assert page["Content-Language"] == "ko"
    assert 'value="en"' in page.content.decode()
    assert 'value="ko"' not in page.content.decode()
    assert not AccountPreferences.objects.exists()


@pytest.mark.parametrize("referer", ["", "https://elsewhere.example/", "//elsewhere.example"])
def test_switch_never_leads_to_another_site(referer: str) -> None:
    assert _choose(Client(), "ko", referer=referer)["Location"] == "/"


@pytest.mark.parametrize("language", ["", "fr", "한국어", "<script>"])
def test_unknown_language_is_refused(language: str) -> None:
    response = _choose(Client(), language)
    assert response.status_code == 400
    assert not response.cookies


def test_switch_requires_a_form_of_the_page() -> None:
    client = Client(enforce_csrf_checks=True)
    assert _choose(client, "ko").status_code == 403
    assert client.get("/language/").status_code == 405


def test_choice_of_a_user_is_stored_and_recorded(user: User) -> None:
    client = Client()
    client.force_login(user)
    _choose(client, "ko")
    _choose(client, "ko")
    _choose(client, "en")
    assert AccountPreferences.objects.get(user=user).language == "en"
    entries = HistoryEntry.objects.filter(subject=HistorySubject.ACCOUNT, subject_key=str(user.pk))
    assert [entry.changes for entry in entries.order_by("pk")] == [
        [["language", None, "ko"]],
        [["language", "ko", "en"]],
    ]
    root = Client(headers={"Accept-Language": "ko"})
    root.force_login(User.objects.create_superuser("root"))
    page = root.get(f"/admin/auth/user/{user.pk}/change/").content.decode()
    assert "<strong>언어</strong>: ko → en" in page


@pytest.mark.parametrize("path", ["/sign-in/", "/admin/login/"])
def test_signing_in_uses_the_stored_choice(user: User, path: str) -> None:
    user.is_staff = True
    user.save()
    set_language(viewer=as_viewer(user.teacher), language=Language.KO)
    client = Client(headers={"Accept-Language": "en"})
    assert not _is_korean(client)
    client.post(path, {"username": "mina", "password": PASSWORD})
    assert _is_korean(client)
    client.post("/sign-out/")
    assert _is_korean(client)


def test_signing_in_without_a_stored_choice_keeps_the_cookie(user: User) -> None:
    client = Client()
    _choose(client, "ko")
    client.post("/sign-in/", {"username": "mina", "password": PASSWORD})
    assert _is_korean(client)
    assert not AccountPreferences.objects.exists()


QUERY = '{"query": "{ scheduleMatrix(academicYear: 1) { academicYear } }"}'


def _message(**headers: str) -> tuple[str, str]:
    response = Client().post("/graphql", QUERY, content_type="application/json", headers=headers)
    (error,) = response.json()["errors"]
    return error["message"], response["Content-Language"]


def test_api_uses_the_stored_choice_if_the_request_names_no_language(user: User) -> None:
    token = {"Authorization": f"Bearer {create_token(user=user, name='Phone')[0]}"}
    assert _message(**token) == ("Academic year must be between 2020 and 2035, not 1.", "en")
    set_language(viewer=as_viewer(user.teacher), language=Language.KO)
    message, language = _message(**token)
    assert language == "ko"
    assert message.startswith("연도는 ")
    assert _message(**token, **{"Accept-Language": "fr"})[1] == "ko"
    assert _message(**token, **{"Accept-Language": "en"})[1] == "en"


def test_api_with_a_session_uses_it_too(user: User) -> None:
    set_language(viewer=as_viewer(user.teacher), language=Language.KO)
    client = Client()
    client.force_login(user)
    assert "primepath_language" not in client.cookies
    for _ in range(2):
        answer = client.get("/graphql", {"query": "{ viewer { username } }"})
        assert answer["Content-Language"] == "ko"


@override_settings(LANGUAGE_CODE="ko")
def test_language_of_the_school_is_the_default() -> None:
    assert _is_korean(Client())
    assert not _is_korean(Client(headers={"Accept-Language": "en"}))
