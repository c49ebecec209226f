"""Database and cache settings: ``DATABASE_URL`` or a SQLite file, ``REDIS_URL`` or the memory of the process.

Only this module and `primepath.settings` read environment variables.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from primepath.environment import number, text

# For commands. `primepath.server.timeouts` sets the timeout of processes that serve requests.
_SQLITE_BUSY_SECONDS = 20
# Opening the file costs as much as three queries. The threads that handle requests are reused, so their connections are too.
_SQLITE_CONNECTION_SECONDS = 60
# WAL: readers never wait for the writer.
# NORMAL: a commit survives a crash of the process. The last commits can be lost in a power failure.
# IMMEDIATE: a transaction that will write takes its lock when it begins. If it upgraded a read lock later, it would
# fail immediately whenever another connection had written in between.
_SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": _SQLITE_BUSY_SECONDS,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-8000;",
}


def database(default_file: Path, wait_seconds: float) -> dict[str, Any]:
    """Return Django's database settings. A request waits at most ``wait_seconds`` for a free connection.

    ``DATABASE_URL``: ``postgresql://user:password@host/name`` or ``sqlite:///path``. Defaults to ``default_file``.
    ``DATABASE_POOL_SIZE``: maximum number of PostgreSQL connections of a process. Defaults to 4. Each running request
    that reads the database uses one.

    Raise `ImproperlyConfigured` if the database is neither SQLite nor PostgreSQL.
    """
    url = text("DATABASE_URL") or f"sqlite:///{default_file}"
    config: dict[str, Any] = dict(dj_database_url.parse(url))
    options = dict(config.get("OPTIONS", {}))
    match config["ENGINE"]:
        case "django.db.backends.sqlite3":
            Path(config["NAME"]).parent.mkdir(parents=True, exist_ok=True)
            options = {**_SQLITE_OPTIONS, **options}
            config["CONN_MAX_AGE"] = _SQLITE_CONNECTION_SECONDS
        case "django.db.backends.postgresql":
            pool_size = number("DATABASE_POOL_SIZE", 4)
            pool = {
                "min_size": min(2, pool_size),
                "max_size": pool_size,
                "timeout": wait_seconds,
            }
            options = {"pool": pool, **options}
            # Connections return to the pool after each request. Django does not allow a pool and a maximum age together.
            config["CONN_MAX_AGE"] = 0
            # After a restart of PostgreSQL, the connections in the pool are closed.
            config["CONN_HEALTH_CHECKS"] = True
        case engine:
            raise ImproperlyConfigured(
                f"DATABASE_URL names {engine}; PrimePath runs on SQLite and PostgreSQL."
            )
    return {**config, "OPTIONS": options}


def cache(name: str, *, max_entries: int) -> dict[str, Any]:
    """Return Django's settings of a cache: Redis if ``REDIS_URL`` is set, otherwise the memory of the process.

    If Redis is down, the cache is empty. ``max_entries`` limits the cache in memory only.
    """
    if url := text("REDIS_URL"):
        return {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": url,
            "KEY_PREFIX": name,
            "OPTIONS": {
                "IGNORE_EXCEPTIONS": True,
                "SOCKET_CONNECT_TIMEOUT": 0.5,
                "SOCKET_TIMEOUT": 0.5,
            },
        }
    return {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": name,
        "OPTIONS": {"MAX_ENTRIES": max_entries},
    }


def caches() -> dict[str, Any]:
    """Return Django's settings of all caches."""
    return {
        # Enough for every class of a large school in several years.
        "default": cache("primepath", max_entries=20_000),
        "persisted_queries": cache("primepath.persisted", max_entries=2_000),
    }
