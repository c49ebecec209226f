"""Processes of the product, started for a test and ended with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tests.concurrency.reader import Job, Reading

ROOT = Path(__file__).parents[2]
PATIENCE = 60


@contextmanager
def product_process(
    *command: str,
    database_url: str,
    errors: IO[bytes],
    folder: Path = ROOT,
    environment: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[str]]:
    """A process of this Python that works in ``folder``; ended by its id when the block is left."""
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
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


class Readers:
    """Processes that read at the same time."""

    def __init__(self, processes: Sequence[subprocess.Popen[str]], log: Path) -> None:
        self._processes = processes
        self._log = log

    def read(self, jobs: Sequence[Job]) -> list[Reading]:
        """What the threads of all processes read, one job a process.

        None begins before all are connected, and none goes on to store before all have looked for their cells.
        """
        watchdog = threading.Timer(PATIENCE, self._kill)
        watchdog.start()
        try:
            self._send([json.dumps(job) for job in jobs])
            for point in ("connected", "selected"):
                assert set(self._receive()) == {point}, self._log.read_text()
                self._send(["go on"] * len(jobs))
            return [reading for line in self._receive() for reading in json.loads(line)]
        finally:
            watchdog.cancel()

    def _kill(self) -> None:
        for process in self._processes:
            process.kill()

    def _send(self, lines: Sequence[str]) -> None:
        for process, line in zip(self._processes, lines, strict=True):
            assert process.stdin is not None
            process.stdin.write(f"{line}\n")
            process.stdin.flush()

    def _receive(self) -> list[str]:
        lines = []
        for process in self._processes:
            assert process.stdout is not None
            lines.append(process.stdout.readline().strip())
        return lines
