"""The page about private names of libraries is complete, and the names stay in the files that are allowed."""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

import pytest

from tests.pages import DOCS, ROOT, section
from tests.upstream.private_names import Use, is_private, private_names

pytestmark = pytest.mark.one_database

PAGE = DOCS / "development" / "upstream.md"
ALLOWED = {
    "graphql-core, Strawberry and cross-web": (
        "schema/execution/core.py",
        "schema/execution/executor.py",
    ),
    "asyncio, aiodataloader and CPython": (
        "loaders/dispatch.py",
        "loaders/generic.py",
        "primepath/server/stack_chunk.py",
    ),
    "Django": (
        "primepath/db/",
        "primepath/server/",
        "primepath/admin/common/",
        "schema/http/authentication.py",
    ),
    "psycopg": ("primepath/db/postgresql/",),
    "uvicorn": ("primepath/server/",),
}

# What schema/ imports from inside of the libraries, besides schema/execution/core.py: their documentation names these.
DOCUMENTED_MODULES = {
    "strawberry.django.views",
    "strawberry.exceptions",
    "strawberry.http",
    "strawberry.http.base",
    "strawberry.schema.config",
    "strawberry.schema.exceptions",
    "strawberry.types",
    "strawberry.types.graphql",
    "strawberry.types.scalar",
}


class Row(NamedTuple):
    library: str
    names: list[str]
    file: str


def rows() -> list[Row]:
    text = PAGE.read_text()
    return [
        Row(library, re.findall("`([^`]+)`", names), file)
        for library in ALLOWED
        for names, file in re.findall(
            r"^\| (`[^|]+) \| [^|]+ \| `([^`]+)` \| [^|]+ \|$", section(text, library), re.MULTILINE
        )
    ]


LISTED = {Use(name, row.file) for row in rows() for name in row.names}


@pytest.mark.slow
def test_page_lists_exactly_the_private_names() -> None:
    assert private_names() == {use for use in LISTED if is_private(use.name)}


def test_every_import_of_the_core_module_is_on_the_page() -> None:
    file = "schema/execution/core.py"
    tree = ast.parse((ROOT / file).read_text())
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and node.module not in {"__future__", "typing", "graphql"}
        for alias in node.names
        if not (node.module or "").startswith("collections")
    }
    public = {"StrawberryField", "overlapping_fields_can_be_merged"}
    assert {Use(name, file) for name in imported - public} - LISTED == set()


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.names[0])
def test_names_are_used_in_the_documented_files(row: Row) -> None:
    assert row.file.startswith(ALLOWED[row.library])
    text = (ROOT / row.file).read_text()
    assert [name for name in row.names if name not in text] == []


def test_other_modules_of_the_schema_import_documented_modules_only() -> None:
    undocumented = [
        (path.relative_to(ROOT).as_posix(), node.module)
        for path in sorted((ROOT / "schema").rglob("*.py"))
        if path.name != "core.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom)
        and re.match(r"(graphql|strawberry)\.|cross_web", node.module or "")
        and node.module not in DOCUMENTED_MODULES
    ]
    assert undocumented == []
