"""PgBouncer with the shipped configuration, in front of one PostgreSQL server at a time."""

from __future__ import annotations

import shutil
import signal
from configparser import ConfigParser
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.trial.servers.postgres import NAME, PASSWORD, USER, PostgresServer
from benchmarks.trial.servers.processes import Process
from scripts import postgres
from scripts.server import HOST, ROOT, free_port

_SHIPPED = ROOT / "deploy" / "pgbouncer.ini"
_PLAIN = """
[pgbouncer]
pool_mode = transaction
default_pool_size = 20
max_client_conn = 500
query_wait_timeout = 5
server_login_retry = 1
server_connect_timeout = 2
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
        shipped = _SHIPPED.read_text() if _SHIPPED.exists() else _PLAIN
        self._file.write_text(adapted(shipped, self.port, server.port))

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


def adapted(shipped: str, port: int, server_port: int) -> str:
    """Return the shipped configuration with addresses of this machine, and without passwords of clients."""
    parser = ConfigParser(interpolation=None)
    parser.read_string(shipped)
    server = f"host={HOST} port={server_port} dbname={NAME} user={USER} password={PASSWORD}"
    parser.read_dict(
        {
            "databases": {NAME: server},
            "pgbouncer": {
                "listen_addr": HOST,
                "listen_port": str(port),
                "unix_socket_dir": "",
                "auth_type": "any",
                "auth_file": "",
                "admin_users": USER,
            },
        }
    )
    text = StringIO()
    parser.write(text)
    return text.getvalue()
