"""Normalised caches of Apollo, urql and Relay, in Node, against a real server."""

from __future__ import annotations

from pathlib import Path

import pytest

from primepath.demo.accounts import TEACHER
from tests.clients.client_project import ClientProject
from tests.clients.node import FOLDER, run_node
from tests.server import Server

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize("program", ["caches.test.mjs", "caches_without_ids.test.mjs"])
def test_no_document_changes_what_another_has_in_the_cache(
    written_server: Server, program: str
) -> None:
    done = run_node(
        "--test",
        "--test-reporter=tap",
        program,
        environment={
            "API": f"{written_server.address}/graphql",
            "TOKEN": written_server.token,
            "TEACHER": written_server.tokens[TEACHER],
        },
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    assert "# fail 0" in done.stdout
    assert "# skipped 0" in done.stdout


def test_relay_keeps_what_each_document_has_in_the_store(
    written_server: Server, tmp_path: Path
) -> None:
    project = ClientProject(tmp_path)
    program = FOLDER / "RelayCaches.ts"
    project.write(program.name, program.read_text())
    for step in (
        project.generate,
        project.compile_for_relay,
        lambda: project.bundle(program.name),
        project.check_types,
    ):
        done = step()
        assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    done = project.run(
        program.name,
        {"API": f"{written_server.address}/graphql", "TOKEN": written_server.token},
    )
    assert (done.stdout.splitlines(), done.stderr) == (["true", "7"], "")
