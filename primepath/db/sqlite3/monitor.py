"""The state of a SQLite file: a text that changes with every commit of any process.

One connection of the process never writes. For it, ``PRAGMA data_version`` changes with each commit of another connection, also
of this process. The values of two connections cannot be compared, so each connection begins with a random text.

A file that replaces this one, such as a restored backup, does not change the value. So the device and the number of the file are
compared each time. The open connection keeps the old file, so the new one cannot have the same number.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import uuid
from functools import cache
from urllib.parse import quote

FileIdentity = tuple[int, int]


def identity_of(path: str) -> FileIdentity | None:
    """Return the device and the number of a file. None if it does not exist."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


class Monitor:
    """Watches the file at ``path`` for the threads of a process."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._file: FileIdentity | None = None
        self._name = ""
        self._process = 0

    def state(self) -> tuple[str, FileIdentity] | None:
        """Return the state, and the file that has it. None if it cannot be read, for example because the file is replaced now.

        Equal states mean equal contents.
        """
        with self._lock:
            file = identity_of(self._path)
            if file is None:
                return None
            try:
                if self._connection is None or (file, os.getpid()) != (self._file, self._process):
                    self._open(file)
                assert self._connection is not None
                ((version,),) = self._connection.execute("PRAGMA data_version").fetchall()
            except sqlite3.Error:
                self._connection = None
                return None
            if identity_of(self._path) != file:
                return None
            return f"{self._name}/{version}", file

    def _open(self, file: FileIdentity) -> None:
        if self._connection is not None and self._process == os.getpid():
            self._connection.close()
        # Threads use it one after another.
        self._connection = sqlite3.connect(
            f"file:{quote(self._path)}?mode=rw",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
        )
        self._file, self._process, self._name = file, os.getpid(), uuid.uuid4().hex


@cache
def monitor_of(path: str) -> Monitor:
    """Return the monitor of a file. All threads get the same object."""
    return Monitor(path)
