"""The commands on the pages for operators print the output that the pages show."""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from primepath.demo.seed_demo import seed_demo
from tests.pages import PAGES, ROOT, blocks

_MANAGE = ["python", "manage.py"]
_ANYTHING = "…"


def commands_shown() -> list[tuple[str, str]]:
    """Return each command with the output that is shown below it."""
    texts = [
        block.text
        for page in PAGES
        for block in blocks(page.read_text())
        if block.language == "console"
    ]
    return [(text.partition("\n")[0].removeprefix("$ "), text.partition("\n")[2]) for text in texts]


def run_in_process(command: list[str]) -> str:
    """Run a management command on the database of the test."""
    output = io.StringIO()
    call_command(*command, stdout=output, stderr=output, no_color=True)
    return output.getvalue()


def run_in_subprocess(
    command: list[str], variables: dict[str, str], folder: Path, *, lines: int
) -> str:
    """Run a management command with these environment variables; return the last lines of its output."""
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env={**os.environ, "PRIMEPATH_VAR_DIR": str(folder), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    return "\n".join((done.stdout + done.stderr).splitlines()[-lines:]) + "\n"


@pytest.mark.django_db
@pytest.mark.parametrize(("command", "shown"), commands_shown())
def test_command_prints_the_output_on_its_page(command: str, shown: str, tmp_path: Path) -> None:
    words = shlex.split(command)
    variables = dict(word.split("=", 1) for word in words if re.match(r"[A-Z_]+=", word))
    program, arguments = words[len(variables) :][:2], words[len(variables) + 2 :]
    assert program == _MANAGE
    if variables:
        printed = run_in_subprocess(arguments, variables, tmp_path, lines=shown.count("\n"))
    else:
        if arguments[0] == "create_token":
            seed_demo(report=lambda line: None)
        printed = run_in_process(arguments)
    pattern = ".*".join(map(re.escape, shown.split(_ANYTHING)))
    assert re.fullmatch(pattern, printed), printed


def test_every_command_is_shown() -> None:
    assert len(commands_shown()) >= 6
