"""A real server with a slow database: every request ends in time, with a readable error."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import httpx
import psycopg
import pytest
from django.db import connection

from tests.databases import postgresql_url
from tests.server import Server, running_server

PATIENCE = 30
CELL = "MatrixCell:PRIMARY_1A/2026/JUL"
UPDATE = """
mutation ($cell: ID!, $notes: String) {
  updateCell(input: { cell: { id: $cell }, notes: $notes }) { cell { notes } userErrors { code } }
}
"""
CELLS = "{ programs { name } scheduleMatrix { rows { cells { id status } } } }"
SIGN_IN = 'mutation { signIn(input: { username: "teacher", password: "wrong" }) { token } }'
# Many batches. Each waits for a lock for two fifths of STATEMENT_SECONDS.
EVERYTHING = """
{
  programs { name } scheduleMatrix { rows { canEdit } } exams { totalCount } classAccessRequests { totalCount }
  pending: classAccessRequests(status: PENDING) { totalCount }
  approved: classAccessRequests(status: APPROVED) { totalCount }
  denied: classAccessRequests(status: DENIED) { totalCount }
}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(
        tmp_path_factory.mktemp("slow"),
        OPERATION_SECONDS="2",
        STATEMENT_SECONDS="1",
        DATABASE_POOL_SIZE="1",
    ) as running:
        yield running


@contextmanager
def locked(server: Server, *tables: str) -> Iterator[None]:
    """Lock the tables against all other readers; on SQLite, against all other writers."""
    if server.database_url.startswith("sqlite"):
        with closing(
            sqlite3.connect(server.database_url.removeprefix("sqlite:///"), isolation_level=None)
        ) as file:
            file.execute("BEGIN IMMEDIATE")
            yield
            file.execute("ROLLBACK")
        return
    with psycopg.connect(server.database_url) as session:
        names = ", ".join(f"primepath_{table}" for table in tables)
        session.execute(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE".encode())
        yield
        session.rollback()


def execute(server: Server, document: str, **variables: Any) -> httpx.Response:
    return httpx.post(
        f"{server.address}/graphql",
        json={"query": document, "variables": variables},
        headers={"Authorization": f"Bearer {server.token}"},
        timeout=PATIENCE,
    )


def execute_without_lock(server: Server, document: str, **variables: Any) -> Any:
    """Execute a document that waits for no lock. Retry it while a busy machine takes longer than the server's limit."""
    deadline = time.monotonic() + PATIENCE
    while "TIMEOUT" in errors(response := execute(server, document, **variables)).values():
        assert time.monotonic() < deadline
    return response.json()


def errors(response: httpx.Response) -> dict[str, str]:
    return {
        ".".join(map(str, each["path"])): each["extensions"]["code"]
        for each in response.json().get("errors", [])
    }


def test_change_that_waits_for_a_lock_times_out(server: Server) -> None:
    before = execute_without_lock(server, UPDATE, cell=CELL, notes="before")
    assert before["data"]["updateCell"]["userErrors"] == []
    with locked(server, "examschedulematrix"):
        response = execute(server, UPDATE, cell=CELL, notes="while it was locked")
    assert response.json()["data"] == {"updateCell": None}
    assert errors(response) == {"updateCell": "TIMEOUT"}
    (error,) = response.json()["errors"]
    assert error["extensions"]["retryAfterSeconds"] == 1
    after = execute_without_lock(
        server, f'{{ node(id: "{CELL}") {{ ... on MatrixCell {{ notes }} }} }}'
    )
    assert after["data"]["node"] == {"notes": "before"}
    assert "database lock: " in server.log.read_text()
    again = execute_without_lock(server, UPDATE, cell=CELL, notes="")
    assert again["data"]["updateCell"] == {"cell": {"notes": ""}, "userErrors": []}


def test_only_fields_that_wait_for_a_lock_fail(server: Server) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("On SQLite readers never wait.")
    with locked(server, "examschedulematrix"):
        response = execute(server, CELLS)
    assert errors(response) == {"scheduleMatrix.rows.0.cells": "TIMEOUT"}
    assert "locked by another change" in response.json()["errors"][0]["message"]
    assert response.json()["data"]["scheduleMatrix"] is None
    assert response.json()["data"]["programs"]
    assert "errors" not in execute_without_lock(server, CELLS)


def test_operation_starts_no_batch_after_its_time_limit(server: Server) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("On SQLite readers never wait.")
    with locked(server, "program", "schoolclass", "exam", "classaccessrequest"):
        response = execute(server, EVERYTHING)
    assert set(errors(response).values()) == {"TIMEOUT"}
    messages = [each["message"] for each in response.json()["errors"]]
    assert {each.split(" ")[1] for each in messages} == {"database", "operation"}
    assert any("exceeded its 2-second limit" in each for each in messages)


def test_request_without_a_thread_or_a_connection_should_be_retried(server: Server) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has no pool.")
    answers: list[httpx.Response] = []
    with locked(server, "program", "schoolclass", "exam", "classaccessrequest"):
        first = threading.Thread(target=lambda: answers.append(execute(server, EVERYTHING)))
        first.start()
        wait_until_a_statement_waits(server)
        response = execute(server, "{ viewer { username } }")
        # Passwords have threads of their own, but no connections of their own.
        sign_in = execute(server, SIGN_IN)
        first.join(PATIENCE)
    assert response.status_code == 503
    seconds = int(response.headers["Retry-After"])
    assert 1 <= seconds <= 5
    assert response.headers["Content-Type"].startswith("application/json")
    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": "OVERLOADED", "retryAfterSeconds": seconds}
    assert sign_in.status_code == 503
    assert sign_in.headers["Retry-After"] == "1"
    (error,) = sign_in.json()["errors"]
    assert error["extensions"] == {"code": "OVERLOADED", "retryAfterSeconds": 1}
    assert "no free connection" in error["message"]
    assert "database pool: " in server.log.read_text()
    assert set(errors(answers[0]).values()) == {"TIMEOUT"}
    assert "errors" not in execute_without_lock(server, "{ viewer { username } }")


def wait_until_a_statement_waits(server: Server) -> None:
    deadline = time.monotonic() + PATIENCE
    with psycopg.connect(server.database_url, autocommit=True) as session:
        while not session.execute(
            "SELECT 1 FROM pg_locks WHERE NOT granted AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database())"
        ).fetchone():
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_database_that_is_away_is_unavailable_until_it_is_back(server: Server) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite is a file.")
    with database_away(server):
        response = execute(server, "{ viewer { username } }")
        assert response.status_code == 503
        # A random time, if the process knew already that the database is away.
        seconds = int(response.headers["Retry-After"])
        assert 1 <= seconds <= 5
        (error,) = response.json()["errors"]
        assert error["extensions"] == {"code": "UNAVAILABLE", "retryAfterSeconds": seconds}
        assert error["message"] == (
            "The server has no connection to its database. Try again later."
        )
        assert "not currently accepting connections" in server.log.read_text()
        # What needs no database is not affected.
        school = httpx.post(f"{server.address}/graphql", json={"query": "{ school { name } }"})
        assert school.json()["data"]["school"]["name"]
    deadline = time.monotonic() + PATIENCE
    while execute(server, "{ viewer { username } }").status_code != 200:
        assert time.monotonic() < deadline


@contextmanager
def database_away(server: Server) -> Iterator[None]:
    """Close all connections to the database in the block, and refuse new ones."""
    name = server.database_url.partition("?")[0].rpartition("/")[2]
    statement = f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS '
    with psycopg.connect(postgresql_url("postgres"), autocommit=True) as session:
        session.execute(f"{statement} false".encode())
        try:
            session.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
            )
            yield
        finally:
            session.execute(f"{statement} true".encode())
