"""Databases that a test shares with other processes."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
from django.db import connection
from psycopg import sql


def postgresql_url(name: str) -> str:
    """The URL of a database on the server that the tests use."""
    settings = connection.settings_dict
    user = ":".join(quote(str(settings[key]), safe="") for key in ("USER", "PASSWORD"))
    options = {key: value for key, value in settings["OPTIONS"].items() if isinstance(value, str)}
    address = f"{settings['HOST'] or 'localhost'}:{settings['PORT'] or 5432}"
    return f"postgresql://{user}@{address}/{quote(name)}?{urlencode(options)}"


@contextmanager
def own_database(folder: Path) -> Iterator[str]:
    """The URL of an empty database without tables, of the kind that the tests use; gone when the block is left."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{folder / 'database.sqlite3'}"
        return
    name = f"test_primepath_{secrets.token_hex(6)}"
    quoted = sql.Identifier(name)
    with psycopg.connect(postgresql_url("postgres"), autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(quoted))
        try:
            yield postgresql_url(name)
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(quoted))
