"""The programs in `docs/clients/` compile with strict types, and run in Node against a real server."""

from __future__ import annotations

from pathlib import Path

import pytest

from primepath.demo.accounts import TEACHER
from tests.clients.client_project import ClientProject
from tests.server import running_server

pytestmark = pytest.mark.one_database

PROGRAMS = [
    "Quarter.ts",
    "apollo.ts",
    "delta-sync.ts",
    "fetch.ts",
    "offline.ts",
    "typescript.ts",
    "urql.ts",
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> ClientProject:
    """The project after graphql-codegen, relay-compiler and the bundler have run."""
    made = ClientProject(tmp_path_factory.mktemp("project"))
    for step in (made.generate, made.compile_for_relay, made.bundle_programs):
        done = step()
        assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    return made


def test_every_program_is_listed(project: ClientProject) -> None:
    assert sorted(project.programs) == PROGRAMS


def test_programs_pass_the_strict_compiler(project: ClientProject) -> None:
    checked = project.check_types()
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_prints_the_output_on_its_page(
    name: str, project: ClientProject, tmp_path: Path
) -> None:
    with running_server(tmp_path) as server:
        done = project.run(
            name, {"API": f"{server.address}/graphql", "TOKEN": server.tokens[TEACHER]}
        )
    assert done.stderr == ""
    assert done.stdout == project.programs[name]
    assert done.returncode == 0


def test_unknown_field_fails_code_generation(tmp_path: Path) -> None:
    project = ClientProject(tmp_path)
    project.write("documents/wrong.graphql", "query Wrong { viewer { nickname } }")
    done = project.generate()
    assert done.returncode != 0
    assert 'Cannot query field "nickname" on type "Viewer"' in f"{done.stdout}{done.stderr}"


def test_unselected_field_fails_compilation(tmp_path: Path) -> None:
    project = ClientProject(tmp_path)
    assert project.generate().returncode == 0
    project.write(
        "wrong.ts",
        "import type { DaysQuery } from './generated';\n"
        "export const version = (days: DaysQuery) => days.schoolClass?.cells?.[0]?.version;\n",
    )
    assert "Property 'version' does not exist" in project.check_types().stdout
