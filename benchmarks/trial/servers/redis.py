"""A Redis server that stores nothing on disk."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.trial.servers.processes import Process
from scripts.server import HOST, free_port


class RedisServer:
    def __init__(self, folder: Path) -> None:
        program = shutil.which("redis-server")
        if program is None:
            raise RuntimeError("redis-server is not installed.")
        self._port = free_port()
        options = ["--bind", HOST, "--port", str(self._port), "--save", "", "--appendonly", "no"]
        self._process = Process([program, *options], folder / "redis.log", folder=folder)
        self._process.wait_for_port(self._port)

    @property
    def url(self) -> str:
        return f"redis://{HOST}:{self._port}/0"

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop it from running. It still accepts connections, and answers nothing."""
        self._process.send(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send(signal.SIGCONT)

    def stop(self) -> None:
        self._process.stop()
