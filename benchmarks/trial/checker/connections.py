"""Find database sessions that are left over."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

import psycopg

_PATIENCE_SECONDS = 2
_BUSY = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
AND backend_type = 'client backend' AND state <> 'idle'
"""


def busy_sessions(database_url: str) -> int:
    """Return how many sessions still have an open transaction or statement after 2 seconds without load.

    On SQLite this is 1 if something still holds the lock of writers.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while (count := _count(database_url)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return count


def _count(database_url: str) -> int:
    if database_url.startswith("sqlite:///"):
        file = database_url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return 1
            return 0
    with psycopg.connect(database_url, connect_timeout=5) as session:
        row = session.execute(_BUSY).fetchone()
        return row[0] if row else 0
