"""One process that serves the product and the other ways, as ``make demo`` serves it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.client import HOST

_START_SECONDS = 30
_STOP_SECONDS = 10


class Server(NamedTuple):
    """A running server."""

    port: int
    pid: int


@contextmanager
def running_server(log: Path) -> Iterator[Server]:
    """Starts a server on a free port of this machine alone; what it has to say goes to ``log``.

    Raises `RuntimeError` with the log where it does not start.
    """
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "primepath.asgi:application"]
    command += ["--host", HOST, "--port", str(port), "--log-level", "warning"]
    with running(command, port, log) as server:
        yield server


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    command: Sequence[str], port: int, log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Runs the command, which serves on ``port``; ends it afterwards. ``environment`` is added to ours.

    Raises `RuntimeError` with the log where it does not start.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603
            command, stdout=output, stderr=output, env={**os.environ, **(environment or {})}
        )
    try:
        _wait_for(process, port, log)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"The server did not start: {log.read_text()}") from error
            time.sleep(0.05)
        else:
            return
