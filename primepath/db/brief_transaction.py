"""A transaction for work that no response needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from django.db import DatabaseError, connection, transaction

# After a transaction that waited in vain, the next ones hardly wait. Otherwise each of many readers would wait.
_IN_VAIN_SECONDS = 1
_SHORT_MILLISECONDS = 1
_short_until = 0.0


@contextmanager
def brief_transaction(*, wait_milliseconds: int) -> Iterator[None]:
    """A transaction with statements that wait at most this long for a lock, and then raise `DatabaseError`.

    For a second after an error, the next ones in this process wait for a thousandth of a second.
    """
    global _short_until
    if monotonic() < _short_until:
        wait_milliseconds = _SHORT_MILLISECONDS
    try:
        with _waiting_at_most(wait_milliseconds):
            yield
    except DatabaseError:
        _short_until = monotonic() + _IN_VAIN_SECONDS
        raise


@contextmanager
def _waiting_at_most(milliseconds: int) -> Iterator[None]:
    database: Any = connection
    database.ensure_connection()
    if database.vendor == "postgresql":
        with transaction.atomic():
            with database.wrap_database_errors:
                database.then(f"SET LOCAL lock_timeout = {milliseconds:d}")
            yield
        return
    with database.waiting_at_most(milliseconds / 1_000), transaction.atomic():
        yield
