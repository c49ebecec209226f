"""The readiness of this process: the database responds, all migrations are applied, and the server is not stopping."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from functools import cache
from typing import Any

import psycopg
from django.conf import settings
from django.db import Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader

from primepath.server.draining import draining

# Time for the statement of a check.
_STATEMENT_SECONDS = 1
# libpq's smallest time limit, for each host.
_CONNECT_SECONDS = 2
# Anyone can send probes, so a result is used for so long.
_FRESH_SECONDS = 1


def limit_seconds() -> int:
    """Return how many seconds a check can take. All hosts of the database but the last can be cut off.

    The host that accepted the last connection is tried first, so a check hardly ever takes so long.
    """
    hosts = str(settings.DATABASES["default"].get("HOST", "")).split(",")
    return len(hosts) * _CONNECT_SECONDS + _STATEMENT_SECONDS


class Readiness:
    """Checks the database when asked. Callers at the same time share one check, and a result is used for a second.

    A check has a connection of its own: it must not fail because all connections of the pool are in use. It runs in a thread
    of its own. If the database hangs, the connection is closed, and there is never a second thread.
    """

    def __init__(self) -> None:
        self._found: Mapping[str, str] = {}
        self._found_at = float("-inf")
        self._started_at = 0.0
        self._running: asyncio.Event | None = None
        self._connection: BaseDatabaseWrapper | None = None

    async def problems(self) -> Mapping[str, str]:
        """Return what prevents serving, by subject. It takes at most `limit_seconds`."""
        if draining.is_set():
            return {"server": "The server is stopping."}
        if self._running is None:
            if time.monotonic() - self._found_at < _FRESH_SECONDS:
                return self._found
            self._start()
        running: Any = self._running
        try:
            async with asyncio.timeout(self._started_at + limit_seconds() - time.monotonic()):
                await running.wait()
        except TimeoutError:
            _abort(self._connection)
            return {"database": f"No response within {limit_seconds()} seconds."}
        return self._found

    def _start(self) -> None:
        self._running = asyncio.Event()
        self._started_at = time.monotonic()
        work = (asyncio.get_running_loop(),)
        threading.Thread(target=self._check, args=work, name="readiness", daemon=True).start()

    def _check(self, loop: asyncio.AbstractEventLoop) -> None:
        problems = {"database": "The check failed."}
        try:
            self._connection = _connection()
            problems = _problems_of(self._connection)
        finally:
            # The loop is closed if the server has stopped meanwhile.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._end, problems)

    def _end(self, problems: Mapping[str, str]) -> None:
        self._found, self._found_at = problems, time.monotonic()
        if self._running is not None:
            self._running.set()
        self._running = self._connection = None


def _problems_of(connection: BaseDatabaseWrapper) -> dict[str, str]:
    try:
        with closing(connection), connection.cursor() as cursor:
            # Django's own recorder would read over the thread's usual connection, which is from the pool.
            cursor.execute("SELECT app, name FROM django_migrations")
            applied = set(cursor.fetchall())
    except Error as error:
        # The lines after the first one show the statement, or repeat the reason.
        return {"database": str(error).partition("\n")[0]}
    missing = [".".join(each) for each in _newest_migrations() if each not in applied]
    return {"migrations": f"Not applied: {', '.join(missing)}."} if missing else {}


def _connection() -> BaseDatabaseWrapper:
    """Return a connection that is not from the pool."""
    connection = connections.create_connection("default")
    options = {
        name: value for name, value in connection.settings_dict["OPTIONS"].items() if name != "pool"
    }
    if connection.vendor == "postgresql":
        options["connect_timeout"] = _CONNECT_SECONDS
    connection.settings_dict = {**connection.settings_dict, "OPTIONS": options}
    return connection


def _abort(connection: BaseDatabaseWrapper | None) -> None:
    """End what a thread waits for on this connection."""
    session: Any = connection and connection.connection
    if not isinstance(session, psycopg.Connection):
        return
    # It can be closed at the same time.
    with (
        suppress(psycopg.Error, OSError),
        socket.socket(fileno=os.dup(session.fileno())) as channel,
    ):
        channel.shutdown(socket.SHUT_RDWR)


@cache
def _newest_migrations() -> list[tuple[str, str]]:
    """Return the last migration of each app, as the code knows it. A newer database can have more."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return [*loader.graph.leaf_nodes()]
