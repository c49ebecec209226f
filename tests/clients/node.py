"""Runner for the Node scripts of this folder."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
_TIMEOUT_SECONDS = 120


def run_node(
    *arguments: str, folder: Path = FOLDER, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the script in ``folder`` and return its result. Skip the test if Node or the packages are missing."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed")
    if not (FOLDER / "node_modules").is_dir():
        pytest.skip("the packages are not installed: npm ci --prefix tests/clients")
    return subprocess.run(
        [node, *arguments],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_SECONDS,
        check=False,
    )
