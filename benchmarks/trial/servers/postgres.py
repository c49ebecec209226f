"""A PostgreSQL server, and its streaming replica. Both can be stopped, frozen and started again."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.trial.servers.processes import (
    Process,
    descendants,
    signal_all,
    wait_until,
)
from scripts import postgres
from scripts.server import HOST, free_port

PASSWORD = "trial"  # noqa: S105
USER = "primepath"
NAME = "primepath"
_PATIENCE = 30
# A commit waits for the disk, as in production.
_OPTIONS = (
    "-cmax_connections=100",
    "-clisten_addresses=127.0.0.1",
    "-cunix_socket_directories=",
    # The replica follows again after it was without the primary for some time.
    "-cwal_keep_size=1GB",
)


class PostgresServer:
    """A server with its data in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._programs = postgres._programs()
        self._prefix = postgres._as_ordinary_user()
        self._process: Process | None = None

    @classmethod
    def new(cls, folder: Path) -> PostgresServer:
        """Return a running server with an empty database."""
        server = cls(folder)
        folder.mkdir(parents=True)
        initdb = [*server._prefix, str(server._programs / "initdb")]
        postgres._initialise(initdb, folder, PASSWORD)
        with (folder / "data" / "pg_hba.conf").open("a") as access:
            access.write(f"host replication {USER} 127.0.0.1/32 scram-sha-256\n")
        server.start()
        server.query(f"CREATE DATABASE {NAME}", name="postgres")
        return server

    def replica(self, folder: Path) -> PostgresServer:
        """Return a running replica of this server."""
        copy = PostgresServer(folder)
        folder.mkdir(parents=True)
        command = [
            str(self._programs / "pg_basebackup"),
            f"-h{HOST}",
            f"-p{self.port}",
            f"-U{USER}",
        ]
        subprocess.run(  # noqa: S603
            [*command, "-D", str(folder / "data"), "-R", "-cfast", "-Xstream"],
            env={**os.environ, "LC_ALL": "C", "PGPASSWORD": PASSWORD},
            check=True,
            stdin=subprocess.DEVNULL,
            capture_output=True,
        )
        copy.start()
        return copy

    def start(self) -> None:
        command = [*self._prefix, str(self._programs / "postgres"), "-D", str(self.folder / "data")]
        self._process = Process(
            [*command, f"-p{self.port}", *_OPTIONS],
            self.folder / "postgres.log",
            folder=self.folder,
            environment=postgres._ENVIRONMENT,
        )
        wait_until(self._answers, _PATIENCE, "PostgreSQL does not answer")

    def _answers(self) -> bool:
        if self._process is not None and not self._process.is_running:
            raise RuntimeError((self.folder / "postgres.log").read_text(errors="replace")[-2_000:])
        with suppress(psycopg.OperationalError):
            self.query("SELECT 1", name="postgres")
            return True
        return False

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """Stop the server. SIGINT ends its sessions, and SIGQUIT does it like a crash."""
        if self._process is not None:
            self._process.stop(number)
            self._process = None

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop all its processes from running, as a host that hangs. Its sockets stay open."""
        assert self._process is not None
        family = [self._process.pid, *descendants(self._process.pid)]
        signal_all(family, signal.SIGSTOP)
        try:
            yield
        finally:
            signal_all(family, signal.SIGCONT)

    def url(self, name: str = NAME) -> str:
        return f"postgresql://{USER}:{PASSWORD}@{HOST}:{self.port}/{name}"

    def connect(self, name: str = NAME) -> psycopg.Connection[Any]:
        return psycopg.connect(self.url(name), autocommit=True, connect_timeout=5)

    def query(self, sql: str, *, name: str = NAME) -> Any:
        """Run a statement and return the first value of its result."""
        with self.connect(name) as session:
            cursor = session.execute(sql.encode())
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None

    def set(self, name: str, value: str) -> None:
        """Change a setting of the running server. An empty ``value`` restores its default."""
        self.query(
            f"ALTER SYSTEM SET {name} = '{value}'" if value else f"ALTER SYSTEM RESET {name}"
        )
        self.query("SELECT pg_reload_conf()")

    def promote(self) -> None:
        """Make the replica a primary."""
        self.query("SELECT pg_promote(true)")
