"""Error pages of browsers: styled like the other pages, and without data of the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from primepath.urls import handler400, handler403, handler404, handler500  # noqa: F401
from primepath.urls import urlpatterns as _pages

pytestmark = pytest.mark.one_database
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
SECRET = "the password of the database is hunter2"


def _raising(error: Exception) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        raise error

    return view


urlpatterns = [
    *_pages,
    path("bad", _raising(SuspiciousOperation(SECRET))),
    path("forbidden", _raising(PermissionDenied(SECRET))),
    path("failed", _raising(RuntimeError(SECRET))),
]
CASES = [
    ("/bad", 400, "Bad request"),
    ("/forbidden", 403, "Permission denied"),
    ("/nothing", 404, "Page not found"),
    ("/failed", 500, "Internal server error"),
]


@pytest.fixture(autouse=True)
def _urls(settings: object) -> None:
    settings.ROOT_URLCONF = __name__  # type: ignore[attr-defined]


def _assert_page(response: Any, status: int, title: str) -> None:
    text = response.content.decode()
    assert response.status_code == status
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert response["Content-Security-Policy"].startswith("default-src 'none'")
    assert response["Cache-Control"] == "no-store"
    assert "Accept" in response["Vary"]
    assert f"<h2>{title}</h2>" in text
    assert "pages/base.css" in text
    assert response["X-Request-ID"] in text
    assert SECRET not in text


@pytest.mark.parametrize(("address", "status", "title"), CASES)
def test_browser_gets_a_styled_page_without_a_database(
    address: str, status: int, title: str
) -> None:
    # Without the fixture `db`, each query raises an error. A signed-in browser sends its cookie.
    client = Client(raise_request_exception=False, headers={"accept": BROWSER})
    client.cookies["sessionid"] = "a" * 32
    assert not connection.in_atomic_block
    _assert_page(client.get(address), status, title)


@pytest.mark.parametrize(("address", "status", "title"), CASES)
def test_other_clients_get_an_error_of_the_api(address: str, status: int, title: str) -> None:
    response = Client(raise_request_exception=False).get(address)
    assert response.status_code == status
    assert response["Content-Type"] == "application/json; charset=utf-8"
    assert SECRET not in response.content.decode()


def test_wrong_host_is_a_page_for_a_browser() -> None:
    client = Client(headers={"accept": BROWSER, "host": "elsewhere.example"})
    _assert_page(client.get("/"), 400, "Bad request")


def test_form_without_csrf_token_gets_a_page_that_explains_what_to_do() -> None:
    client = Client(enforce_csrf_checks=True, headers={"accept": BROWSER})
    response = client.post("/sign-in/", {"username": "a", "password": "b"})
    _assert_page(response, 403, "The form has expired")
    assert client.post("/sign-in/", headers={"accept": "*/*"}).json()["errors"]
