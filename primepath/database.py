"""Database and cache settings: ``DATABASE_URL`` or a SQLite file, its replicas, ``REDIS_URL`` or the memory of the process.

Only this module and `primepath.settings` declare settings. Its functions declare them in ``env``.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from psycopg import ProgrammingError
from psycopg.conninfo import make_conninfo

from primepath.database_url import parse_database_url
from primepath.environment import Environment
from primepath.setting_formats import REDIS_URL

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
# A call that takes longer opens the breaker: see `primepath.db.redis_breaker`. After a false alarm a probe closes it within milliseconds.
_REDIS_SECONDS = 0.25
# Options of Django that are not options of a connection.
_DJANGO_OPTIONS = ("assume_role", "isolation_level", "prepare_threshold")
# See https://www.postgresql.org/docs/current/libpq-connect.html. The URL can have other values.
_POSTGRESQL_OPTIONS = {
    # A server that does not respond is frozen or cut off. psycopg allows no less than 2 s.
    "connect_timeout": 2,
    # A host that is cut off is noticed while the connection is idle, and while it sends.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
_WRITABLE = {"read-write", "primary"}
_TARGETS = _WRITABLE | {"any", "read-only", "standby", "prefer-standby"}
_SQLITE_URL_OPTIONS = {"timeout", "transaction_mode", "init_command"}
# Time for a connection to a replica. The primary serves the read after that.
_REPLICA_SECONDS = 2
# Django's backends, with our way of beginning transactions.
_SQLITE, _POSTGRESQL = "primepath.db.sqlite3", "primepath.db.postgresql"
# With this engine, each use of the database is an error.
_NO_DATABASE = {"ENGINE": "django.db.backends.dummy"}


def database(env: Environment, default_file: Path, wait_seconds: float) -> dict[str, Any]:
    """Return Django's database settings. A request waits at most ``wait_seconds`` for a free connection.

    ``DATABASE_URL``: ``postgresql://user:password@host/name``, with one host or several, or ``sqlite:///path``. Defaults
    to ``default_file``.
    ``DATABASE_POOL_SIZE``: maximum number of PostgreSQL connections of a process. Defaults to 4. Each running request
    that reads the database uses one.
    ``DATABASE_PREPARED_STATEMENTS``: prepare statements on the connections to PostgreSQL. Defaults to 1.
    """
    pool_size = env.number("DATABASE_POOL_SIZE", 4, most=1_000)
    prepares = env.flag("DATABASE_PREPARED_STATEMENTS", default=True)
    url = env.text("DATABASE_URL", secret=True) or f"sqlite:///{default_file}"
    try:
        config = parse_database_url(url)
    except ValueError:
        config = dict(_NO_DATABASE)
    options = dict(config.get("OPTIONS", {}))
    # Messages do not contain the URL: it has a password.
    match config["ENGINE"]:
        case "django.db.backends.sqlite3":
            return _sqlite(env, config, options)
        case "django.db.backends.postgresql":
            return _postgresql(env, config, options, pool_size, wait_seconds, prepares=prepares)
        case _:
            env.refuse(
                "DATABASE_URL",
                "must be the address of a PostgreSQL or SQLite database, such as "
                "postgresql://user:password@host/name or sqlite:////var/lib/primepath/school.sqlite3.",
            )
            return _NO_DATABASE


def _sqlite(env: Environment, config: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    file = Path(config["NAME"])
    if config["NAME"] in {"", ":memory:"}:
        env.refuse(
            "DATABASE_URL", "must name a file: each thread would have a database of its own."
        )
        return _NO_DATABASE
    if unknown := options.keys() - _SQLITE_URL_OPTIONS:
        env.refuse("DATABASE_URL", f"has options that SQLite does not have: {', '.join(unknown)}.")
        return _NO_DATABASE
    try:
        _create_private(file)
    except OSError as error:
        env.refuse("DATABASE_URL", f"names a file that cannot be created: {error}.")
        return _NO_DATABASE
    return {
        **config,
        "ENGINE": _SQLITE,
        "CONN_MAX_AGE": _SQLITE_CONNECTION_SECONDS,
        "OPTIONS": {**_SQLITE_OPTIONS, **options},
    }


def _create_private(file: Path) -> None:
    """Create the file for its owner only. It contains sessions. SQLite creates its other files with the same mode."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))


def _postgresql(
    env: Environment,
    config: dict[str, Any],
    options: dict[str, Any],
    pool_size: int,
    wait_seconds: float,
    *,
    prepares: bool,
) -> dict[str, Any]:
    if not config["NAME"] and "service" not in options:
        env.refuse("DATABASE_URL", "must name a database: postgresql://user:password@host/name.")
    _check_options(env, "DATABASE_URL", options)
    target = str(options.get("target_session_attrs", "any"))
    if target not in _TARGETS:
        env.refuse(
            "DATABASE_URL",
            f"has an option that is not valid: target_session_attrs must be one of {', '.join(sorted(_TARGETS))}.",
        )
    pool = {
        "max_size": pool_size,
        "timeout": wait_seconds,
        "needs_writable": target in _WRITABLE,
        "prepares": prepares,
    }
    return {
        **config,
        "ENGINE": _POSTGRESQL,
        # A pooler such as PgBouncer can run each transaction in another session, and a cursor of the server belongs to one.
        "DISABLE_SERVER_SIDE_CURSORS": True,
        # Connections return to the pool after each request. Django does not allow a pool and a maximum age together.
        "CONN_MAX_AGE": 0,
        "OPTIONS": {"pool": pool, **_POSTGRESQL_OPTIONS, **options},
    }


def _check_options(env: Environment, setting: str, options: dict[str, Any]) -> None:
    if "server_side_binding" in options:
        env.refuse(
            setting,
            "must not have the option server_side_binding: parameters are sent in the text of a statement.",
        )
        return
    try:
        make_conninfo(
            **{name: value for name, value in options.items() if name not in _DJANGO_OPTIONS}
        )
    except ProgrammingError as error:
        env.refuse(setting, f"has an option that PostgreSQL does not have: {error}.")


def databases(env: Environment, default_file: Path, wait_seconds: float) -> dict[str, Any]:
    """Return Django's settings of the database, as ``default``, and of its replicas; see `database`.

    ``DATABASE_REPLICA_URLS``: addresses of standbys of the database, separated by commas. Only for PostgreSQL. Each has
    a pool of ``DATABASE_POOL_SIZE`` connections.
    """
    primary = database(env, default_file, wait_seconds)
    text = env.text("DATABASE_REPLICA_URLS", secret=True)
    urls = [url.strip() for url in text.split(",") if url.strip()]
    if urls and primary["ENGINE"] != _POSTGRESQL:
        env.refuse("DATABASE_REPLICA_URLS", "needs PostgreSQL in DATABASE_URL.")
        urls = []
    replicas = (_replica(env, url, primary) for url in urls)
    return {
        "default": primary,
        **{f"replica_{number}": replica for number, replica in enumerate(replicas, 1) if replica},
    }


def _replica(env: Environment, url: str, primary: dict[str, Any]) -> dict[str, Any] | None:
    """Return Django's settings of a replica. None if the URL is invalid."""
    try:
        config = parse_database_url(url)
    except ValueError:
        config = dict(_NO_DATABASE)
    if config["ENGINE"] != "django.db.backends.postgresql" or not config["NAME"]:
        env.refuse(
            "DATABASE_REPLICA_URLS",
            "must list addresses such as postgresql://user:password@replica/name, separated by commas. "
            "A comma in a password is written %2C.",
        )
        return None
    options = dict(config.get("OPTIONS", {}))
    _check_options(env, "DATABASE_REPLICA_URLS", options)
    shared = {name: primary["OPTIONS"]["pool"][name] for name in ("max_size", "prepares")}
    pool = {**shared, "timeout": _REPLICA_SECONDS}
    return {
        **primary,
        **{key: config[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")},
        "OPTIONS": {"pool": pool, **_POSTGRESQL_OPTIONS, **options},
        "TEST": {"MIRROR": "default"},
    }


def cache(env: Environment, name: str, *, max_entries: int) -> dict[str, Any]:
    """Return Django's settings of a cache: Redis if ``REDIS_URL`` is set, otherwise the memory of the process.

    While Redis does not answer, the memory of the process is used. ``max_entries`` limits the cache in memory only.
    """
    if url := env.text("REDIS_URL", "", REDIS_URL, secret=True):
        return {
            "BACKEND": "primepath.db.redis_cache.RedisOrMemoryCache",
            "LOCATION": url,
            "KEY_PREFIX": name,
            "OPTIONS": {
                "MAX_ENTRIES": max_entries,
                "CONNECTION_POOL_CLASS": "primepath.db.redis_breaker.BreakerPool",
                "SOCKET_CONNECT_TIMEOUT": _REDIS_SECONDS,
                "SOCKET_TIMEOUT": _REDIS_SECONDS,
            },
        }
    return {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": name,
        "OPTIONS": {"MAX_ENTRIES": max_entries},
    }


def caches(env: Environment) -> dict[str, Any]:
    """Return Django's settings of all caches."""
    return {
        # Enough for every class of a large school in several years.
        "default": cache(env, "primepath", max_entries=20_000),
        "persisted_queries": cache(env, "primepath.persisted", max_entries=2_000),
    }
