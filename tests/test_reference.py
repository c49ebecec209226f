"""The reference pages list exactly what the product has."""

from __future__ import annotations

import ast
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from django.core.management import get_commands

from primepath import environment
from primepath.domain.errors import ErrorCode, UserErrorCode
from schema.build import schema
from tests.pages import CLIENTS, PRODUCTION, ROOT, first_column, section

pytestmark = pytest.mark.one_database

SETTINGS = (PRODUCTION / "settings.md").read_text()
COMMANDS = (PRODUCTION / "commands.md").read_text()
OPERATIONS = (CLIENTS / "operations.md").read_text()
ERRORS = (CLIENTS / "errors.md").read_text()
LIMITS = (CLIENTS / "limits.md").read_text()

_READERS = {name for name, _ in inspect.getmembers(environment, inspect.isfunction)}
_SETTING = re.compile(
    r"^### `(?P<name>\w+)`\n(?P<question>[^#]*?)^Default: (?P<default>[^#]*?)\. Example: `(?P<example>[^`]+)`$",
    re.MULTILINE,
)


class Setting(NamedTuple):
    """A setting as documented. The default is the printed text with its remark."""

    question: str
    default: str
    example: str


def documented_settings() -> dict[str, Setting]:
    return {found["name"]: Setting(*found.groups()[1:]) for found in _SETTING.finditer(SETTINGS)}


def settings_in_the_code() -> dict[str, str | None]:
    """Return the names that the settings read from the environment, with defaults that are literals, as text."""
    read: dict[str, str | None] = {}
    for file in ("settings.py", "database.py"):
        for call in ast.walk(ast.parse((ROOT / "primepath" / file).read_text())):
            match call:
                case ast.Call(ast.Name(reader), [ast.Constant(str(name)), *arguments], keywords):
                    if reader in _READERS:
                        given = [*arguments, *(each.value for each in keywords)]
                        read[name] = _text(reader, given[0] if given else None)
    return read


def _text(reader: str, default: ast.expr | None) -> str | None:
    match default:
        case ast.Constant(value):
            return str(int(value)) if isinstance(value, bool | int) else str(value)
        case None:
            return {"flag": "0"}.get(reader)
    return None


def test_every_setting_is_documented() -> None:
    read = settings_in_the_code()
    assert {"DATABASE_URL", "SECRET_KEY", "HTTPS", "ALLOWED_HOSTS", "MAX_PAGE_SIZE"} <= set(read)
    assert sorted(documented_settings()) == sorted(read)
    assert sorted(re.findall(r"^### `(\w+)`$", SETTINGS, re.MULTILINE)) == sorted(read)


def test_setting_has_question_default_and_example() -> None:
    read = settings_in_the_code()
    for name, documented in documented_settings().items():
        assert "?" in documented.question, name
        assert documented.example.startswith(f"{name}="), name
        if (default := read[name]) is not None:
            assert documented.default == f"`{default}`", name


def test_server_accepts_the_examples(tmp_path: Path) -> None:
    examples = dict(each.example.split("=", 1) for each in documented_settings().values())
    done = subprocess.run(
        [sys.executable, "-c", "import primepath.settings"],
        cwd=ROOT,
        env={**os.environ, **examples, "PRIMEPATH_VAR_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_every_management_command_is_documented() -> None:
    ours = {name for name, app in get_commands().items() if str(app).startswith("primepath")}
    assert {"create_token", "demo"} <= ours
    table = COMMANDS.partition("Useful commands of Django")[0]
    assert sorted(first_column(table)) == sorted(ours)


@pytest.mark.parametrize("kind", ["query", "mutation"])
def test_every_root_field_is_documented(kind: str) -> None:
    root = getattr(schema._schema, f"{kind}_type")
    heading = {"query": "Queries", "mutation": "Mutations"}[kind]
    assert first_column(section(OPERATIONS, heading)) == list(root.fields)


def test_every_error_code_is_documented() -> None:
    """Each code has its own row in its table."""
    for heading, codes in (("errors", ErrorCode), ("userErrors", UserErrorCode)):
        rows = re.findall(r"^\| `([A-Z_]+)` \|", section(ERRORS, f"`{heading}`"), re.MULTILINE)
        assert sorted(rows) == sorted(codes)


def test_every_limit_is_documented_for_clients() -> None:
    """Each limit is documented with the default of its setting."""
    limits = {
        name: default
        for name, default in settings_in_the_code().items()
        if name.startswith("MAX_") or name.endswith("_SECONDS")
    }
    assert {"MAX_CELLS_PER_OPERATION", "OPERATION_SECONDS"} <= set(limits)
    rows = re.findall(r"^\| .+ \| ([\d,]+) \| `(\w+)` \|$", LIMITS, re.MULTILINE)
    assert {name: default.replace(",", "") for default, name in rows} == limits
