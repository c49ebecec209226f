"""On PostgreSQL, the event loop sends kept answers itself. So they need no thread, and they return after a lost connection."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle

import psycopg
import pytest
from django.conf import settings

from tests.answer_cache.servers import Servers
from tests.answer_cache.test_hits import fresh, is_hit
from tests.processes import PATIENCE

pytestmark = pytest.mark.skipif(
    settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"), reason="PostgreSQL only."
)
# One for each connection of the pool. Further readers wait for a thread.
THREADS = 4
READERS = 12
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def keep(servers: Servers, query: str, token: str) -> None:
    """Ask until the answer is sent again."""
    deadline = time.monotonic() + PATIENCE
    while not is_hit(servers, query, token=token):
        assert time.monotonic() < deadline


def wait_until_all_threads_wait(servers: Servers) -> None:
    deadline = time.monotonic() + PATIENCE
    while servers.sql(WAITING) != [(THREADS,)]:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_kept_answer_needs_no_thread(servers: Servers) -> None:
    query, token = fresh(), servers.tokens["head"]
    keep(servers, query, token)
    hits = servers.cached.answers()["hit"]
    with (
        ThreadPoolExecutor(READERS) as readers,
        psycopg.connect(servers.database_url) as session,
    ):
        session.execute("LOCK TABLE primepath_examschedulematrix IN ACCESS EXCLUSIVE MODE")
        waiting = [
            readers.submit(servers.cached.ask, fresh(), token=token)
            for _, token in zip(range(READERS), cycle(servers.tokens.values()))
        ]
        wait_until_all_threads_wait(servers)
        servers.cached.ask(query, token=token)
        assert servers.sql(WAITING) == [(THREADS,)]
        session.rollback()
        assert {each.result().status for each in waiting} <= {200, 503}
    assert servers.cached.answers()["hit"] == hits + 1


def test_hits_go_on_after_the_connections_were_lost(servers: Servers) -> None:
    query, token = fresh(), servers.tokens["head"]
    keep(servers, query, token)
    servers.sql(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    keep(servers, query, token)
    assert servers.cached.statements() == 1
