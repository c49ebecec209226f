"""Tables of new databases. The first process of a run executes the migrations, the others what these have executed.

Django computes the state of all models after each migration. That takes most of the time, and is always the same.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.core import management
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.run_folder import lock, run_folder

_call_command = management.call_command
_NOT_REPEATED = ("SELECT", "BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


def create_tables() -> None:
    """Create all tables in the database in use, which is empty."""
    file = run_folder() / f"migrated-{connection.vendor}"
    with lock("migrated"):
        if not file.exists():
            _migrate(file)
            return
    connection.ensure_connection()
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


def _migrate(file: Path) -> None:
    with CaptureQueriesContext(connection) as captured:
        _call_command("migrate", verbosity=0, interactive=False)
    new = file.with_suffix(".new")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(new)])
    else:
        statements = [query["sql"] for query in captured.captured_queries]
        new.write_text(
            json.dumps([each for each in statements if not each.startswith(_NOT_REPEATED)])
        )
    new.replace(file)


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
