"""The sign-in page."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from primepath.models import Teacher

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture
def browser() -> Client:
    for name in ("mina", "guest"):
        User.objects.create_user(username=name, password=PASSWORD)
    Teacher.objects.create(user=User.objects.get(username="mina"), name="Mina")
    return Client()


def sign_in(browser: Client, username: str, password: str, **form: str) -> tuple[int, str]:
    """Submit the form. Return the status, and the address of the redirect or the text of the page."""
    response = browser.post("/sign-in/", {"username": username, "password": password, **form})
    return response.status_code, response.headers.get("Location") or response.content.decode()


def viewer(browser: Client) -> object:
    response = browser.get("/graphql", {"query": "{ viewer { username } }"})
    return response.json()["data"]["viewer"]


def test_teacher_signs_in_and_out(browser: Client) -> None:
    assert viewer(browser) is None
    assert sign_in(browser, "mina", PASSWORD, next="/graphql") == (302, "/graphql")
    assert viewer(browser) == {"username": "mina"}
    assert browser.post("/sign-out/").status_code == 302
    assert viewer(browser) is None


@pytest.mark.parametrize(("username", "password"), [("mina", "wrong"), ("guest", PASSWORD)])
def test_wrong_credentials_are_rejected(browser: Client, username: str, password: str) -> None:
    status, page = sign_in(browser, username, password)
    assert status == 200
    assert "Incorrect username or password" in page
    assert viewer(browser) is None


def test_sign_in_is_locked_after_too_many_failures(browser: Client) -> None:
    for _ in range(settings.SIGN_IN_FAILURES_PER_ACCOUNT):
        sign_in(browser, "mina", "wrong")
    assert "Try again in 15 minutes" in sign_in(browser, "mina", PASSWORD)[1]
    assert viewer(browser) is None


def test_sign_in_redirects_to_no_other_site(browser: Client) -> None:
    assert sign_in(browser, "mina", PASSWORD, next="https://elsewhere.example/") == (
        302,
        "/",
    )
