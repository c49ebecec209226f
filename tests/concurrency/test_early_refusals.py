"""Refusals that the protocol sends itself: a server without a database refuses everything, in every shape of a request."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.concurrency.no_database import server_without_database
from tests.log_lines import request_facts
from tests.processes import PATIENCE
from tests.raw_http import connection, read_all

pytestmark = pytest.mark.one_database

BODY = json.dumps({"query": "{ viewer { username } }"}).encode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("refusing")


@pytest.fixture(scope="module")
def port(folder: Path) -> Iterator[int]:
    with server_without_database(folder, folder / "log") as port:
        yield port


def request(*headers: str, body: bytes = BODY, token: str = "unknown") -> bytes:
    """Return a request that is refused. Without a token it has no user, and needs no database."""
    lines = [
        "POST /graphql HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *([f"Authorization: Bearer {token}"] if token else []),
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def receive(client: socket.socket) -> httpx.Response:
    """Read one response and no more."""
    received = b""
    while not received.endswith(b"\r\n\r\n"):
        received += client.recv(1)
    first, *lines = received.decode().strip().split("\r\n")
    headers = [line.split(": ", 1) for line in lines]
    response = httpx.Response(int(first.split(" ")[1]), headers=[(a, b) for a, b in headers])
    content = b""
    while len(content) < int(response.headers["content-length"]):
        content += client.recv(1)
    return httpx.Response(response.status_code, headers=response.headers, content=content)


def assert_refused(response: httpx.Response) -> None:
    assert response.status_code == 503
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "UNAVAILABLE"
    assert response.headers["retry-after"] == str(error["extensions"]["retryAfterSeconds"])
    assert response.headers["cache-control"] == "no-store"
    (request_id,) = response.headers.get_list("x-request-id")
    assert len(request_id) == 32


def test_connection_is_used_for_many_refusals(folder: Path, port: int) -> None:
    with connection(port) as client:
        ids = set()
        for _ in range(20):
            client.sendall(request())
            response = receive(client)
            assert_refused(response)
            ids.add(response.headers["x-request-id"])
        assert len(ids) == 20
    facts = request_facts(folder / "log")
    for request_id in ids:
        assert facts[request_id]["status"] == 503
        assert facts[request_id]["errors"] == ["UNAVAILABLE"]
    metrics = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE).text
    assert 'primepath_refusals_total{kind="read",reason="database"}' in metrics
    assert 'primepath_responses_total{status="503"}' in metrics


@pytest.mark.parametrize("size", [1, 7, 200])
def test_request_in_pieces_is_refused(port: int, size: int) -> None:
    with connection(port) as client:
        for _ in range(2):
            sent = request()
            for start in range(0, len(sent), size):
                client.sendall(sent[start : start + size])
            assert_refused(receive(client))


def test_pipelined_requests_have_their_refusals_in_order(port: int) -> None:
    served = request(body=b'{"query": "{ school { name } }"}', token="")
    refused = request()
    with connection(port) as client:
        client.sendall(refused + served + refused + refused + served)
        statuses = [receive(client).status_code for _ in range(5)]
    assert statuses == [503, 200, 503, 503, 200]


def test_client_that_wants_to_close_is_closed(port: int) -> None:
    with connection(port) as client:
        client.sendall(request("Connection: close"))
        assert_refused(receive(client))
        assert read_all(client) == b""


def test_application_refuses_a_request_with_a_trace(port: int) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    with connection(port) as client:
        client.sendall(request(f"traceparent: {trace}"))
        response = receive(client)
    assert_refused(response)
    assert response.headers["traceparent"].split("-")[1] == trace.split("-")[1]


def test_large_body_is_refused_by_the_application(port: int) -> None:
    body = json.dumps({"query": "{ viewer { username } }", "variables": {"a": "a" * 900_000}})
    with connection(port) as client:
        client.sendall(request(body=body.encode()))
        assert_refused(receive(client))
