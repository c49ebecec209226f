"""A real server with a replica that is lost and comes back while people read."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from primepath.demo.accounts import HEAD_TEACHER, TEACHER
from tests.postgres_servers import PostgresServer
from tests.processes import PATIENCE, product_process

pytestmark = [pytest.mark.one_database, pytest.mark.slow]

MATRIX = "{ scheduleMatrix(academicYear: 2026) { rows { cells { status exams { name } } } } }"
NOTES = """
{ matrixCell(at: {classCode: "PRIMARY_1A", academicYear: 2026, period: JAN}) { notes } }
"""
CHANGE = """
mutation ($notes: String!) {
  updateCell(input: {cell: {at: {classCode: "PRIMARY_1A", academicYear: 2026, period: JAN}}, notes: $notes}) {
    userErrors { message }
  }
}
"""


def post(port: int, token: str, document: str, **variables: str) -> Any:
    """Return the data of a response that must have no errors."""
    client = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        client.request(
            "POST",
            "/graphql",
            json.dumps({"query": document, "variables": variables}),
            {"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
        )
        response = client.getresponse()
        body = response.read()
    finally:
        client.close()
    assert response.status == 200, body
    answer = json.loads(body)
    assert "errors" not in answer, answer
    return answer["data"]


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def end_at_once(server: PostgresServer) -> None:
    """End all processes of a server. Its connections are reset."""
    process = int((server.folder / "data" / "postmaster.pid").read_text().split()[0])
    os.kill(process, signal.SIGQUIT)


def test_readers_do_not_notice_that_a_replica_is_lost_and_returns(tmp_path: Path) -> None:
    primary, log = PostgresServer.new(tmp_path / "primary"), tmp_path / "log"
    with primary.running(), log.open("wb") as errors:
        primary.query("CREATE DATABASE primepath")
        url = primary.url("primepath")
        settings = {"PRIMEPATH_VAR_DIR": str(tmp_path), "DATABASE_POOL_SIZE": "2"}
        fill = ("-m", "tests.fill_demo")
        with product_process(
            *fill, database_url=url, errors=errors, environment=settings
        ) as filling:
            tokens = json.loads(filling.communicate()[0])
        standby = primary.standby(tmp_path / "standby")
        settings |= {"DATABASE_REPLICA_URLS": standby.url("primepath")}
        with product_process(
            *("-m", "tests.serve_demo"), database_url=url, errors=errors, environment=settings
        ) as server:
            assert server.stdout is not None
            port = int(server.stdout.readline())

            def used() -> int:
                return log.read_text().count("is used.")

            def left_out() -> int:
                return log.read_text().count("is left out")

            expected = post(port, tokens[TEACHER], MATRIX)
            with standby.running():
                wait_until(lambda: used() == 1)
                standby.query("SELECT pg_wal_replay_pause()")
                changed = post(port, tokens[HEAD_TEACHER], CHANGE, notes="new")
                assert changed == {"updateCell": {"userErrors": []}}
                assert post(port, tokens[HEAD_TEACHER], NOTES)["matrixCell"]["notes"] == "new"
                assert post(port, tokens[TEACHER], NOTES)["matrixCell"]["notes"] != "new"
                standby.query("SELECT pg_wal_replay_resume()")

                ended = threading.Event()

                def read_on() -> int:
                    count = 0
                    while not ended.is_set():
                        assert post(port, tokens[TEACHER], MATRIX) == expected
                        count += 1
                        time.sleep(0.02)
                    return count

                with ThreadPoolExecutor(6) as readers:
                    reading = [readers.submit(read_on) for _ in range(6)]
                    time.sleep(1)
                    end_at_once(standby)
                    wait_until(lambda: left_out() >= 2)
                    with standby.running():
                        wait_until(lambda: used() >= 2)
                        time.sleep(0.5)
                        ended.set()
                        assert all(each.result() > 5 for each in reading)
            assert post(port, tokens[TEACHER], NOTES)["matrixCell"]["notes"] == "new"
