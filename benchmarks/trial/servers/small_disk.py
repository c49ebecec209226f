"""A small file system that a scenario can fill."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PIECE = 64 * 1024


class MountError(RuntimeError):
    """This user cannot mount a file system."""


class SmallDisk:
    """A file system in memory, mounted at ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self) -> None:
        """Use all of its space."""
        with self._filler.open("wb") as file:
            while True:
                try:
                    os.write(file.fileno(), b"x" * _PIECE)
                except OSError as error:
                    if error.errno == errno.ENOSPC:
                        return
                    raise

    def empty(self) -> None:
        """Free the space that `fill` has used."""
        self._filler.unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk]:
    """Mount a file system at ``folder`` and unmount it afterwards. Raises `MountError`."""
    program = shutil.which("mount")
    if os.geteuid() != 0 or program is None:
        raise MountError("Only root can mount a small file system.")
    folder.mkdir(exist_ok=True)
    command = [program, "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "trial", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise MountError(f"A small file system cannot be mounted: {done.stderr.strip()}.")
    try:
        yield SmallDisk(folder)
    finally:
        # Lazily: PostgreSQL can have deleted files open for some time.
        command = [shutil.which("umount") or "umount", "-l", str(folder)]
        subprocess.run(command, check=True)  # noqa: S603
