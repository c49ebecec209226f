"""The page for operators shows the output of a real dry run."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.pages import ROOT, blocks
from tests.primepath.exchange.original.make_original import make
from tests.primepath.exchange.original.schema import STEPS

PAGE = ROOT / "docs" / "production" / "import-original.md"


@pytest.mark.django_db
def test_page_shows_the_output_of_a_dry_run(tmp_path: Path) -> None:
    path = tmp_path / "db.sqlite3"
    make(STEPS["managed"], path, clean=True)
    output = StringIO()
    call_command("import_primepath", path, dry_run=True, stdout=output)
    (shown,) = [block.text for block in blocks(PAGE.read_text()) if block.language == "text"]
    assert output.getvalue().strip() == shown.strip()
