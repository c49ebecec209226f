"""Readers of cells that are not stored yet do not wait while a writer has the lock that storing them needs."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from django.db import DatabaseError, connection

from primepath.db import brief_transaction as module
from primepath.db.brief_transaction import brief_transaction
from tests.server import Server, running_server

READERS = 40
# If readers waited, each would wait for the whole test.
LIMITS = {
    "STATEMENT_SECONDS": "60",
    "OPERATION_SECONDS": "60",
    "PROXY_SECONDS": "300",
    "KEEP_ALIVE_SECONDS": "400",
}
PATIENCE = 50
YEAR = 2034
CELLS = "query ($code: String!) { scheduleMatrix(academicYear: %d, classCodes: [$code]) { rows { cells { id status version } } } }"
CLASSES = "{ scheduleMatrix { rows { schoolClass { code } } } }"


@contextmanager
def writer(url: str) -> Iterator[Any]:
    """Have the lock in the block: of all writers on SQLite, of the table on PostgreSQL."""
    if url.startswith("sqlite"):
        session: Any = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        session.execute("BEGIN IMMEDIATE")
    else:
        session = psycopg.connect(url)
        session.execute("LOCK TABLE primepath_examschedulematrix IN SHARE MODE")
    try:
        yield session
        session.rollback()
    finally:
        session.close()


def number_of_cells(url: str) -> int:
    count = f"SELECT count(*) FROM primepath_examschedulematrix WHERE academic_year = {YEAR}"
    connect: Any = sqlite3.connect if url.startswith("sqlite") else psycopg.connect
    session = connect(url.removeprefix("sqlite:///"))
    ((number,),) = session.execute(count).fetchall()
    session.close()
    return int(number)


def ask(server: Server, document: str, **variables: Any) -> Any:
    response = httpx.post(
        f"{server.address}/graphql",
        json={"query": document, "variables": variables},
        headers={"Authorization": f"Bearer {server.token}"},
        timeout=PATIENCE,
    )
    assert response.status_code == 200
    assert "errors" not in response.json()
    return response.json()["data"]


@pytest.mark.slow
def test_readers_do_not_wait_for_a_writer(tmp_path: Path) -> None:
    with running_server(tmp_path, **LIMITS, REQUESTS_PER_CALLER=str(READERS)) as server:
        rows = ask(server, CLASSES)["scheduleMatrix"]["rows"]
        codes = [row["schoolClass"]["code"] for row in rows][:READERS]
        assert len(codes) == READERS

        def read(code: str) -> Any:
            return ask(server, CELLS % YEAR, code=code)["scheduleMatrix"]["rows"][0]["cells"]

        with writer(server.database_url), ThreadPoolExecutor(READERS) as threads:
            begun = time.monotonic()
            unstored = list(threads.map(read, codes))
            seconds = time.monotonic() - begun
        assert seconds < PATIENCE / 2
        assert [len(cells) for cells in unstored] == [16] * READERS
        assert {(cell["status"], cell["version"]) for cells in unstored for cell in cells} == {
            ("EMPTY", 0)
        }
        assert number_of_cells(server.database_url) == 0
        # A later reader stores them, and they are the same.
        assert [read(code) for code in codes] == unstored
        assert number_of_cells(server.database_url) == 16 * READERS


@pytest.mark.django_db(transaction=True)
def test_after_a_wait_in_vain_the_next_ones_hardly_wait(
    shared_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[str] = []

    def store() -> None:
        table = "primepath_program"
        with brief_transaction(wait_milliseconds=50), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SHOW lock_timeout")
                waits.append(cursor.fetchone()[0])
                cursor.execute(f"LOCK TABLE {table}")
            else:
                waits.append(f"{round(1_000 * connection._wait)}ms")  # type: ignore[attr-defined]

    def time_passes(seconds: float) -> None:
        now = time.monotonic() + seconds
        monkeypatch.setattr(module, "monotonic", lambda: now)

    monkeypatch.setattr(module, "_short_until", 0.0)
    store()
    with pytest.raises(DatabaseError), brief_transaction(wait_milliseconds=50):
        raise DatabaseError("in vain")
    store()
    time_passes(module._IN_VAIN_SECONDS + 1)
    store()
    assert waits == ["50ms", "1ms", "50ms"]
