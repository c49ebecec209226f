"""Tables of new databases. The first process executes the migrations, the others what these have executed.

Django computes the state of all models after each migration. That takes most of the time, and is always the same. What the
migrations have executed is kept in ``var/`` for later runs, until what they use changes. `tests.primepath.test_migrations`
executes them in each run.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.core import management
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.processes import ROOT
from tests.run_folder import lock

_call_command = management.call_command
_FOLDER = ROOT / "var" / "tests"
# What migrations use, and the versions of the libraries. The models have content types and permissions.
_USED = (
    *("primepath/migrations", "primepath/models", "primepath/db", "primepath/domain"),
    *("primepath/settings.py", "requirements/production.txt", "tests/migrated.py"),
)
_KEPT_SECONDS = 7 * 24 * 60 * 60
_NOT_REPEATED = ("SELECT", "BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


def create_tables() -> None:
    """Create all tables in the database in use, which is empty."""
    connection.ensure_connection()
    file = _FOLDER / f"migrated-{connection.vendor}-{_digest(_version())}"
    with lock("migrated"):
        if not file.exists():
            _migrate(file)
            return
    if connection.vendor == "sqlite":
        _copy(file)
    else:
        _repeat(file)


@contextmanager
def migrating_once() -> Iterator[None]:
    """Let Django create test databases with the tables of `create_tables`."""

    def call_command(name: str, **options: Any) -> Any:
        return create_tables() if name == "migrate" else _call_command(name, **options)

    with patch.object(management, "call_command", call_command):
        yield


def _version() -> str:
    database: Any = connection
    return sqlite3.sqlite_version if connection.vendor == "sqlite" else str(database.pg_version)


@cache
def _digest(version: str) -> str:
    """Return a digest of everything that decides what the migrations execute."""
    found = sha256(version.encode())
    for name in _USED:
        path = ROOT / name
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            found.update(f"{file.relative_to(ROOT)}\n".encode())
            found.update(sha256(file.read_bytes()).digest())
    return found.hexdigest()[:16]


def _migrate(file: Path) -> None:
    with CaptureQueriesContext(connection) as captured:
        _call_command("migrate", verbosity=0, interactive=False)
    _FOLDER.mkdir(parents=True, exist_ok=True)
    # Other runs can write the same file at the same time.
    new = file.with_suffix(f".{os.getpid()}")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(new)])
    else:
        statements = [query["sql"] for query in captured.captured_queries]
        new.write_text(
            json.dumps([each for each in statements if not each.startswith(_NOT_REPEATED)])
        )
    new.replace(file)
    for old in _FOLDER.glob("migrated-*"):
        # Another run can use a younger one.
        if time.time() - old.stat().st_mtime > _KEPT_SECONDS:
            old.unlink(missing_ok=True)


def _copy(file: Path) -> None:
    session: Any = connection.connection
    with closing(sqlite3.connect(file)) as migrated:
        migrated.backup(session)
    with connection.cursor() as cursor:
        # The time of the first migration identifies the database: see `primepath.db.server_identity`.
        cursor.execute("UPDATE django_migrations SET applied = %s", [timezone.now()])


def _repeat(file: Path) -> None:
    session: Any = connection.connection
    for statement in json.loads(file.read_text()):
        session.execute(statement)
