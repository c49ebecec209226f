"""The filters of docs/production for the log work on the journal, which has lines of systemd too."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest

from tests.pages import PRODUCTION

pytestmark = pytest.mark.one_database

_FILTER = re.compile(r"jq (-\w+) '([^']+)'")
FILTERS = [
    found.groups()
    for page in sorted(PRODUCTION.glob("*.md"))
    for found in _FILTER.finditer(page.read_text())
]
_LINE = {"ms": 2000, "level": "ERROR", "errors": ["TIMEOUT"], "disconnected": True}
_JOURNAL = f"Started primepath.service - PrimePath.\n{json.dumps(_LINE)}\n{{}}\n"


@pytest.mark.parametrize(("options", "filter"), FILTERS)
def test_filter_finds_its_line(options: str, filter: str) -> None:
    if (jq := shutil.which("jq")) is None:
        pytest.skip("jq is not installed.")
    command = [jq, "--compact-output", options, filter]
    done = subprocess.run(command, input=_JOURNAL, capture_output=True, text=True, check=True)
    assert len(done.stdout.splitlines()) == 1


def test_every_page_with_jq_is_tested() -> None:
    assert len(FILTERS) == 4
