"""A copy of the database of this process."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.db import connection, connections


def copy_database(folder: Path) -> str:
    """Copy the database in ``DATABASE_URL``, and return the URL of the copy. No other process may use it."""
    url = urlsplit(os.environ["DATABASE_URL"])
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connections.close_all()
        copy = folder / "copy.sqlite3"
        shutil.copy(url.path, copy)
        return f"sqlite:///{copy}"
    name = url.path.removeprefix("/")
    connections.close_all()
    if pool := getattr(connection, "pool", None):
        pool.close()
    server = url._replace(path="/template1").geturl()
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}_copy" TEMPLATE "{name}"')
    return url._replace(path=f"/{name}_copy").geturl()
