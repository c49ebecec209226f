"""Processes that read at the same time."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

from tests.concurrency.reader import Job, Reading
from tests.processes import PATIENCE


class Readers:
    """A group of processes that start together and wait for each other at given points."""

    def __init__(self, processes: Sequence[subprocess.Popen[str]], log: Path) -> None:
        self._processes = processes
        self._log = log

    def read(self, jobs: Sequence[Job]) -> list[Reading]:
        """Return what the threads of all processes read, with one job per process.

        No thread begins before all are connected, and none stores cells before all have looked for theirs.
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
