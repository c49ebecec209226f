"""Limits of a connection: a client that sends too much, or too slowly, cannot hurt others."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]
import pytest

from tests.nginx import nginx
from tests.processes import PATIENCE
from tests.raw_http import connection, read_all, send_until_closed, status
from tests.server import Server, running_server

pytestmark = pytest.mark.one_database
MEGABYTE = 1_000_000
GET = b"GET /graphql?query={__typename} HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
ENDLESS = {
    "one header": (GET + b"X-A: ", b"a" * 8_192),
    "many headers": (GET, b"a:\r\n" * 2_048),
    "name of a header": (GET, b"a" * 8_192),
    "address": (b"GET /", b"a" * 8_192),
    "trailer": (CHUNKED + b"0\r\nX-A: ", b"a" * 8_192),
    "trailers": (CHUNKED + b"0\r\n", b"a:b\r\n" * 2_048),
    "chunk extension": (CHUNKED + b"5;", b"a" * 8_192),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that waits for a client for one second."""
    folder = tmp_path_factory.mktemp("limits")
    with running_server(folder, HEADER_SECONDS="1", BODY_SECONDS="1") as server:
        yield server


def serves(address: str) -> bool:
    """Return whether the server responds to another client."""
    response = httpx.post(
        f"{address}/graphql", json={"query": "{ school { name } }"}, timeout=PATIENCE
    )
    return response.status_code == 200 and "errors" not in response.json()


@pytest.mark.parametrize("part", ENDLESS)
def test_endless_head_does_not_fill_the_memory(server: Server, part: str) -> None:
    process = psutil.Process(server.process_id)
    before = process.memory_info().rss
    with connection(server.port) as client:
        sent = send_until_closed(client, *ENDLESS[part], most=100 * MEGABYTE)
        # The buffers of both sockets, and what arrives while the server responds.
        assert sent < 20 * MEGABYTE
        response = read_all(client)
    assert process.memory_info().rss - before < 20 * MEGABYTE
    # A client that is still sending can lose the response.
    assert response == b"" or status(response) == 431
    assert serves(server.address)


def test_head_above_the_limit_is_refused(server: Server) -> None:
    for size, expected in ((30_000, 200), (33_000, 431)):
        headers = {"X-A": "a" * size, "Accept": "application/json"}
        response = httpx.get(f"{server.address}/graphql?query={{__typename}}", headers=headers)
        assert response.status_code == expected
    body = {"query": "{ __typename }", "variables": {"a": "a" * 500_000}}
    large = httpx.post(f"{server.address}/graphql", json=body)
    assert large.json()["data"]


def test_others_are_served_while_many_send_half_a_head(server: Server) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(connection(server.port)) for _ in range(300)]
        for client in clients[1:]:
            client.sendall(GET)
        assert serves(server.address)
        silent, *half = [read_all(client) for client in clients]
        assert silent == b""
        assert {status(response) for response in half} == {408}
    assert serves(server.address)


def test_head_that_arrives_byte_by_byte_has_the_same_time(server: Server) -> None:
    with connection(server.port) as client:
        client.settimeout(0.05)
        response = b""
        for byte in (GET + b"X-A: " + b"a" * 10_000)[: 20 * PATIENCE]:
            try:
                client.sendall(bytes([byte]))
                response = client.recv(1_000)
                break
            except TimeoutError:
                continue
            except OSError:
                break
        assert response == b"" or status(response) == 408
        assert client.recv(1_000) == b""


@pytest.mark.parametrize(
    "rest", [b"Content-Length: 100\r\n\r\n{", b"Transfer-Encoding: chunked\r\n\r\n"]
)
def test_stalled_body_is_ended(server: Server, rest: bytes) -> None:
    with connection(server.port) as client:
        client.sendall(POST + rest)
        assert status(read_all(client)) == 408
    assert "Traceback" not in server.log.read_text()


def test_second_request_of_a_connection_has_the_same_limits(server: Server) -> None:
    for rest, expected in ((b"", 408), (b"X-A: " + b"a" * 40_000, 431)):
        with connection(server.port) as client:
            client.sendall(GET + b"\r\n")
            response = b""
            while b'"__typename"' not in response:
                part = client.recv(65_536)
                assert part, response
                response += part
            client.sendall(GET + rest)
            assert status(read_all(client)) == expected


def wait_for_log(server: Server, text: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while text not in server.log.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_client_that_reads_nothing_loses_its_connection(server: Server) -> None:
    # 5 MB. The kernel buffers less for a client with a small buffer.
    fields = "".join(f"a{number}:scheduleMatrix{{...F}}" for number in range(6))
    fragment = "fragment,F,on,ScheduleMatrix{rows{cells{id,status,updatedAt,period}}}"
    document = f"{{{fields}}}{fragment}".encode()
    request = GET.replace(b"{__typename}", document)
    request += f"Authorization: Bearer {server.token}\r\n\r\n".encode()
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
        client.connect(("127.0.0.1", server.port))
        client.sendall(request * 10)
        wait_for_log(server, "because of the limit send_time")
        assert client.recv(100).startswith(b"HTTP/1.1 200")


def test_endless_requests_without_reading_responses_are_refused(server: Server) -> None:
    with connection(server.port) as client:
        sent = send_until_closed(client, b"", (GET + b"\r\n") * 1_000, most=100 * MEGABYTE)
        assert sent < 20 * MEGABYTE
    wait_for_log(server, "because of the limit pipeline")
    assert serves(server.address)


def test_requests_sent_together_are_answered_in_order(server: Server) -> None:
    with connection(server.port) as client:
        client.sendall((GET + b"\r\n") * 9 + GET + b"Connection: close\r\n\r\n")
        assert read_all(client).count(b'{"data":{"__typename":"Query"}}') == 10


def test_idle_connection_outlives_the_head(server: Server) -> None:
    with httpx.Client(base_url=server.address, timeout=PATIENCE) as client:
        ports = set()
        for _ in range(2):
            response = client.get("/graphql", params={"query": "{__typename}"})
            ports.add(response.extensions["network_stream"].get_extra_info("client_addr")[1])
            time.sleep(1.5)
        assert len(ports) == 1


@pytest.mark.parametrize("stalled", [GET, POST + b"Content-Length: 100\r\n\r\n{"])
def test_stalled_client_does_not_delay_a_stop(stalled: bytes, tmp_path: Path) -> None:
    seconds = "300"
    limits = {"HEADER_SECONDS": seconds, "BODY_SECONDS": seconds}
    with running_server(tmp_path, **limits) as server, connection(server.port) as client:
        client.sendall(stalled)
        assert serves(server.address)
        psutil.Process(server.process_id).send_signal(signal.SIGTERM)
        assert status(read_all(client)) == 408
        psutil.Process(server.process_id).wait(PATIENCE)
        assert "Traceback" not in server.log.read_text()


def test_limits_behind_nginx(tmp_path: Path) -> None:
    """nginx keeps slow and endless heads away, and connections that were idle work."""
    with running_server(tmp_path) as server, nginx(tmp_path, server.port) as address:
        port = int(address.rpartition(":")[2])
        before = psutil.Process(server.process_id).memory_info().rss
        with connection(port) as client, ExitStack() as stack:
            half = [stack.enter_context(connection(port)) for _ in range(300)]
            for each in half:
                each.sendall(GET)
            # nginx responds, and then discards what still arrives.
            send_until_closed(client, GET, b"a:" + b"a" * 4_000 + b"\r\n", most=30 * MEGABYTE)
            assert serves(address)
            clients = [stack.enter_context(httpx.Client(base_url=address)) for _ in range(20)]
            for pause in (0, 5.2):
                time.sleep(pause)
                answers = [one.get("/graphql?query={__typename}") for one in clients]
                assert {answer.status_code for answer in answers} == {200}
        assert psutil.Process(server.process_id).memory_info().rss - before < 20 * MEGABYTE
