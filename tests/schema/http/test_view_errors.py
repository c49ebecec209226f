"""Responses over HTTP to documents that cannot run, that run, and that fail unexpectedly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import schema.http.run_operation
import schema.queries.viewer
from tests.schema.http.test_view import GRAPHQL_JSON, JSON, SCHOOL, ask, errors_of

pytestmark = pytest.mark.one_database

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

SECRET = "the password of the database is hunter2"
NOT_RUN = {
    "syntax": "{ school {",
    "unknown field": "{ school { nonsense } }",
    "missing argument": "{ schoolClass { code } }",
    "wrong value": "{ exams(first: true) { totalCount } }",
    "too large an integer": "{ exams(first: 3000000000) { totalCount } }",
    "missing variable": "query ($code: String!) { schoolClass(code: $code) { code } }",
    "unknown fragment": "{ ...Nothing }",
    "fragments in a circle": "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
    "lone surrogate": r'{ schoolClass(code: "\ud800") { code } }',
    "several operations and no name": "query A { school { name } } query B { school { name } }",
    "no operation": "fragment A on Query { school { name } }",
}


@pytest.mark.parametrize("query", NOT_RUN.values(), ids=NOT_RUN)
def test_invalid_document_has_errors_and_no_data(query: str) -> None:
    by_type = {accept: ask(query, accept) for accept in (JSON, GRAPHQL_JSON, "*/*")}
    assert by_type[GRAPHQL_JSON].status_code == 400
    for accept, response in by_type.items():
        assert response.status_code == (400 if accept == GRAPHQL_JSON else 200)
        assert {each["extensions"]["code"] for each in errors_of(response)} == {"BAD_USER_INPUT"}


@pytest.mark.parametrize(("accept", "status"), [(JSON, 200), (GRAPHQL_JSON, 400)])
def test_an_operation_that_the_document_does_not_have_is_an_error_of_the_document(
    accept: str, status: int
) -> None:
    for members in {"operationName": "C"}, {}:
        response = ask("query A { school { name } } query B { __typename }", accept, **members)
        assert response.status_code == status
        (error,) = errors_of(response)
        assert error["extensions"] == {"code": "BAD_USER_INPUT"}
        assert "A, B" in error["message"]


@pytest.mark.parametrize(
    ("accept", "status", "content_type"),
    [
        (JSON, 200, JSON),
        ("*/*", 200, JSON),
        ("", 200, JSON),
        (GRAPHQL_JSON, 400, GRAPHQL_JSON),
        (f"{GRAPHQL_JSON}, {JSON};q=0.9", 400, GRAPHQL_JSON),
        (f"{GRAPHQL_JSON}; charset=utf-8, */*", 400, GRAPHQL_JSON),
    ],
)
def test_accept_header_decides_the_status_of_an_invalid_document(
    accept: str, status: int, content_type: str
) -> None:
    response = ask("{ nonsense }", accept)
    assert response.status_code == status
    assert response["Content-Type"] == f"{content_type}; charset=utf-8"
    errors_of(response)


@pytest.mark.parametrize("accept", [JSON, GRAPHQL_JSON])
def test_executed_document_returns_200_even_if_a_field_failed(accept: str) -> None:
    response = ask("{ school { name } exams { totalCount } }", accept)
    assert response.status_code == 200
    assert response["Content-Type"].startswith(accept)
    body = response.json()
    assert body["data"]["school"]["name"]
    assert body["data"]["exams"] is None
    (error,) = body["errors"]
    assert error["path"] == ["exams"]
    assert error["locations"] == [{"line": 1, "column": 19}]


def test_successful_response_has_no_errors_and_a_request_id() -> None:
    first, second = ask(SCHOOL), ask(SCHOOL)
    assert set(first.json()) == {"data"}
    assert first["X-Request-ID"] != second["X-Request-ID"]


def _fail(*_: object) -> None:
    raise RuntimeError(SECRET)


def _assert_masked(response: Response, error: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Check that the client gets a request ID, and that the log has the cause under the same ID."""
    request_id = response["X-Request-ID"]
    assert error["extensions"] == {"code": "INTERNAL", "requestId": request_id}
    assert SECRET not in response.content.decode()
    (record,) = (each for each in caplog.records if each.name == "primepath.errors")
    assert request_id in record.getMessage()
    assert SECRET in caplog.text


def test_exception_in_a_field_is_masked(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(schema.queries.viewer, "current_academic_year", _fail)
    response = ask("{ school { name } viewer { username } }")
    assert response.status_code == 200
    body = response.json()
    assert body["data"] == {"school": None, "viewer": None}
    (error,) = body["errors"]
    assert error["path"] == ["school"]
    _assert_masked(response, error, caplog)


def test_exception_before_execution_is_masked(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(schema.http.run_operation, "identify", _fail)
    response = ask(SCHOOL)
    assert response.status_code == 500
    (error,) = errors_of(response)
    _assert_masked(response, error, caplog)
