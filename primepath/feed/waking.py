"""Waits for changes of the history, in one thread for each process."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import closing
from typing import Any

import psycopg
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections

CHANNEL = "primepath_history"
"""The channel of PostgreSQL on which a trigger notifies of new entries. Notifications carry no data."""
_POLL_SECONDS = 0.25
# Even without a notification, for example behind a pooler that does not pass it on.
_LONGEST_SECONDS = 5.0
_RETRY_SECONDS = 1.0

logger = logging.getLogger("primepath.feed")


class Waker:
    """Calls ``wake`` in its thread after each commit that can have changed the history, and at least every few seconds."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()

    def _run(self) -> None:
        wait = _wait_for_notifications if connection.vendor == "postgresql" else _poll
        while not self._stopped.is_set():
            try:
                wait(self._wake, self._stopped)
            except Exception:
                # What was missed meanwhile is read from the history.
                logger.warning("Waiting for changes failed. It begins again.", exc_info=True)
                self._wake()
                self._stopped.wait(_RETRY_SECONDS)
        connections.close_all()


def _wait_for_notifications(wake: Callable[[], None], stopped: threading.Event) -> None:
    with closing(_listening_connection()) as listening:
        listening.execute(f"LISTEN {CHANNEL}")
        while not stopped.is_set():
            # Also once at the beginning: changes before LISTEN are not notified.
            wake()
            for _notification in listening.notifies(timeout=_LONGEST_SECONDS, stop_after=1):
                pass


def _listening_connection() -> psycopg.Connection:
    if settings.DATABASE_LISTEN_URL:
        return psycopg.connect(settings.DATABASE_LISTEN_URL, autocommit=True)
    parameters = dict(connection.get_connection_params())
    for name in "context", "cursor_factory", "prepare_threshold":
        parameters.pop(name, None)
    return psycopg.connect(**parameters, autocommit=True)


def _poll(wake: Callable[[], None], stopped: threading.Event) -> None:
    database: Any = connections[DEFAULT_DB_ALIAS]
    seen, waited = None, 0.0
    while not stopped.is_set():
        # Another file can have replaced this one.
        database.close_if_unusable_or_obsolete()
        with database.cursor() as cursor:
            # It changes whenever another connection commits.
            found = cursor.execute("PRAGMA data_version").fetchone(), database.file
        if found != seen or waited >= _LONGEST_SECONDS:
            seen, waited = found, 0.0
            wake()
        stopped.wait(_POLL_SECONDS)
        waited += _POLL_SECONDS
