"""Processes that the trial starts, freezes, kills and stops, always by their own ids."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from scripts.server import HOST

_START_SECONDS = 30
_STOP_SECONDS = 15
_POLL_SECONDS = 0.05


class Process:
    """A server in a process of its own. Its output goes to ``log``."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        *,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # Ctrl-C stops the trial, which then stops its servers in order.
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def wait_for_port(self, port: int) -> None:
        """Wait until something listens on ``port``. Raises `RuntimeError` with the log if the process ends before that."""
        wait_until(lambda: self._listens(port), _START_SECONDS, f"{self.log.name} does not listen")

    def _listens(self, port: int) -> bool:
        if not self.is_running:
            raise RuntimeError(f"{self.log}: {self.log.read_text(errors='replace')[-2_000:]}")
        with suppress(OSError):
            socket.create_connection((HOST, port), timeout=1).close()
            return True
        return False

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def wait(self, seconds: float) -> float | None:
        """Return how many seconds it took until the process ended. None if it still runs after ``seconds``."""
        start = time.monotonic()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
            return time.monotonic() - start
        return None

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End the process and everything that it started."""
        family = [self.pid, *descendants(self.pid)]
        if self.is_running:
            self.send(number)
            if self.wait(_STOP_SECONDS) is None:
                kill(family)
                self._process.wait()
        kill([pid for pid in family if pid != self.pid])


def wait_until(holds: Callable[[], bool], seconds: float, otherwise: str) -> float:
    """Wait until ``holds()`` and return how many seconds it took. Raises `TimeoutError` with the text ``otherwise``."""
    start = time.monotonic()
    while not holds():
        if time.monotonic() - start > seconds:
            raise TimeoutError(f"{otherwise} after {seconds:.0f} s.")
        time.sleep(_POLL_SECONDS)
    return time.monotonic() - start


def descendants(pid: int) -> list[int]:
    """Return the ids of all processes below ``pid``, from parents to children."""
    children: dict[int, list[int]] = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # The name in parentheses can contain spaces.
            fields = file.read_text().rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append(int(file.parent.name))
    found, waiting = [], [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def signal_all(pids: Sequence[int], number: signal.Signals) -> None:
    """Send a signal to each process that still exists."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def kill(pids: Sequence[int]) -> None:
    signal_all(pids, signal.SIGKILL)


def resident_bytes(pids: Sequence[int]) -> int:
    """Return the memory that these processes occupy, without what they share with a file or with each other."""
    total = 0
    for pid in pids:
        with suppress(OSError):
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
            total += sum(
                1024 * int(line.split()[1]) for line in lines if line.startswith("RssAnon")
            )
    return total


def open_sockets(pids: Sequence[int]) -> int:
    """Return the number of sockets that these processes have open."""
    count = 0
    for pid in pids:
        with suppress(OSError):
            for file in Path(f"/proc/{pid}/fd").iterdir():
                with suppress(OSError):
                    count += os.readlink(file).startswith("socket:")
    return count
