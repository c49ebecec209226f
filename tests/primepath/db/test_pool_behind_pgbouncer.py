"""The pool behind PgBouncer, which keeps its clients connected while PostgreSQL is away."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.pq import TransactionStatus

from primepath.db import reachability
from primepath.db.postgresql.pool import DatabaseAwayError, Pool
from primepath.db.postgresql.session import NoResponseError, Session
from tests.pgbouncer import pgbouncer
from tests.postgres_servers import PostgresServer
from tests.processes import PATIENCE

pytestmark = pytest.mark.one_database
ALIAS = "test-pgbouncer"


def wait_for(condition: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def server(tmp_path: Path) -> PostgresServer:
    # PgBouncer runs as an ordinary user, who must reach its file.
    for folder in (tmp_path, *tmp_path.parents[:2]):
        os.chmod(folder, 0o755)
    return PostgresServer.new(tmp_path / "postgres")


@pytest.fixture
def running(server: PostgresServer) -> Iterator[ExitStack]:
    with ExitStack() as stack:
        stack.enter_context(server.running())
        yield stack


def test_statement_that_waits_in_pgbouncer_ends_when_postgresql_is_away(
    server: PostgresServer, running: ExitStack, tmp_path: Path
) -> None:
    with pgbouncer(tmp_path, server.url("postgres"), servers=1) as url:
        pool = Pool(
            ALIAS,
            lambda **options: Session.connect(url, autocommit=True, **options),
            max_size=3,
            timeout=PATIENCE,
        )
        holds, waits = pool.getconn(), pool.getconn()
        holds.autocommit = False
        holds.execute("SELECT 1")
        waits.patience = PATIENCE
        errors: list[BaseException] = []

        def ask() -> None:
            try:
                waits.execute("SELECT 1")
            except psycopg.Error as error:
                errors.append(error)

        # The only session of PostgreSQL is in a transaction, so this one waits for it.
        thread = threading.Thread(target=ask)
        thread.start()
        wait_for(lambda: waits.pgconn.transaction_status == TransactionStatus.ACTIVE)
        running.close()
        began = time.monotonic()
        thread.join(PATIENCE)
        # query_wait_timeout of PgBouncer is 120 seconds by default.
        assert time.monotonic() - began < PATIENCE / 2
        (error,) = errors
        assert isinstance(error, NoResponseError)
        assert waits.closed
        assert reachability.is_away(ALIAS)
        with pytest.raises(DatabaseAwayError):
            pool.getconn()
        with server.running():
            wait_for(lambda: not reachability.is_away(ALIAS))
            assert pool.getconn().execute("SELECT 1").fetchone() == (1,)
        pool.close()
