"""Where data is kept: a SQLite file by default, whatever ``DATABASE_URL`` names otherwise.

With `primepath.settings` the only reader of the environment.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from primepath.environment import number, text

# Of processes that serve no requests; see `primepath.server.timeouts` for those that do.
_SQLITE_BUSY_SECONDS = 20
# Opening a file costs as much as three queries. The threads that requests are worked on in stay, and so do their connections.
_SQLITE_CONNECTION_SECONDS = 60
# Readers never wait for the writer (WAL); a commit survives the process, and the last ones may be lost with the
# machine's power (NORMAL); a transaction that will write takes its lock when it begins (IMMEDIATE), because one that
# upgrades a read lock later fails at once when somebody else wrote in between.
_SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": _SQLITE_BUSY_SECONDS,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-8000;",
}


def database(default_file: Path, wait_seconds: float) -> dict[str, Any]:
    """Django's settings of the database, from the environment. A request waits ``wait_seconds`` for a free connection.

    ``DATABASE_URL``: ``postgresql://user:password@host/name`` or ``sqlite:///path``; without it, ``default_file``.
    ``DATABASE_POOL_SIZE``: the connections a process may hold to PostgreSQL, 4 by default; each request in flight that
    reads the database holds one.

    Raises `ImproperlyConfigured` for a database that is neither SQLite nor PostgreSQL.
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
            # Connections go back to the pool after each request; Django refuses both kinds of keeping at once.
            config["CONN_MAX_AGE"] = 0
            # A server that was restarted has closed the connections that lie in the pool.
            config["CONN_HEALTH_CHECKS"] = True
        case engine:
            raise ImproperlyConfigured(
                f"DATABASE_URL names {engine}; PrimePath runs on SQLite and PostgreSQL."
            )
    return {**config, "OPTIONS": options}


def cache(name: str, *, most_entries: int) -> dict[str, Any]:
    """Django's settings of the cache of this name: Redis where ``REDIS_URL`` is set, else the process itself.

    A Redis that is down counts as an empty cache. In the process, ``most_entries`` are kept.
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
        "OPTIONS": {"MAX_ENTRIES": most_entries},
    }


def caches() -> dict[str, Any]:
    """Django's settings of all caches."""
    return {
        # Every class of a large school, in several years.
        "default": cache("primepath", most_entries=20_000),
        "persisted_queries": cache("primepath.persisted", most_entries=2_000),
    }
