from __future__ import annotations

from pathlib import Path

import pytest

from tests.primepath.exchange.original.make_original import make
from tests.primepath.exchange.original.schema import STEPS


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database without awkward rows."""
    path = tmp_path / "original.sqlite3"
    make(STEPS["managed-late"], path, clean=True)
    return path
