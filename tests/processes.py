"""Child processes that run the product and end with the test."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[1]
PATIENCE = 60


@contextmanager
def product_process(
    *command: str,
    database_url: str,
    errors: IO[bytes],
    folder: Path = ROOT,
    environment: Mapping[str, str] | None = None,
    descriptors: Sequence[int] = (),
) -> Iterator[subprocess.Popen[str]]:
    """Run this Python in ``folder``. End the process, by its id, at the end of the block."""
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": database_url,
            **(environment or {}),
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        pass_fds=descriptors,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()
