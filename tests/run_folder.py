"""The folder that all processes of one test run share: workers of pytest-xdist, and the servers they start."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_VARIABLE = "TEST_RUN_FOLDER"


def run_folder() -> Path:
    return Path(os.environ[_VARIABLE])


@contextmanager
def new_run_folder() -> Iterator[None]:
    """Create the folder, and remove it when the block ends. Inside another run, use the folder of that run."""
    if _VARIABLE in os.environ:
        yield
        return
    folder = tempfile.mkdtemp(prefix="primepath-tests-")
    os.environ[_VARIABLE] = folder
    try:
        yield
    finally:
        del os.environ[_VARIABLE]
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def lock(name: str, *, shared: bool = False) -> Iterator[None]:
    """Hold a lock of the run. It ends with its process, even if the process is killed."""
    with (run_folder() / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield
