"""Responses if no view is found or a view fails: GraphQL errors, and pages for browsers only."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from tests.server import Server

pytestmark = pytest.mark.one_database

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
API = ["*/*", "", "application/json", "application/graphql-response+json"]
SECRET = "the password of the database is hunter2"


def the_error(response: httpx.Response) -> dict[str, Any]:
    """Return the one error of a response, after checking its form."""
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert len(response.headers["X-Request-ID"]) == 32
    assert "Accept" in response.headers["Vary"]
    body = response.json()
    (error,) = body.pop("errors")
    assert body == {}
    assert isinstance(error, dict)
    return error


@pytest.mark.parametrize("accept", API)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_wrong_host_is_a_graphql_error(demo_server: Server, method: str, accept: str) -> None:
    response = httpx.request(
        method,
        f"{demo_server.address}/graphql",
        headers={"Host": "elsewhere.example", "Accept": accept},
    )
    assert response.status_code == 400
    assert the_error(response) == {
        "message": "Unknown host name; add it to ALLOWED_HOSTS.",
        "extensions": {"code": "BAD_USER_INPUT"},
    }


@pytest.mark.parametrize("path", ["/graphql/", "/graphql/x", "/graphiql", "/nothing"])
@pytest.mark.parametrize("accept", API)
def test_unknown_address_is_an_error_with_the_address_of_the_api(
    demo_server: Server, path: str, accept: str
) -> None:
    for method in "GET", "POST":
        response = httpx.request(method, f"{demo_server.address}{path}", headers={"Accept": accept})
        assert response.status_code == 404
        assert the_error(response) == {
            "message": "Not found. The API is at /graphql.",
            "extensions": {"code": "BAD_USER_INPUT"},
        }


@pytest.mark.parametrize(
    ("path", "host", "status"),
    [("/graphql", "elsewhere.example", 400), ("/graphql/", "127.0.0.1", 404)],
)
def test_browser_gets_a_page_with_a_request_id(
    demo_server: Server, path: str, host: str, status: int
) -> None:
    response = httpx.get(f"{demo_server.address}{path}", headers={"Host": host, "Accept": BROWSER})
    assert response.status_code == status
    assert response.headers["Content-Type"].startswith("text/html")
    assert len(response.headers["X-Request-ID"]) == 32
    vary = set(response.headers["Vary"].split(", "))
    assert vary == {"Accept", "Accept-Language", "Cookie"}


def _fail(*_: object) -> HttpResponse:
    raise RuntimeError(SECRET)


urlpatterns = [
    path("", _fail, name="matrix"),
    path("sign-in/", _fail, name="sign-in"),
    path("graphql", _fail, name="graphql"),
]
handler500 = "primepath.pages.errors.failed"


@pytest.mark.urls(__name__)
def test_exception_outside_the_view_is_masked_and_logged_with_its_id(
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = Client(raise_request_exception=False)
    response = client.post("/graphql", {}, content_type="application/json")
    request_id = response["X-Request-ID"]
    assert response.status_code == 500
    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": "INTERNAL", "requestId": request_id}
    assert SECRET not in response.content.decode()
    (record,) = (each for each in caplog.records if each.name == "primepath.errors")
    assert request_id in record.getMessage()
    assert SECRET in caplog.text

    page = client.get("/graphql", headers={"Accept": BROWSER})
    assert page.status_code == 500
    assert page["Content-Type"].startswith("text/html")
    assert SECRET not in page.content.decode()
