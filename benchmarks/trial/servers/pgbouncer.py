"""PgBouncer in transaction mode, in front of one PostgreSQL server at a time."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.trial.servers.postgres import NAME, PASSWORD, USER, PostgresServer
from benchmarks.trial.servers.processes import Process
from scripts import postgres
from scripts.server import HOST, free_port

_CONFIGURATION = """\
[databases]
{name} = host={host} port={server_port} dbname={name} user={user} password={password}
[pgbouncer]
listen_addr = {host}
listen_port = {port}
unix_socket_dir =
auth_type = any
admin_users = {user}
pool_mode = transaction
default_pool_size = 20
max_client_conn = 200
ignore_startup_parameters = extra_float_digits,options
# An attempt to reach a lost server is repeated soon, and those who wait for it are refused soon.
server_login_retry = 1
server_connect_timeout = 2
query_wait_timeout = 5
"""


class PgBouncer:
    """Connects its clients to ``server``, and to another after `switch_to`."""

    def __init__(self, folder: Path, server: PostgresServer) -> None:
        program = shutil.which("pgbouncer")
        if program is None:
            raise RuntimeError("PgBouncer is not installed.")
        folder.mkdir()
        self._file = folder / "pgbouncer.ini"
        self.port = free_port()
        self._write(server)
        command = [*postgres._as_ordinary_user(), program, str(self._file)]
        self._process = Process(command, folder / "pgbouncer.log")
        self._process.wait_for_port(self.port)

    def _write(self, server: PostgresServer) -> None:
        self._file.write_text(
            _CONFIGURATION.format(
                name=NAME,
                host=HOST,
                port=self.port,
                server_port=server.port,
                user=USER,
                password=PASSWORD,
            )
        )

    def switch_to(self, server: PostgresServer) -> None:
        """Connect to another server from now on, as an operator does after a failover."""
        self._write(server)
        self.show("RELOAD")
        self.show(f"RECONNECT {NAME}")

    @property
    def url(self) -> str:
        return f"postgresql://{USER}:{PASSWORD}@{HOST}:{self.port}/{NAME}"

    def show(self, command: str) -> list[Any]:
        """Run a command of the admin console and return its rows."""
        address = f"postgresql://{USER}:{PASSWORD}@{HOST}:{self.port}/pgbouncer"
        with psycopg.connect(address, autocommit=True) as console:
            cursor = psycopg.ClientCursor(console).execute(command.encode())
            return cursor.fetchall() if cursor.description else []

    def stop(self) -> None:
        self._process.stop(signal.SIGINT)
