"""A real server without a database, which refuses all requests that need one."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.concurrency.flood import flood
from tests.processes import product_process


@contextmanager
def server_without_database(folder: Path, log: Path) -> Iterator[int]:
    """Run the server with its files in ``folder``, and yield its port when it knows that its database is away."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = listener.getsockname()[1]
    with (
        log.open("wb") as errors,
        product_process(
            *("-m", "tests.serve_demo"),
            database_url=f"postgresql://nobody@127.0.0.1:{closed}/nothing",
            errors=errors,
            environment={"PRIMEPATH_VAR_DIR": str(folder), "STATEMENT_SECONDS": "2"},
        ) as process,
    ):
        assert process.stdout is not None
        port = int(process.stdout.readline())
        # The first request finds out.
        (first,) = flood(port, ["token"], "{ viewer { username } }", clients=1)
        assert first.status == 503
        yield port
