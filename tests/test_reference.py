"""The reference pages list exactly what the product has."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from django.core.management import get_commands

from primepath.domain.errors import ErrorCode, UserErrorCode
from primepath.environment import env
from schema.build import schema
from tests.pages import CLIENTS, PRODUCTION, ROOT, first_column, section

pytestmark = pytest.mark.one_database

SETTINGS = (PRODUCTION / "settings.md").read_text()
COMMANDS = (PRODUCTION / "commands.md").read_text()
OPERATIONS = (CLIENTS / "operations.md").read_text()
ERRORS = (CLIENTS / "errors.md").read_text()
LIMITS = (CLIENTS / "limits.md").read_text()

_SETTING = re.compile(
    r"^### `(?P<name>\w+)`\n(?P<question>[^#]*?)^Default: (?P<default>[^#]*?)\. Example: `(?P<example>[^`]+)`$",
    re.MULTILINE,
)


_CHECK = "import django; django.setup(); from primepath.checks import *; require_valid_settings()"


class Setting(NamedTuple):
    """A setting as documented. The default is the printed text with its remark."""

    question: str
    default: str
    example: str


def documented_settings() -> dict[str, Setting]:
    return {found["name"]: Setting(*found.groups()[1:]) for found in _SETTING.finditer(SETTINGS)}


def test_every_setting_is_documented() -> None:
    read = env.declared
    assert {"DATABASE_URL", "SECRET_KEY", "HTTPS", "ALLOWED_HOSTS", "MAX_PAGE_SIZE"} <= set(read)
    assert sorted(documented_settings()) == sorted(read)
    assert sorted(re.findall(r"^### `(\w+)`$", SETTINGS, re.MULTILINE)) == sorted(read)


def test_setting_has_question_default_and_example() -> None:
    for name, documented in documented_settings().items():
        assert "?" in documented.question, name
        assert documented.example.startswith(f"{name}="), name
        if default := env.declared[name]:
            assert documented.default.partition(";")[0] == f"`{default}`", name


def test_server_accepts_the_examples(tmp_path: Path) -> None:
    examples = dict(each.example.split("=", 1) for each in documented_settings().values())
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _CHECK],
        cwd=ROOT,
        env={
            **os.environ,
            **examples,
            "PRIMEPATH_VAR_DIR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "primepath.settings",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


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
        for name, default in env.declared.items()
        if name.startswith("MAX_") or name.endswith("_SECONDS")
    }
    assert {"MAX_CELLS_PER_OPERATION", "OPERATION_SECONDS"} <= set(limits)
    rows = re.findall(r"^\| .+ \| ([\d,]+) \| `(\w+)` \|$", LIMITS, re.MULTILINE)
    assert {name: default.replace(",", "") for default, name in rows} == limits
