"""PostgreSQL servers that a test can copy, restart, and follow with a standby."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection, connections

from scripts import postgres
from tests.databases import demo_template, postgresql_url
from tests.processes import PATIENCE

PASSWORD = "secret"


class PostgresServer:
    """A server on a free port of 127.0.0.1 with its data in ``folder``. It ends with the block in which it runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = postgres._free_port()
        try:
            self._programs = postgres._programs()
            self._prefix = postgres._as_ordinary_user()
        except postgres.PostgresNotStartedError as reason:
            pytest.skip(str(reason))

    @classmethod
    def new(cls, folder: Path) -> PostgresServer:
        server = cls(folder)
        folder.mkdir()
        initdb = [*server._prefix, str(server._programs / "initdb")]
        postgres._initialise(initdb, folder, PASSWORD)
        return server

    @classmethod
    def with_demo(cls, folder: Path) -> PostgresServer:
        """Return a new server with a copy of the demo school in the database ``primepath``. It does not run."""
        server = cls.new(folder)
        dump = str(folder / "dump")
        template = postgresql_url(demo_template().database)
        server.client("pg_dump", "--format=custom", f"--file={dump}", template)
        with server.running():
            server.query("CREATE DATABASE primepath")
            server.client("pg_restore", f"--dbname={server.url('primepath')}", dump)
        return server

    def standby(self, folder: Path) -> PostgresServer:
        """Return a standby of this server, which must be running."""
        copy = PostgresServer(folder)
        folder.mkdir()
        source = ("-h127.0.0.1", f"-p{self.port}", "-Uprimepath")
        self.client("pg_basebackup", *source, "-D", str(folder / "data"), "-R", "-cfast")
        return copy

    @contextmanager
    def running(self) -> Iterator[None]:
        options = [f"-p{self.port}", "-clisten_addresses=127.0.0.1", *postgres._FAST]
        options += ["-cunix_socket_directories=", "-ctrack_commit_timestamp=off"]
        program = [*self._prefix, str(self._programs / "postgres"), "-D", str(self.folder / "data")]
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [*program, *options],
                cwd=self.folder,
                env=postgres._ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            self._wait_for(process)
            yield
        finally:
            postgres._end(process, signal.SIGINT, signal.SIGQUIT)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop all processes of this server in the block, like a host that hangs. Connections stay open."""
        first = (self.folder / "data" / "postmaster.pid").read_text().split()[0]
        children = Path(f"/proc/{first}/task/{first}/children")
        processes = [int(first)]
        try:
            os.kill(int(first), signal.SIGSTOP)
            processes += map(int, children.read_text().split())
            for process in processes:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGSTOP)
            yield
        finally:
            for process in reversed(processes):
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGCONT)

    def _wait_for(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.query("SELECT 1")
            except psycopg.OperationalError:
                assert process.poll() is None, (self.folder / "log").read_text()
                assert time.monotonic() < deadline
                time.sleep(0.05)
            else:
                return

    def url(self, name: str) -> str:
        return f"postgresql://primepath:{PASSWORD}@127.0.0.1:{self.port}/{name}"

    def query(self, sql: Any, name: str = "postgres") -> Any:
        """Run a statement and return its first value."""
        with psycopg.connect(self.url(name), autocommit=True) as session:
            result = session.execute(sql)
            row = result.fetchone() if result.description else None
            return row[0] if row else None

    def client(self, program: str, *arguments: str) -> None:
        """Run a client program of PostgreSQL."""
        subprocess.run(
            [str(self._programs / program), *arguments],
            env={**os.environ, "LC_ALL": "C", "PGPASSWORD": PASSWORD},
            check=True,
            stdin=subprocess.DEVNULL,
            capture_output=True,
        )

    def copy_to(self, other: PostgresServer, name: str, new_name: str) -> None:
        """Dump a database and restore it into a new database of another server."""
        dump = str(other.folder / "dump")
        self.client("pg_dump", "--format=custom", f"--file={dump}", self.url(name))
        other.query(f"CREATE DATABASE {new_name}")
        other.client("pg_restore", f"--dbname={other.url(new_name)}", dump)

    def wait_for_replay(self, primary: PostgresServer) -> None:
        """Wait until this standby has replayed everything that the primary has written so far.

        Without this commit, the primary can keep its last records in memory for 15 seconds.
        """
        primary.query("SET synchronous_commit = on; SELECT pg_logical_emit_message(true, '', '')")
        written = primary.query("SELECT pg_current_wal_flush_lsn()")
        deadline = time.monotonic() + PATIENCE
        while not self.query(f"SELECT pg_last_wal_replay_lsn() >= '{written}'"):
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def remove(self) -> None:
        shutil.rmtree(self.folder)


@contextmanager
def database(**settings: Any) -> Iterator[None]:
    """Use another database instead of the test database."""
    before = connections["default"]
    other = before.copy()
    options = {
        key: value for key, value in before.settings_dict["OPTIONS"].items() if key != "pool"
    }
    other.settings_dict = {**before.settings_dict, "OPTIONS": options, **settings}
    connections["default"] = other
    try:
        yield
    finally:
        connection.close()
        connections["default"] = before


@contextmanager
def database_of(server: PostgresServer, name: str = "primepath") -> Iterator[None]:
    address = {"HOST": "127.0.0.1", "PORT": str(server.port)}
    with database(NAME=name, USER="primepath", PASSWORD=PASSWORD, **address):
        yield
