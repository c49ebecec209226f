"""Runs a checkout's server and its ``manage.py`` commands, each in a process of its own.

A `Checkout` imports none of the product's code, so it can also run an older version.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple

import psutil  # type: ignore[import-untyped]

HOST = "127.0.0.1"
ROOT = Path(__file__).resolve().parent.parent
_START_SECONDS = 30
_STOP_SECONDS = 10


class Server(NamedTuple):
    """A running server: its port, and the id of the process that serves requests."""

    port: int
    pid: int


@dataclass(frozen=True, slots=True)
class Checkout:
    """A folder with the product's code, and how to run it.

    Its processes have this ``environment``, by default the one of this process.
    """

    folder: Path = ROOT
    python: str = sys.executable
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def manage(self, *arguments: str) -> str:
        """Run a ``manage.py`` command and return its output. Raises `CalledProcessError`."""
        run = subprocess.run(
            [self.python, "manage.py", *arguments],
            cwd=self.folder,
            env=self._environment(),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return run.stdout.strip()

    def create_token(self, username: str) -> str:
        """Return a new bearer token of this user."""
        return self.manage("create_token", username, "--verbosity=0")

    @contextmanager
    def serve(self, log: Path) -> Iterator[Server]:
        """Run the server on a free port of this machine and write its output to ``log``.

        Raises `RuntimeError` with the log if the server does not start.
        """
        port = free_port()
        command = [self.python, "manage.py", "serve"]
        if not (self.folder / "primepath" / "management" / "commands" / "serve.py").exists():
            # Versions before 0.3.
            command = [self.python, "-m", "uvicorn", "primepath.asgi:application"]
        command += ["--host", HOST, "--port", str(port)]
        with serving(command, port, log, folder=self.folder, environment=self._environment()) as it:
            _wait_for_response(port)
            # `manage.py serve` has a process of its own for the requests.
            workers = psutil.Process(it.pid).children()
            yield it._replace(pid=workers[0].pid if workers else it.pid)

    def _environment(self) -> dict[str, str]:
        return {**self.environment, "PYTHONPATH": str(self.folder)}


@contextmanager
def serving(
    command: Sequence[str],
    port: int,
    log: Path,
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """Run a command that serves on ``port``, wait until it accepts connections, and stop it afterwards.

    Raises `RuntimeError` with the log if the server does not start.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, cwd=folder, stdout=output, stderr=output, env=environment
        )
    try:
        _wait_until_ready(process, port, log)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _wait_for_response(port: int) -> None:
    """Wait until a process serves requests. `manage.py serve` listens before."""
    with closing(HTTPConnection(HOST, port, timeout=_START_SECONDS)) as connection:
        connection.request("GET", "/healthz")
        connection.getresponse().read()


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
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
