"""The audits of the GraphQL-over-HTTP specification, by the package graphql-http."""

from __future__ import annotations

import sys

import pytest

from tests.clients.node import run_node
from tests.server import Server

pytestmark = pytest.mark.one_database

AUDITS = 61


def test_server_passes_every_audit_for_an_authenticated_client(
    demo_server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    result = run_node("audit.mjs", f"{demo_server.address}/graphql", demo_server.token)
    with capsys.disabled():
        sys.stdout.write(f"\n{result.stdout}{result.stderr}")
    assert result.returncode == 0
    assert result.stdout.splitlines()[-1] == f"{AUDITS} audits, {AUDITS} ok, 0 failed"
