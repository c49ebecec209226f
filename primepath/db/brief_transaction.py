"""A transaction for work in the background."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction


@contextmanager
def brief_transaction(*, wait_milliseconds: int) -> Iterator[None]:
    """A transaction with statements that wait at most this long for a lock, and then raise `DatabaseError`."""
    connection.ensure_connection()
    session: Any = connection.connection
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.wrap_database_errors:
            session.execute(f"SET LOCAL lock_timeout = {wait_milliseconds:d}")
            yield
        return
    ((usual,),) = session.execute("PRAGMA busy_timeout").fetchall()
    session.execute(f"PRAGMA busy_timeout = {wait_milliseconds:d}")
    try:
        with transaction.atomic():
            yield
    finally:
        session.execute(f"PRAGMA busy_timeout = {usual:d}")
