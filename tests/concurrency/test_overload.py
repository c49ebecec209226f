"""A real server with more clients than it can serve: it serves some, and refuses others immediately."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.concurrency.flood import Client, Response, flood
from tests.concurrency.no_database import server_without_database
from tests.concurrency.test_slow_database import CELL, UPDATE, locked
from tests.log_lines import request_facts
from tests.processes import PATIENCE
from tests.server import Server, running_server

CELLS = "{ scheduleMatrix { rows { schoolClass { code } cells { id status exams { name } } } } }"
VIEWER = "{ viewer { username } }"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(
        tmp_path_factory.mktemp("overload"),
        OPERATION_SECONDS="4",
        STATEMENT_SECONDS="3",
        # Kept answers would be too cheap to overload the server.
        ANSWER_CACHE_BYTES="0",
    ) as running:
        yield running


def assert_refused(response: Response, code: str) -> None:
    assert response.status == 503
    (error,) = response.body["errors"]
    assert error["extensions"]["code"] == code
    assert str(error["extensions"]["retryAfterSeconds"]) == response.headers["retry-after"]
    assert 1 <= int(response.headers["retry-after"]) <= 5


def refusals(address: str) -> float:
    """Return the number of requests that were refused without running."""
    text = httpx.get(f"{address}/metrics", timeout=PATIENCE).text
    return sum(
        map(float, re.findall(r"^primepath_refusals_total\{.*\} (\S+)$", text, re.MULTILINE))
    )


def test_flood_is_served_in_part_and_refused_in_part(server: Server) -> None:
    tokens = list(server.tokens.values())
    expected = flood(server.port, [server.token], CELLS, clients=1)[0]
    assert expected.status == 200
    responses = flood(server.port, [server.token], CELLS, clients=300, requests=2)
    served = [each for each in responses if each.status == 200]
    refused = [each for each in responses if each.status != 200]
    assert served
    assert refused
    assert all(each.body == expected.body for each in served)
    for each in refused:
        assert_refused(each, "OVERLOADED")
    # The server is normal again, for everyone.
    deadline = time.monotonic() + PATIENCE
    while {each.status for each in flood(server.port, tokens, VIEWER, clients=20)} != {200}:
        assert time.monotonic() < deadline
    log = server.log.read_text()
    assert re.search(r"Refused \d+ requests: .*(queue|waited)/read=", log)
    # Each request has a line, whether it ran or not.
    facts = request_facts(server.log, *(each.headers["x-request-id"] for each in refused))
    errors = Counter(code for each in facts.values() for code in each.get("errors", ()))
    assert errors["OVERLOADED"] >= len(refused)
    assert any(each.get("queue_ms", 0) > 0 for each in facts.values())


def test_clients_that_leave_while_they_wait_leave_nothing(server: Server) -> None:
    async def leave(count: int) -> None:
        for _ in range(count):
            async with Client(server.port, server.token) as client:
                client.send(CELLS)
                await asyncio.sleep(0)

    async def run() -> None:
        await asyncio.gather(*(leave(3) for _ in range(100)))

    asyncio.run(run())
    deadline = time.monotonic() + PATIENCE
    while Counter(
        each.status for each in flood(server.port, [server.token], VIEWER, clients=20)
    ) != {200: 20}:
        assert time.monotonic() < deadline
    assert "Traceback" not in server.log.read_text()


def test_reads_continue_while_writes_wait_for_a_lock(server: Server) -> None:
    """On PostgreSQL, writes would use all connections of the pool."""

    async def run() -> list[Response]:
        async with asyncio.TaskGroup() as group:
            for _ in range(12):
                group.create_task(change())
            await asyncio.sleep(0.3)
            async with Client(server.port, server.token) as client:
                return [await client.execute(VIEWER) for _ in range(20)]

    async def change() -> None:
        async with Client(server.port, server.token) as client:
            response = await client.execute(UPDATE, cell=CELL, notes="locked")
        assert response.status in {200, 503}

    with locked(server, "examschedulematrix"):
        responses = asyncio.run(run())
    assert [each.status for each in responses] == [200] * 20
    # A read that waited for a write would take 3 seconds.
    assert sorted(each.seconds for each in responses)[10] < 1


def test_requests_are_refused_without_a_thread_while_the_database_is_away(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with server_without_database(tmp_path, log) as port:
        address = f"http://127.0.0.1:{port}"
        before = refusals(address)
        responses = flood(port, ["token"], VIEWER, clients=400)
        for response in responses:
            assert_refused(response, "UNAVAILABLE")
        # None of them took a thread, and each has a line under the id of its response.
        assert refusals(address) == before + len(responses)
        facts = request_facts(log, *(each.headers["x-request-id"] for each in responses))
        for response in responses:
            assert facts[response.headers["x-request-id"]]["errors"] == ["UNAVAILABLE"]
        assert httpx.get(f"{address}/static/pages/base.css", timeout=PATIENCE).status_code == 200
        assert flood(port, [""], "{ school { name } }", clients=1)[0].status == 200
        browser = {"Accept": "text/html", "Cookie": f"sessionid={'x' * 32}"}
        page = httpx.get(f"{address}/admin/", headers=browser, timeout=PATIENCE)
        assert page.status_code == 503
        assert "no connection to its database" in page.text
