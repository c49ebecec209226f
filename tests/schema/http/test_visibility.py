"""The viewers that can use introspection, field suggestions and the explorer."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from django.test import Client
from pytest_django import Settings

from primepath.demo.accounts import DEMO_PASSWORD
from primepath.domain.visibility import Visibility
from primepath.services.accounts.tokens import create_token
from tests.databases import own_database
from tests.factories import make_teacher
from tests.processes import PATIENCE, product_process
from tests.schema.http.test_error_handlers import BROWSER
from tests.server import Server, running_server

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
EVERYONE, SIGNED_IN, NOBODY = Visibility
# Whether the setting includes a caller, and the error code for others.
TABLE = [
    (EVERYONE, True, None),
    (EVERYONE, False, None),
    (SIGNED_IN, True, None),
    (SIGNED_IN, False, "UNAUTHENTICATED"),
    (NOBODY, True, "FORBIDDEN"),
    (NOBODY, False, "FORBIDDEN"),
]
INTROSPECTION = {
    "the schema": "{ __schema { queryType { name } } }",
    "a type": '{ __type(name: "Exam") { name } }',
    "an alias": "{ school: __schema { queryType { name } } }",
    "a fragment": "{ ...F } fragment F on Query { ... on Query { x: __schema { queryType { name } } } }",
    "beside others": "{ viewer { username } __schema { queryType { name } } }",
    "skipped": "{ viewer { username } __schema @skip(if: true) { queryType { name } } }",
    "in another operation": "query A { __typename } query B { __schema { queryType { name } } }",
}
UNKNOWN_FIELDS: dict[str, tuple[str, dict[str, Any]]] = {
    "a field": ("{ vewer { username } }", {}),
    "a field of a type": ("{ school { nam } }", {}),
    "a field of another type": ('{ node(id: "Exam:1") { totalQuestions } }', {}),
    "fields of an object": ("{ school }", {}),
    "fields of a list": ("{ programs }", {}),
    "an argument": ('{ schoolClass(cod: "A") { name } }', {}),
    "an argument of a directive": ("{ school @skip(iff: true) { name } }", {}),
    "a type": ("query A($at: CellKy) { __typename }", {}),
    "a type of a fragment": ("{ ... on Qery { __typename } }", {}),
    "a value of an enum": ("{ exams(filter: { type: REVEW }) { totalCount } }", {}),
    "a field of an input": ("{ exams(filter: { typ: REVIEW }) { totalCount } }", {}),
    "a value of an enum in a variable": (
        "query A($f: ExamFilter) { exams(filter: $f) { totalCount } }",
        {"f": {"type": "REVEW"}},
    ),
    "a field of an input in a variable": (
        "query A($f: ExamFilter) { exams(filter: $f) { totalCount } }",
        {"f": {"typ": "REVIEW"}},
    ),
}


class Caller:
    """A client with a token, or without."""

    def __init__(self, *, signed_in: bool) -> None:
        token = create_token(user=make_teacher("mina").user, name="Test")[0] if signed_in else None
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def ask(
        self,
        query: str,
        variables: dict[str, Any] | None = None,
        *,
        operation: str | None = None,
        accept: str = JSON,
    ) -> Response:
        return Client().post(
            "/graphql",
            {"query": query, "variables": variables, "operationName": operation},
            content_type=JSON,
            headers={**self._headers, "Accept": accept},
        )

    def open_explorer(self, address: str = "/graphql") -> Response:
        return Client().get(address, headers={**self._headers, "Accept": BROWSER})


def codes(response: Response) -> set[str]:
    return {error["extensions"]["code"] for error in response.json().get("errors", [])}


@pytest.mark.django_db
@pytest.mark.parametrize("document", INTROSPECTION.values(), ids=INTROSPECTION)
@pytest.mark.parametrize(("audience", "signed_in", "code"), TABLE)
def test_introspection_is_allowed_by_the_setting(
    settings: Settings, audience: Visibility, signed_in: bool, code: str | None, document: str
) -> None:
    settings.INTROSPECTION = audience
    caller = Caller(signed_in=signed_in)
    operation = "A" if "query A" in document else None
    if code is None:
        response = caller.ask(document, operation=operation)
        assert codes(response) == set()
        assert response.json()["data"]
        return
    for accept, status in (JSON, 200), (GRAPHQL_JSON, 400):
        response = caller.ask(document, accept=accept, operation=operation)
        assert response.status_code == status
        assert codes(response) == {code}
        assert set(response.json()) == {"errors"}


@pytest.mark.django_db
def test_document_allowed_for_one_caller_is_rejected_for_another(settings: Settings) -> None:
    """Prepared documents are cached for all senders."""
    settings.INTROSPECTION = SIGNED_IN
    document = INTROSPECTION["the schema"]
    signed_in_caller, signed_out_caller = Caller(signed_in=True), Caller(signed_in=False)
    for _ in range(3):
        assert codes(signed_in_caller.ask(document)) == set()
        assert codes(signed_out_caller.ask(document)) == {"UNAUTHENTICATED"}


@pytest.mark.django_db
@pytest.mark.parametrize("audience", Visibility)
def test_typename_is_visible_to_everyone(settings: Settings, audience: Visibility) -> None:
    settings.INTROSPECTION = audience
    response = Caller(signed_in=False).ask("{ __typename school { __typename } }")
    assert response.json()["data"] == {"__typename": "Query", "school": {"__typename": "School"}}


@pytest.mark.django_db
@pytest.mark.parametrize(("document", "variables"), UNKNOWN_FIELDS.values(), ids=UNKNOWN_FIELDS)
@pytest.mark.parametrize(("audience", "signed_in", "code"), TABLE)
def test_field_suggestions_are_allowed_by_the_setting(
    settings: Settings,
    audience: Visibility,
    signed_in: bool,
    code: str | None,
    document: str,
    variables: dict[str, Any],
) -> None:
    settings.FIELD_SUGGESTIONS = audience
    response = Caller(signed_in=signed_in).ask(document, variables)
    assert codes(response) == {"BAD_USER_INPUT"}
    messages = " ".join(error["message"] for error in response.json()["errors"])
    assert ("Did you mean" in messages) is (code is None)


@pytest.mark.django_db
@pytest.mark.parametrize(("audience", "signed_in", "code"), TABLE)
def test_explorer_is_allowed_by_the_setting(
    settings: Settings, audience: Visibility, signed_in: bool, code: str | None
) -> None:
    settings.EXPLORER = audience
    response = Caller(signed_in=signed_in).open_explorer()
    assert response["X-Request-ID"]
    assert response["Cache-Control"] == "no-store"
    if code is None:
        assert response.status_code == 200
        assert "API explorer" in response.content.decode()
    elif code == "UNAUTHENTICATED":
        assert response.status_code == 302
        assert response["Location"] == "/sign-in/?next=/graphql"
    else:
        assert response.status_code == 403
        assert response["Content-Type"] == "text/html; charset=utf-8"
        assert response["Content-Security-Policy"].startswith("default-src 'none'; ")
        assert "The explorer is disabled on this server." in response.content.decode()


@pytest.mark.django_db
def test_sign_in_returns_to_the_requested_address_only(
    settings: Settings,
) -> None:
    settings.EXPLORER = SIGNED_IN
    signed_out_caller = Caller(signed_in=False)
    response = signed_out_caller.open_explorer("/graphql?variables=%7B%7D&next=//elsewhere.example")
    assert response.status_code == 302
    assert response["Location"] == (
        "/sign-in/?next=/graphql%3Fvariables%3D%257B%257D%26next%3D//elsewhere.example"
    )


def test_all_three_require_sign_in_by_default(demo_server: Server) -> None:
    address = f"{demo_server.address}/graphql"
    token = {"Authorization": f"Bearer {demo_server.token}"}
    for headers, code in ({}, "UNAUTHENTICATED"), (token, None):
        document = {"query": INTROSPECTION["the schema"]}
        answer = httpx.post(address, json=document, headers=headers).json()
        assert ("errors" in answer) is (code is not None)
        answer = httpx.post(address, json={"query": "{ vewer }"}, headers=headers).json()
        assert ("Did you mean" in answer["errors"][0]["message"]) is (code is None)

    with httpx.Client(headers={"Accept": BROWSER}, follow_redirects=True) as browser:
        page = browser.get(address)
        assert page.url == f"{demo_server.address}/sign-in/?next=/graphql"
        form = {
            "username": "teacher",
            "password": DEMO_PASSWORD,
            "next": "/graphql",
            "csrfmiddlewaretoken": browser.cookies["csrftoken"],
        }
        page = browser.post(page.url, data=form)
        assert page.url == address
        assert "API explorer" in page.text


def is_open(address: str) -> bool:
    """Return whether all three are available to a client that is not signed in."""
    document = {"query": INTROSPECTION["the schema"]}
    schema = httpx.post(address, json=document).json()
    response = httpx.post(address, json={"query": "{ vewer }"}).json()
    explorer = httpx.get(address, headers={"Accept": BROWSER})
    return (
        "data" in schema
        and "Did you mean" in response["errors"][0]["message"]
        and explorer.status_code == 200
    )


@pytest.mark.one_database
def test_all_three_are_public_in_development(tmp_path: Path) -> None:
    with running_server(tmp_path, DEBUG="1") as server:
        assert is_open(f"{server.address}/graphql")


def test_all_three_are_public_in_the_demo(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with (
        own_database(tmp_path) as database_url,
        (tmp_path / "log").open("wb") as errors,
        product_process(
            *("manage.py", "demo", "--port", str(port)),
            database_url=database_url,
            errors=errors,
            environment={"PRIMEPATH_VAR_DIR": str(tmp_path)},
        ),
    ):
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                assert time.monotonic() < deadline, (tmp_path / "log").read_text()
                time.sleep(0.1)
            else:
                break
        assert is_open(f"http://127.0.0.1:{port}/graphql")
