"""GraphQL over HTTP: responses to well-formed and to malformed requests."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.one_database

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
SCHOOL = "{ school { name } }"


def send(body: bytes | str, content_type: str = JSON, **headers: str) -> Response:
    # Given twice, because the client omits the type of an empty body.
    return Client().generic(
        "POST", "/graphql", body, content_type, headers=headers, CONTENT_TYPE=content_type
    )


def ask(query: str, accept: str = "*/*", **members: Any) -> Response:
    return send(json.dumps({"query": query, **members}), Accept=accept)


def errors_of(response: Response) -> list[dict[str, Any]]:
    """Return the errors of a request that did not run, after checking their form."""
    content_type = response["Content-Type"].split(";")[0]
    assert content_type in {JSON, GRAPHQL_JSON}
    assert len(response["X-Request-ID"]) == 32
    body = response.json()
    assert set(body) == {"errors"}
    assert body["errors"]
    for each in body["errors"]:
        assert each["message"]
        assert each["extensions"]["code"]
    return list(body["errors"])


def assert_rejected(response: Response, status: int = 400) -> None:
    assert response.status_code == status
    (error,) = errors_of(response)
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"null",
        b"true",
        b"3",
        b"-0.0e0",
        b"1e999",
        b"NaN",
        b'"{ school { name } }"',
        b"[]",
        b'[{"query": "{ school { name } }"}]',
        b"{",
        b"{}",
        b"{query: 1}",
        b"query { school { name } }",
        b'{"query": "{ school { name } }"} {}',
        b"\xff\xfe{}",
        b'{"query": "\xff"}',
        b'\xef\xbb\xbf\xef\xbb\xbf{"query": "{ school { name } }"}',
        b"\xef\xbb\xbf",
        '{"query": "{ school { name } }"}'.encode("utf-16"),
        b'{"query": "\0"}',
        rb'{"query": "\ud800"}',
        rb'{"query": "{ school { name } } # \udc00\ud800"}',
        rb'{"query": "{ school { name } }", "variables": {"a": "\ud800"}}',
        rb'{"query": "{ school { name } }", "variables": {"\udfff": 1}}',
        b"[" * 3_000,
        b"[" * 3_000 + b"]" * 3_000,
        b'{"query":' * 3_000 + b"1" + b"}" * 3_000,
        b'{"query": "{ school { name } }", "variables": {"a": '
        + b"[" * 3_000
        + b"]" * 3_000
        + b"}}",
        b'{"query": null}',
        b'{"query": ""}',
        b'{"variables": {}}',
        b'{"query": 3}',
        b'{"query": ["{ school { name } }"]}',
        b'{"query": {"a": 1}}',
        b'{"query": true}',
        b'{"query": "{ school { name } }", "variables": []}',
        b'{"query": "{ school { name } }", "variables": "{}"}',
        b'{"query": "{ school { name } }", "variables": 0}',
        b'{"query": "{ school { name } }", "variables": false}',
        b'{"query": "{ school { name } }", "operationName": 1}',
        b'{"query": "{ school { name } }", "operationName": []}',
        b'{"query": "{ school { name } }", "extensions": []}',
        b'{"query": "{ school { name } }", "extensions": "x"}',
    ],
)
def test_invalid_body_is_rejected(body: bytes) -> None:
    assert_rejected(send(body))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b'{"query": "\xff"}', "not valid UTF-8"),
        (b'{"query": "x", "variables": {"a": [{"b": -%s}]}}' % (b"9" * 400), "number is infinity"),
        (b'{"query": "x", "variables": {"a": 1e999}}', "number is infinity"),
        (b'{"query": "x", "variables": {"a": NaN}}', "line 1 column 35"),
        (rb'{"query": "\ud800"}', "surrogate"),
        (b'{"query": ' + b"[" * 3_000, "depth limit"),
    ],
)
def test_unreadable_json_has_the_reason(body: bytes, reason: str) -> None:
    (error,) = errors_of(send(body))
    assert error["message"].startswith("The body cannot be read as UTF-8 JSON: ")
    assert reason in error["message"]


def test_unreadable_variables_of_get_have_the_reason() -> None:
    parameters = {"query": SCHOOL, "variables": '{"a": %s}' % ("9" * 400)}
    (error,) = errors_of(Client().get("/graphql", parameters))
    assert "`variables` cannot be read as UTF-8 JSON: number is infinity" in error["message"]


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "text/html",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/jsonp",
        "application/json-patch+json",
        "text/plain; application/json",
        ";",
        "ü",
    ],
)
def test_other_content_type_is_rejected(content_type: str) -> None:
    assert_rejected(send(json.dumps({"query": SCHOOL}), content_type), 415)


@pytest.mark.parametrize(
    "content_type",
    ["application/json; charset=utf-8", "Application/JSON", "application/json ;charset=UTF-8"],
)
def test_json_content_type_has_several_spellings(content_type: str) -> None:
    assert send(json.dumps({"query": SCHOOL}), content_type).status_code == 200


@given(
    st.binary()
    | st.text().map(str.encode)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["query", "variables", "operationName", "x"]), inner)
        ),
    ).map(lambda value: json.dumps(value).encode())
)
def test_random_body_is_never_an_internal_error(body: bytes) -> None:
    response = send(body)
    assert response.status_code in {200, 400}
    assert {error["extensions"]["code"] for error in errors_of(response)} == {"BAD_USER_INPUT"}


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_other_methods_are_rejected(method: str) -> None:
    response = Client().generic(method, "/graphql", json.dumps({"query": SCHOOL}), JSON)
    assert_rejected(response, 405)
    assert response["Allow"] == "GET, HEAD, POST"
    assert errors_of(response)[0]["message"] == "Send the request with GET or POST."


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"query": ""},
        {"query": SCHOOL, "variables": "{"},
        {"query": SCHOOL, "variables": "[]"},
        {"query": SCHOOL, "variables": "3"},
        {"query": SCHOOL, "variables": r'{"a": "\ud800"}'},
        {"query": SCHOOL, "variables": "[" * 3_000},
        {"query": SCHOOL, "extensions": "[]"},
        {"query": SCHOOL, **{f"x{number}": "" for number in range(2_000)}},
    ],
    ids=lambda parameters: str(parameters)[:60],
)
@pytest.mark.parametrize("accept", ["", "*/*", JSON])
def test_invalid_get_is_rejected_without_html(parameters: dict[str, str], accept: str) -> None:
    assert_rejected(Client().get("/graphql", parameters, headers={"Accept": accept}))


def test_get_with_a_query_is_executed() -> None:
    query = "query A($no: Boolean!) { school @skip(if: $no) { __typename } } query B { viewer { username } }"
    response = Client().get(
        "/graphql", {"query": query, "variables": '{"no": false}', "operationName": "A"}
    )
    assert response.json() == {"data": {"school": {"__typename": "School"}}}


def test_empty_parameters_are_ignored() -> None:
    empty = {"variables": "", "extensions": "", "operationName": ""}
    assert "data" in Client().get("/graphql", {"query": SCHOOL, **empty}).json()
    assert "data" in ask(SCHOOL, operationName="").json()


@pytest.mark.parametrize("digits", [4_300, 4_301, 15_000])
@pytest.mark.parametrize(
    "query", ["{ nodes(ids: %s) { id } }", "query ($ids: [ID!]! = %s) { nodes(ids: $ids) { id } }"]
)
def test_id_of_thousands_of_digits_is_not_an_internal_error(query: str, digits: int) -> None:
    response = ask(query % ("1" * digits))
    assert response.status_code == 200
    assert {each["extensions"]["code"] for each in response.json()["errors"]} <= {
        "BAD_USER_INPUT",
        "UNAUTHENTICATED",
    }


@pytest.mark.parametrize("accept", [JSON, GRAPHQL_JSON])
def test_get_with_a_mutation_is_rejected(accept: str) -> None:
    response = Client().get(
        "/graphql",
        {"query": "mutation { signOut { signedOut } }"},
        headers={"Accept": accept},
    )
    assert_rejected(response, 405)
    assert response["Allow"] == "POST"
    assert errors_of(response)[0]["message"] == "Send mutations with POST."


@pytest.mark.parametrize("content_type", [JSON, f"{JSON}; charset=utf-8"])
def test_byte_order_mark_is_ignored(content_type: str) -> None:
    response = send(b"\xef\xbb\xbf" + json.dumps({"query": SCHOOL}).encode(), content_type)
    assert response.status_code == 200
    assert response.json()["data"]["school"]["name"]


@pytest.mark.parametrize("encoding", ["gzip", "br", "GZIP", "gzip, identity", "nonsense"])
def test_compressed_body_is_refused_with_the_encodings_that_are_accepted(encoding: str) -> None:
    body = gzip.compress(json.dumps({"query": SCHOOL}).encode())
    response = send(body, **{"Content-Encoding": encoding})
    assert_rejected(response, 415)
    assert response["Accept-Encoding"] == "identity"
    assert errors_of(response)[0]["message"] == (
        f"Content-Encoding {encoding!r} is not supported. Send the body uncompressed."
    )


def test_identity_is_no_compression() -> None:
    body = json.dumps({"query": SCHOOL})
    assert send(body, **{"Content-Encoding": "identity"}).status_code == 200
