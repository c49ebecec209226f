"""Live updates in the clients graphql-sse, Apollo Client and urql, in Node, against a real server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.clients.node import run_node
from tests.nginx import nginx
from tests.server import Server


@contextmanager
def behind(proxy: str, server: Server, folder: Path) -> Iterator[str]:
    if proxy == "nginx":
        with nginx(folder, server.port) as address:
            yield address
    else:
        yield server.address


@pytest.mark.parametrize("proxy", ["nothing", "nginx"])
def test_clients_receive_changes(written_server: Server, tmp_path: Path, proxy: str) -> None:
    with behind(proxy, written_server, tmp_path) as address:
        done = run_node(
            "--test",
            "--test-reporter=tap",
            "live.test.mjs",
            environment={"API": f"{address}/graphql", "TOKEN": written_server.token},
        )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    assert "# fail 0" in done.stdout
    assert "# skipped 0" in done.stdout
