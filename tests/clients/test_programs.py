"""The programs of the pages for front-end teams: typed, strict, and run by Node against a real server."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from primepath.demo.accounts import TEACHER
from tests.clients.workshop import Workshop
from tests.server import running_server

PROGRAMS = ["Quarter.ts", "apollo.ts", "delta-sync.ts", "fetch.ts", "typescript.ts", "urql.ts"]


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """With what graphql-codegen, relay-compiler and the bundler make of the pages."""
    made = Workshop(tmp_path_factory.mktemp("workshop"))
    for step in (made.generate, made.compile_for_relay, made.make_programs):
        done = step()
        assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    return made


def test_no_program_is_forgotten(workshop: Workshop) -> None:
    assert sorted(workshop.programs) == PROGRAMS


def test_the_programs_hold_what_the_strict_compiler_asks(workshop: Workshop) -> None:
    checked = workshop.check_types()
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_prints_what_its_page_shows(
    name: str, workshop: Workshop, tmp_path: Path
) -> None:
    with running_server(tmp_path, today=datetime.date(2026, 11, 23)) as server:
        done = workshop.run(
            name, {"API": f"{server.address}/graphql", "TOKEN": server.tokens[TEACHER]}
        )
    assert done.stderr == ""
    assert done.stdout == workshop.programs[name]
    assert done.returncode == 0


def test_a_field_that_is_not_there_stops_code_generation(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path)
    workshop.write("documents/wrong.graphql", "query Wrong { viewer { nickname } }")
    done = workshop.generate()
    assert done.returncode != 0
    assert 'Cannot query field "nickname" on type "Viewer"' in f"{done.stdout}{done.stderr}"


def test_a_field_that_is_not_asked_for_stops_the_compiler(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path)
    assert workshop.generate().returncode == 0
    workshop.write(
        "wrong.ts",
        "import type { DaysQuery } from './generated';\n"
        "export const version = (days: DaysQuery) => days.schoolClass?.cells?.[0]?.version;\n",
    )
    assert "Property 'version' does not exist" in workshop.check_types().stdout
