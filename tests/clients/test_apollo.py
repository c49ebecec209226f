"""Apollo Client, in Node, against a real server."""

from __future__ import annotations

import pytest

from tests.clients.node import run_node
from tests.server import Server

pytestmark = pytest.mark.one_database


def test_apollo_client_reads_writes_caches_and_receives_errors(
    written_server: Server,
) -> None:
    done = run_node(
        "--test",
        "--test-reporter=tap",
        "apollo.test.mjs",
        environment={
            "API": f"{written_server.address}/graphql",
            "TOKEN": written_server.token,
        },
    )
    assert done.returncode == 0, done.stdout
    assert "# fail 0" in done.stdout
    assert "# skipped 0" in done.stdout
