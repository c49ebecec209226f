"""``/healthz`` and ``/readyz``, also while the database is away, hangs or lacks a migration."""

from __future__ import annotations

import asyncio
import json
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from django.db import connection

from primepath.server.draining import draining
from primepath.server.monitoring.health import Health
from tests.processes import PATIENCE
from tests.server import Server, running_server

OUTSIDE = {"X-Forwarded-For": "203.0.113.5"}
TOKEN = "wq1mT8sV0yZk3uRb6cXe9hJp2nLd5gAf"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("health")
    options = {"HTTPS": "1", "MONITORING_TOKEN": TOKEN, "DATABASE_POOL_SIZE": "1"}
    with running_server(folder, **options) as server:
        yield server


def probe(server: Server, path: str = "/readyz", **options: Any) -> httpx.Response:
    return httpx.get(f"{server.address}{path}", timeout=PATIENCE, **options)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def execute(server: Server, statement: Any, *values: str) -> None:
    if connection.vendor == "postgresql":
        with psycopg.connect(server.database_url) as session:
            session.execute(statement.replace("?", "%s"), values)
        return
    file = server.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(file)) as database, database:
        database.execute(statement, values)


def test_running_server_is_alive_and_ready(server: Server) -> None:
    for path, state in (("/healthz", "alive"), ("/readyz", "ready")):
        for headers in ({}, OUTSIDE, {"Host": "10.1.2.3:8000"}):
            response = probe(server, path, headers=headers)
            assert (response.status_code, response.json()) == (200, {"status": state})
            assert response.headers["Cache-Control"] == "no-store"
        assert httpx.head(f"{server.address}{path}").text == ""
        assert httpx.post(f"{server.address}{path}").headers["Allow"] == "GET, HEAD"
    assert probe(server, "/healthz/").status_code == 301


def test_checks_take_no_connection_from_the_pool(server: Server) -> None:
    headers = {"Authorization": f"Bearer {server.token}", "X-Forwarded-Proto": "https"}
    document = {"query": "{ viewer { username } }"}
    for _ in range(2):
        assert probe(server).status_code == 200
        # The next probe starts another check, in another thread.
        time.sleep(1.1)
        answer = httpx.post(
            f"{server.address}/graphql", json=document, headers=headers, timeout=PATIENCE
        )
        assert answer.json() == {"data": {"viewer": {"username": "head"}}}


def test_missing_migration_is_named_to_those_who_monitor(server: Server) -> None:
    name = ("primepath", "0001_initial")
    execute(server, "UPDATE django_migrations SET app = ? WHERE app = ?", "away", name[0])
    try:
        wait_until(lambda: probe(server).status_code == 503)
        inside = probe(server)
        problem = inside.json()["problems"]["migrations"]
        assert problem.startswith("Not applied: primepath.0")
        outside = probe(server, headers=OUTSIDE)
        assert (outside.status_code, outside.json()) == (503, {"status": "not ready"})
        token = probe(server, headers={**OUTSIDE, "Authorization": f"Bearer {TOKEN}"})
        assert token.json() == inside.json()
        assert probe(server, "/healthz").status_code == 200
    finally:
        execute(server, "UPDATE django_migrations SET app = ? WHERE app = ?", name[0], "away")
    wait_until(lambda: probe(server).status_code == 200)


def test_migration_of_a_newer_version_does_not_matter(server: Server) -> None:
    # During an upgrade, old processes serve from the new tables.
    statement = "INSERT INTO django_migrations (app, name, applied) VALUES (?, ?, ?)"
    execute(server, statement, "primepath", "9999_newer", "2026-01-01 00:00:00+00:00")
    time.sleep(1.1)
    assert probe(server).status_code == 200


@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_check_that_waits_for_a_lock_is_ended_and_the_next_one_succeeds(server: Server) -> None:
    with psycopg.connect(server.database_url) as database:
        database.execute("LOCK TABLE django_migrations IN ACCESS EXCLUSIVE MODE")
        time.sleep(1.1)
        response = probe(server)
        assert response.status_code == 503
        assert response.json() == {
            "status": "not ready",
            "problems": {"database": "canceling statement due to lock timeout"},
        }
    wait_until(lambda: probe(server).status_code == 200)


@pytest.mark.one_database
def test_frozen_database_delays_no_probe_and_gets_one_connection(tmp_path: Path) -> None:
    """The database accepts connections, but never responds."""
    accepted: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as frozen, ThreadPoolExecutor(20) as threads:

        def accept() -> None:
            while True:
                try:
                    accepted.append(frozen.accept()[0])
                except OSError:
                    return

        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        url = f"postgresql://primepath@127.0.0.1:{frozen.getsockname()[1]}/primepath"
        with running_server(
            tmp_path, DATABASE_URL=url, REQUEST_THREADS="2", STATEMENT_SECONDS="1"
        ) as server:
            responses = list(threads.map(lambda _: probe(server), range(20)))
            assert {response.status_code for response in responses} == {503}
            assert len({response.text for response in responses}) == 1
            assert "database" in responses[0].json()["problems"]
            assert len(accepted) == 1
            # All threads wait for a connection of the pool.
            documents = {"query": "{ viewer { username } }"}
            headers = {"Authorization": "Bearer ppt_unknown"}
            for _ in range(4):
                threads.submit(
                    httpx.post,
                    f"{server.address}/graphql",
                    json=documents,
                    headers=headers,
                    timeout=PATIENCE,
                )
            for _ in range(5):
                assert probe(server, "/healthz").status_code == 200
            assert probe(server).status_code == 503
        frozen.shutdown(socket.SHUT_RDWR)
        accepting.join(PATIENCE)
        for each in accepted:
            each.close()


@pytest.mark.one_database
def test_database_that_is_away_is_named(tmp_path: Path) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
        url = f"postgresql://primepath:hunter2@127.0.0.1:{port}/primepath"
        with running_server(tmp_path, DATABASE_URL=url) as server:
            response = probe(server)
            assert response.status_code == 503
            assert "refused" in response.json()["problems"]["database"]
            assert "hunter2" not in response.text
            assert probe(server, "/healthz").status_code == 200


@pytest.mark.one_database
def test_server_that_stops_is_not_ready() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def ask() -> None:
        scope = {"type": "http", "path": "/readyz", "root_path": "", "method": "GET"}
        scope |= {"client": ("127.0.0.1", 1), "headers": []}  # type: ignore[dict-item]
        await Health(None)(scope, None, send)

    draining.set()
    try:
        asyncio.run(ask())
    finally:
        draining.clear()
    assert sent[0]["status"] == 503
    assert json.loads(sent[1]["body"])["problems"] == {"server": "The server is stopping."}
