"""The packages that a client's page names: the ones that the tests install, at the same versions."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.clients.node import FOLDER
from tests.pages import CLIENTS, blocks

pytestmark = pytest.mark.one_database

LOCK = json.loads((FOLDER / "package-lock.json").read_text())["packages"]
LIBRARIES = ["apollo.md", "relay.md", "typescript.md", "urql.md"]
PROGRAMS = [*LIBRARIES, "fetch.md"]
_NAMED = re.compile(r"(?<=\s)((?:@[\w.-]+/)?[\w.-]+)@([\w.-]+)")
_IMPORTED = re.compile(r"from '((?:@[\w.-]+/)?[\w-]+)")


def installed(page: Path) -> dict[str, str]:
    """Return the versions in the install commands of a page."""
    commands = "".join(block.text for block in blocks(page.read_text()) if block.language == "sh")
    return dict(_NAMED.findall(commands))


@pytest.mark.parametrize("name", PROGRAMS)
def test_page_installs_the_tested_versions(name: str) -> None:
    found = installed(CLIENTS / name)
    assert found
    locked = {package: LOCK[f"node_modules/{package}"]["version"] for package in found}
    assert found == locked


@pytest.mark.parametrize("name", PROGRAMS)
def test_page_begins_with_its_packages(name: str) -> None:
    first, *_ = blocks((CLIENTS / name).read_text())
    assert first.language == "sh"
    assert "npm install" in first.text
    assert "--save-exact" in first.text


@pytest.mark.parametrize("name", LIBRARIES)
def test_page_installs_what_its_program_imports(name: str) -> None:
    page = CLIENTS / name
    code = "".join(block.text for block in blocks(page.read_text()) if block.language == "ts")
    imported = set(_IMPORTED.findall(code))
    assert imported
    assert imported <= set(installed(page)) | set(installed(CLIENTS / "typescript.md"))


def test_code_generator_has_its_plugins() -> None:
    page = CLIENTS / "typescript.md"
    (config,) = [block for block in blocks(page.read_text()) if block.word == "codegen.json"]
    (output,) = json.loads(config.text)["generates"].values()
    plugins = {f"@graphql-codegen/{plugin}" for plugin in output["plugins"]}
    assert plugins | {"@graphql-codegen/cli"} <= set(installed(page))


def test_named_version_of_node_is_the_tested_one() -> None:
    types = LOCK["node_modules/@types/node"]["version"].partition(".")[0]
    for name in PROGRAMS:
        assert f"Node {types}" in (CLIENTS / name).read_text()
