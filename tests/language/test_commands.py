"""Commands are for operators: their output is in English, whatever the language of the school."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils import translation

from tests.factories import make_class

pytestmark = pytest.mark.django_db
# These call nothing that returns messages, or start a server, which has its own languages.
_WITHOUT_MESSAGES = {"demo", "export_environment", "export_schema", "serve"}
_COMMANDS = sorted((settings.BASE_DIR / "primepath/management/commands").glob("[a-z]*.py"))


@pytest.mark.parametrize(
    "command",
    [each for each in _COMMANDS if each.stem not in _WITHOUT_MESSAGES],
    ids=lambda command: command.stem,
)
def test_command_runs_in_english(command: Path) -> None:
    (handle,) = (
        node
        for node in ast.walk(ast.parse(command.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name == "handle"
    )
    assert "translation.override(Language.EN)" in map(ast.unparse, handle.decorator_list)


@override_settings(LANGUAGE_CODE="ko")
def test_messages_of_a_command_are_in_english(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_class("A")
    file = tmp_path / "classes.csv"
    file.write_text("code,name,grade\nA,Rabbits,99\n", encoding="utf-8")
    with translation.override("ko"), pytest.raises(CommandError) as error:
        call_command("import_school", "classes", str(file))
    output = str(error.value) + "".join(capsys.readouterr())
    assert "must be between 0 and 12, not 99" in output
    assert not any("가" <= letter <= "힣" for letter in output)
