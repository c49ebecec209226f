"""Locks that a test waits for."""

from __future__ import annotations

import time

from django.db import connection

TIMEOUT_SECONDS = 20


def wait_for_a_blocked_writer() -> None:
    """Wait until a session waits for a lock."""
    until = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone() != (0,):
                return
        time.sleep(0.01)
    raise AssertionError("The second writer never waited for a lock.")
