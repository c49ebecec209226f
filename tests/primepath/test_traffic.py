"""Kinds of requests before they are parsed, and responses to refused requests."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from pytest_django import Settings

from primepath.server.admission.kinds import Kind, Reason
from primepath.server.admission.refusals import send_refusal
from primepath.traffic import kind_of_request, render_refusal, targets_of_request
from schema.http.admission import remember_document

pytestmark = pytest.mark.one_database

READ, WRITE, PASSWORD = Kind.READ, Kind.WRITE, Kind.PASSWORD
SIGN_IN = 'mutation { signIn(input: { username: "a", password: "b" }) { token } }'


def scope(method: str, path: str, root: str = "", **headers: str) -> dict[str, Any]:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"method": method, "path": root + path, "root_path": root, "headers": pairs}


def persisted(hash: str) -> str:
    extension = {"persistedQuery": {"version": 1, "sha256Hash": hash}}
    return json.dumps({"extensions": extension, "variables": {"a": 1}})


@pytest.mark.parametrize(
    ("method", "path", "body", "kind"),
    [
        ("GET", "/graphql", "", READ),
        ("HEAD", "/graphql", "", READ),
        ("POST", "/graphql", '{"query": "{ viewer { name } }"}', READ),
        ("POST", "/graphql", '{"query": "mutation { signOut { signedOut } }"}', WRITE),
        ("POST", "/graphql", '{"query": "\\u006Dutation { signOut { signedOut } }"}', PASSWORD),
        ("POST", "/graphql", '{"query": "query A { a } mutation B { b }"}', WRITE),
        ("POST", "/graphql", json.dumps({"query": SIGN_IN}), PASSWORD),
        ("POST", "/graphql", '{"query": "{ a(name: \\"\\uc11c\\") }"}', READ),
        ("POST", "/graphql", persisted("0" * 64), READ),
        ("GET", "/", "", READ),
        ("GET", "/sign-in/", "", READ),
        ("POST", "/sign-in/", "", PASSWORD),
        ("POST", "/admin/login/", "", PASSWORD),
        ("POST", "/admin/password_change/", "", PASSWORD),
        ("POST", "/admin/auth/user/1/password/", "", PASSWORD),
        ("POST", "/admin/primepath/exam/1/change/", "", WRITE),
        ("DELETE", "/nowhere", "", WRITE),
    ],
)
@pytest.mark.parametrize("root", ["", "/school"])
def test_kind_of_a_request(method: str, path: str, body: str, kind: Kind, root: str) -> None:
    assert kind_of_request(scope(method, path, root), body.encode()) is kind


def test_cells_that_a_request_changes() -> None:
    change = scope("POST", "/graphql")
    by_id = json.dumps(
        {
            "query": 'mutation { a(cell: { id: "MatrixCell:A/2026/JAN" }) { cell { id } } }',
            "variables": {"input": {"cell": {"id": "MatrixCell:A/2026/FEB"}}},
        }
    )
    assert targets_of_request(change, by_id.encode()) == {
        b"MatrixCell:A/2026/JAN",
        b"MatrixCell:A/2026/FEB",
    }
    key = {"classCode": "A", "academicYear": 2026, "period": "JAN"}
    by_key = [
        json.dumps({"variables": {"input": {"cell": {"at": {**key, "period": period}}}}})
        for period in ("JAN", "JAN", "FEB")
    ]
    first, again, other = (targets_of_request(change, each.encode()) for each in by_key)
    assert len(first) == 1
    assert first == again
    assert first.isdisjoint(other)
    in_document = b'{"query": "mutation { a(cell: { at: { classCode: \\"A\\" } }) { x } }"}'
    assert len(targets_of_request(change, in_document)) == 1
    many = json.dumps([f"MatrixCell:A{n}/2026/JAN" for n in range(1_000)])
    assert len(targets_of_request(change, many.encode())) == 100
    assert not targets_of_request(scope("POST", "/admin/"), by_id.encode())


def test_hash_of_a_persisted_mutation_is_known_later() -> None:
    request = scope("POST", "/graphql")
    for document, kind in (
        ("mutation { signOut { signedOut } }", WRITE),
        (SIGN_IN, PASSWORD),
        ("{ viewer { name } }", READ),
    ):
        hash = f"{kind}".encode().hex().ljust(64, "0")
        remember_document(hash, document)
        assert kind_of_request(request, persisted(hash).encode()) is kind


def refuse(request: dict[str, Any], reason: Reason) -> tuple[dict[str, str], str]:
    """Return the headers and the content of the response."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(send_refusal(request, send, reason, render_refusal))
    start, content = sent
    assert start["status"] == 503
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    assert int(headers["content-length"]) == len(content["body"])
    assert headers["cache-control"] == "no-store"
    assert 1 <= int(headers["retry-after"]) <= 5
    return headers, content["body"].decode()


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (Reason.QUEUE, "OVERLOADED"),
        (Reason.WAITED, "OVERLOADED"),
        (Reason.DATABASE, "UNAVAILABLE"),
    ],
)
def test_refusal_of_a_graphql_request_is_a_graphql_error(reason: Reason, code: str) -> None:
    headers, content = refuse(scope("POST", "/graphql", accept="*/*"), reason)
    assert headers["content-type"] == "application/json; charset=utf-8"
    (error,) = json.loads(content)["errors"]
    seconds = int(headers["retry-after"])
    assert error["extensions"] == {"code": code, "retryAfterSeconds": seconds}


def test_browser_gets_a_page(settings: Settings) -> None:
    settings.SCHOOL_NAME = "<School>"
    for path in "/", "/graphql":
        headers, content = refuse(
            scope("GET", path, accept="text/html,application/xhtml+xml"), Reason.QUEUE
        )
        assert headers["content-type"] == "text/html; charset=utf-8"
        assert headers["content-security-policy"] == "default-src 'none'"
        assert "<h1>&lt;School&gt;</h1>" in content
        assert "The server is busy." in content


def test_other_clients_get_a_sentence() -> None:
    headers, content = refuse(scope("GET", "/admin/"), Reason.DATABASE)
    assert headers["content-type"] == "text/plain; charset=utf-8"
    assert content == "The server has no connection to its database. Try again later.\n"


def test_clients_wait_for_different_times() -> None:
    seconds = {refuse(scope("GET", "/"), Reason.QUEUE)[0]["retry-after"] for _ in range(200)}
    assert seconds == {"1", "2", "3", "4", "5"}


def test_pages_of_allowed_origins_can_read_the_refusal(settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example"]
    headers, _ = refuse(scope("POST", "/graphql", origin="https://app.example"), Reason.QUEUE)
    assert headers["access-control-allow-origin"] == "https://app.example"
    assert "Retry-After" in headers["access-control-expose-headers"]
    headers, _ = refuse(scope("POST", "/graphql", origin="https://other.example"), Reason.QUEUE)
    assert "access-control-allow-origin" not in headers
