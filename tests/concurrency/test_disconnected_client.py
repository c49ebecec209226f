"""A client that disconnects in the middle: its operation ends, nothing is left, and others get their responses."""

from __future__ import annotations

import json
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from primepath.models import ExamScheduleMatrix
from primepath.services.accounts.tokens import create_token
from tests.factories import YEAR, make_classes, make_teacher
from tests.log_lines import REQUESTS, log_lines
from tests.processes import product_process

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 20
DOCUMENT = """
query %s {
  scheduleMatrix(academicYear: %d) {
    rows { curriculum { label } cells { id status exams { name } completion { totalSessions } } }
  }
}
"""
TOKEN, CLASSES, CELLS, EXAMS = (
    f"primepath_{name}" for name in ("apitoken", "schoolclass", "examschedulematrix", "exam")
)


class Server:
    """A running server of the product."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = self._client.get("/state").json()
        return state

    def execute(self, name: str) -> Any:
        return self._client.post("/graphql", content=_body(name), headers=self._headers).json()

    def execute_and_disconnect(self, name: str, when: Callable[[], bool]) -> None:
        """Send the operation, and close the connection at the given time without a response."""
        body = _body(name)
        headers = {**self._headers, "Host": "127.0.0.1", "Content-Length": str(len(body))}
        head = "\r\n".join(f"{name}: {value}" for name, value in headers.items())
        with socket.create_connection(("127.0.0.1", self._port), timeout=PATIENCE) as client:
            client.sendall(f"POST /graphql HTTP/1.1\r\n{head}\r\n\r\n".encode() + body)
            wait_until(when)


def _body(name: str) -> bytes:
    document = DOCUMENT % (name, YEAR)
    return json.dumps({"query": document, "operationName": name}).encode()


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "It never happened."
        time.sleep(0.01)


@pytest.fixture
def server(
    shared_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Server]:
    """A server that logs nothing except requests, from start to shutdown."""
    monkeypatch.setenv("DATABASE_POOL_SIZE", "2")
    # With kept answers, another statement authenticates the request.
    monkeypatch.setenv("ANSWER_CACHE_BYTES", "0")
    make_classes(2)
    token, _ = create_token(user=make_teacher(head=True).user, name="test")
    log = tmp_path / "errors"
    with (
        log.open("wb") as errors,
        product_process(
            "-m", "tests.concurrency.slow_server", database_url=shared_database, errors=errors
        ) as process,
    ):
        assert process.stdout is not None
        port = process.stdout.readline()
        assert port, log.read_text()
        with Server(int(port), token) as running:
            yield running
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) in {0, -signal.SIGTERM}
    assert [line for line in log_lines(log) if line["logger"] != REQUESTS] == []


@pytest.mark.parametrize(
    ("slow", "did"),
    [
        (CLASSES, [f"SELECT {CLASSES}"]),
        # One batch reads cells and their exams.
        (CELLS, [f"SELECT {CLASSES}", f"SELECT {CELLS}", f"SELECT {EXAMS}"]),
    ],
)
def test_operation_of_a_disconnected_client_ends_before_its_next_batch(
    server: Server, slow: str, did: list[str]
) -> None:
    begun = len(server.state()["did"])
    disconnect(server, slow)
    assert server.state()["did"][begun:] == [f"SELECT {TOKEN}", *did, "ClientDisconnectedError"]
    assert ExamScheduleMatrix.objects.count() == 0


def test_disconnected_clients_leave_nothing_and_others_get_responses(server: Server) -> None:
    assert "errors" not in server.execute("Before")
    before = server.state()
    # More than the pool has connections.
    for slow in [CLASSES, CELLS] * 3:
        disconnect(server, slow)
    wait_until(lambda: nothing_left(server.state(), than=before))
    answer = server.execute("After")
    assert "errors" not in answer
    assert len(answer["data"]["scheduleMatrix"]["rows"]) == 2


def disconnect(server: Server, slow: str) -> None:
    """Disconnect while the table is read, and return when the operation has ended."""
    begun = len(server.state()["did"])
    server.execute_and_disconnect(
        f"Slow_{slow}", lambda: f"SELECT {slow}" in server.state()["did"][begun:]
    )
    wait_until(lambda: "ClientDisconnectedError" in server.state()["did"][begun:])


def nothing_left(state: dict[str, Any], *, than: dict[str, Any]) -> bool:
    assert than["loops"] == 0
    return all(state[name] <= than[name] for name in ("loops", "tasks", "threads"))
