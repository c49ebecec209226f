"""Calendar feeds in ical.js, in Node, against a real server."""

from __future__ import annotations

from tests.clients.node import run_node
from tests.server import Server


def test_calendar_library_imports_and_updates_a_feed(written_server: Server) -> None:
    done = run_node(
        "--test",
        "--test-reporter=tap",
        "calendar.test.mjs",
        environment={"API": f"{written_server.address}/graphql", "TOKEN": written_server.token},
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    assert "# fail 0" in done.stdout
    assert "# skipped 0" in done.stdout
