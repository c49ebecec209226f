"""Only ``services/history.py`` writes the history, so that every entry has its author, its time and its transaction."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import loaders
import primepath
import schema

pytestmark = pytest.mark.one_database

ROOTS = [Path(package.__path__[0]) for package in (primepath, schema, loaders)]
FILES = sorted(path for root in ROOTS for path in root.rglob("*.py"))
WRITER = Path(primepath.__path__[0]) / "services" / "history.py"
# The model's own file forbids changes; migrations describe the table.
EXCEPT = {WRITER, Path(primepath.__path__[0]) / "models" / "history_entry.py"}
_WRITES = {
    *("create", "bulk_create", "get_or_create", "update_or_create", "update", "delete"),
    *("bulk_update", "acreate", "abulk_create", "aupdate", "adelete"),
}


def _writes(tree: ast.AST) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        target, source = node.func, ast.unparse(node)
        is_manager = isinstance(target, ast.Attribute) and target.attr in _WRITES
        is_insert = ast.unparse(target).endswith("insert_rows")
        is_model = ast.unparse(target).split(".")[-1] == "HistoryEntry"
        if is_model or ("HistoryEntry" in source and (is_manager or is_insert)):
            found.append(source)
    return found


def test_the_check_finds_the_writer() -> None:
    assert _writes(ast.parse(WRITER.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_nothing_else_writes_the_history(path: Path) -> None:
    if path not in EXCEPT and "migrations" not in path.parts:
        assert not _writes(ast.parse(path.read_text(encoding="utf-8")))
