"""Facts about the database that admission needs."""

from __future__ import annotations

from django.conf import settings


def concurrent_requests() -> int:
    """Return how many requests can run at the same time.

    On PostgreSQL, each running request uses a connection of the pool. More threads would wait for one while they count as running.
    """
    pool = settings.DATABASES["default"].get("OPTIONS", {}).get("pool")
    size: int = settings.REQUEST_THREADS
    return min(size, pool["max_size"]) if isinstance(pool, dict) else size
