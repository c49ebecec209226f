"""The account page and the page that sets a password, attacked."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from primepath.models import AccountLink, ApiToken, Teacher
from primepath.pages.account.account import FORMS
from primepath.services.accounts.invite_teacher import invite_teacher
from primepath.services.accounts.tokens import create_token
from tests.factories import head_teacher, make_teacher

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"


@pytest.fixture
def teacher() -> Teacher:
    return make_teacher("mina")


def client_of(user: User, *, csrf: bool = False) -> Client:
    client = Client(enforce_csrf_checks=csrf)
    client.force_login(user)
    return client


def test_strangers_sign_in_first() -> None:
    response = Client().get("/account/")
    assert (response.status_code, response["Location"]) == (302, "/sign-in/?next=/account/")


def test_page_is_not_cached_and_shows_nobody_elses_accounts(teacher: Teacher) -> None:
    make_teacher("juno")
    response = client_of(teacher.user).get("/account/")
    assert response["Cache-Control"] == "no-store"
    assert "juno" not in response.content.decode()


@pytest.mark.parametrize("form", FORMS)
def test_every_form_needs_the_csrf_token(teacher: Teacher, form: str) -> None:
    response = client_of(teacher.user, csrf=True).post("/account/", {"form": form})
    assert response.status_code == 403


@pytest.mark.parametrize("form", ["invite", "reset", "set-active"])
def test_teacher_cannot_manage_accounts(teacher: Teacher, form: str) -> None:
    other = make_teacher("juno")
    entered = {"form": form, "id": other.pk, "is_active": "no", "username": "x", "name": "X"}
    response = client_of(teacher.user).post("/account/", entered)
    assert response.status_code == 422
    assert not AccountLink.objects.exists()
    assert User.objects.get(pk=other.user_id).is_active
    assert not User.objects.filter(username="x").exists()


@pytest.mark.parametrize(
    ("form", "box"), [("invite", "is_head_teacher"), ("create-feed", "duties")]
)
def test_form_with_a_problem_keeps_its_checkbox(form: str, box: str) -> None:
    user = User.objects.get(pk=head_teacher().account_id)
    for checked in {box: "on"}, {}:
        response = client_of(user).post("/account/", {"form": form, "name": " ", **checked})
        assert response.status_code == 422
        assert (f'name="{box}" checked' in response.content.decode()) is bool(checked)


@pytest.mark.parametrize("id", ["", "x", "-1", "٣", "9" * 30, "\0"])
@pytest.mark.parametrize("form", ["revoke-token", "revoke-feed", "reset", "set-active"])
def test_malformed_keys_are_refused(form: str, id: str) -> None:
    user = User.objects.get(pk=head_teacher().account_id)
    response = client_of(user).post("/account/", {"form": form, "id": id})
    assert response.status_code == 422


def test_unknown_form(teacher: Teacher) -> None:
    assert client_of(teacher.user).post("/account/", {"form": "x"}).status_code == 400


def test_token_of_another_user_cannot_be_revoked(teacher: Teacher) -> None:
    _, token = create_token(user=make_teacher("juno").user, name="Phone")
    entered = {"form": "revoke-token", "id": token.pk}
    assert client_of(teacher.user).post("/account/", entered).status_code == 422
    assert ApiToken.objects.get().revoked_at is None


def test_wrong_current_password_changes_nothing(teacher: Teacher) -> None:
    teacher.user.set_password(PASSWORD)
    teacher.user.save()
    entered = {
        "form": "password",
        "current_password": "wrong",
        "new_password": "another horse battery",
        "repeated": "another horse battery",
    }
    client = client_of(teacher.user)
    response = client.post("/account/", entered)
    assert response.status_code == 422
    assert "another horse" not in response.content.decode()
    assert client.get("/account/").status_code == 200
    teacher.user.refresh_from_db()
    assert teacher.user.check_password(PASSWORD)


def test_link_signs_nobody_in_and_needs_the_csrf_token() -> None:
    secret = invite_teacher(viewer=head_teacher(), username="sora", name="Sora").secret
    url = f"/set-password/{secret}/"
    entered = {"password": PASSWORD, "repeated": PASSWORD}
    assert Client(enforce_csrf_checks=True).post(url, entered).status_code == 403
    client = Client()
    page = client.get(url)
    assert page["Cache-Control"] == "no-store"
    assert page["Referrer-Policy"] == "same-origin"
    assert client.post(url, {**entered, "repeated": "x"}).status_code == 422
    response = client.post(url, entered)
    assert (response.status_code, response["Location"]) == (302, "/sign-in/")
    assert "sessionid" not in client.cookies or "_auth_user_id" not in client.session
    assert client.get(url).status_code == client.post(url, entered).status_code == 404


@pytest.mark.parametrize("secret", ["x", "%00", "a" * 500, "\ud55c"])
def test_unknown_links_are_over(secret: str) -> None:
    assert Client().get(f"/set-password/{secret}/").status_code == 404
