"""A real PgBouncer in transaction mode in front of a PostgreSQL server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from scripts import postgres
from scripts.server import free_port, serving
from tests.databases import demo_template, own_database

# As docs/production/pgbouncer.md shows it, apart from addresses, sizes and times: after a failed connection to PostgreSQL,
# PgBouncer waits for 15 seconds by default.
_CONFIGURATION = """
[databases]
{name} = host={host} port={port} dbname={name}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own_port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users}
pool_mode = transaction
default_pool_size = {servers}
max_client_conn = 200
server_login_retry = 1
"""


@contextmanager
def pooled_demo(folder: Path, *, servers: int) -> Iterator[tuple[str, str]]:
    """Yield the URLs of a database with the demo school: directly, and through PgBouncer."""
    # PgBouncer runs as another user.
    folder.chmod(0o777)
    with (
        own_database(folder, demo_template()) as direct,
        pgbouncer(folder, direct, servers=servers) as pooled,
    ):
        yield direct, pooled


@contextmanager
def pgbouncer(folder: Path, url: str, *, servers: int) -> Iterator[str]:
    """Start PgBouncer with this many sessions of the database at ``url``, and yield the URL for its clients.

    Skips the test if PgBouncer is not installed.
    """
    program = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin")
    if program is None:
        pytest.skip("PgBouncer is not installed.")
    try:
        prefix = postgres._as_ordinary_user()
    except postgres.PostgresNotStartedError as reason:
        pytest.skip(str(reason))
    address = urlsplit(url)
    port = free_port()
    users = folder / "users.txt"
    users.write_text(f'"{address.username}" "{address.password}"\n')
    file = folder / "pgbouncer.ini"
    file.write_text(
        _CONFIGURATION.format(
            name=address.path.strip("/"),
            host=address.hostname,
            port=address.port,
            own_port=port,
            users=users,
            servers=servers,
        )
    )
    with serving([*prefix, program, str(file)], port, folder / "pgbouncer.log"):
        yield address._replace(
            netloc=f"{address.username}:{address.password}@127.0.0.1:{port}"
        ).geturl()
