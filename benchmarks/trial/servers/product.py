"""The product's server processes."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from benchmarks.trial.servers.processes import (
    Process,
    descendants,
    kill,
    open_sockets,
    resident_bytes,
)
from scripts.server import HOST, ROOT, free_port

_SERVE = ROOT / "primepath" / "management" / "commands" / "serve.py"


class Product:
    """The product's server with ``processes`` processes: one port for each, or one for all without ``manage.py serve``."""

    def __init__(self, folder: Path, environment: Mapping[str, str], *, processes: int) -> None:
        self.ports = _free_ports(processes) if _SERVE.exists() else [free_port()]
        self.processes = processes
        self._folder = folder
        self._environment = environment
        self.start()

    def start(self) -> None:
        self.process = Process(
            _command(self.port, self.processes),
            self._folder / "server.log",
            folder=ROOT,
            environment={**self._environment, "PYTHONPATH": str(ROOT)},
        )
        for port in self.ports:
            self.process.wait_for_port(port)

    @property
    def port(self) -> int:
        """The port of the only process, or of the first."""
        return self.ports[0]

    def workers(self) -> list[int]:
        """Return the ids of the processes that serve requests."""
        below = [pid for pid in descendants(self.process.pid) if _runs_python(pid)]
        return below or [self.process.pid]

    def memory(self) -> int:
        """Return the bytes of memory that the processes occupy."""
        return resident_bytes(self.workers())

    def sockets(self) -> int:
        return open_sockets(self.workers())

    def log_lines(self) -> list[str]:
        return self.process.log.read_text(errors="replace").splitlines()

    def stop(self) -> None:
        self.process.stop(signal.SIGTERM)

    def kill(self) -> None:
        """End all processes immediately, like a crash of the machine."""
        kill([self.process.pid, *descendants(self.process.pid)])
        self.process.wait(10)


def _command(port: int, processes: int) -> list[str]:
    if _SERVE.exists():
        command = [sys.executable, "manage.py", "serve", "--host", HOST, "--port", str(port)]
        return [*command, "--processes", str(processes), "--separate-ports"]
    command = [sys.executable, "-m", "uvicorn", "primepath.asgi:application", "--host", HOST]
    command += ["--port", str(port), "--log-level", "warning"]
    return [*command, "--workers", str(processes)] if processes > 1 else command


def _free_ports(count: int) -> list[int]:
    """Return free ports that follow each other."""
    while True:
        first = free_port()
        ports = list(range(first, first + count))
        if all(map(_is_free, ports)):
            return ports


def _is_free(port: int) -> bool:
    with socket.socket() as probe, suppress(OSError):
        probe.bind((HOST, port))
        return True
    return False


def _runs_python(pid: int) -> bool:
    """Return whether this is a server process, and not one that multiprocessing uses to track resources."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return b"resource_tracker" not in command and b"python" in command
