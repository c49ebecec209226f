"""A process of the supervisor, as the supervisor sees it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from contextlib import suppress
from socket import send_fds, socket, socketpair

from django.conf import settings

from primepath.server.processes.worker import NUMBER_BYTES, READY

# A new process imports the product. On a busy machine that has taken 20 seconds.
_START_SECONDS = 120
# A process that reports nothing for so long is hung. It reports every second, but not while one thread keeps the
# interpreter, and not while the machine swaps.
_SILENT_SECONDS = 60

logger = logging.getLogger("primepath.serve")


class WorkerProcess:
    """A process that serves, and what it has reported."""

    def __init__(self, listener: socket) -> None:
        self._channel, theirs = socketpair()
        self._channel.setblocking(False)
        path = os.pathsep.join(filter(None, [str(settings.BASE_DIR), os.environ.get("PYTHONPATH")]))
        numbers = (listener.fileno(), theirs.fileno())
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "primepath.server.processes.worker", *map(str, numbers)],
                env={**os.environ, "PYTHONPATH": path},
                pass_fds=numbers,
                # Ctrl-C reaches the supervisor only, which then ends the processes.
                process_group=0,
            )
        self.id = self._process.pid
        self.is_ready = False
        self._heard_at = time.monotonic()
        self._kill_at = float("inf")

    def look(self) -> None:
        """Read what the process has reported. Kill it if it is hung, or does not end in time."""
        now = time.monotonic()
        try:
            reported = self._channel.recv(1_024)
        except OSError:
            reported = b""
        if reported:
            self._heard_at = now
            self.is_ready = self.is_ready or READY in reported
        patience = _SILENT_SECONDS if self.is_ready else _START_SECONDS
        if now > min(self._kill_at, self._heard_at + patience) and self.is_running:
            logger.error("Process %d does not respond. It is killed.", self.id)
            self.kill()

    def lend(self, number: int, listener: socket) -> None:
        """Let the process also accept the connections of process ``number``, which come to ``listener``."""
        with suppress(OSError):
            send_fds(self._channel, [number.to_bytes(NUMBER_BYTES)], [listener.fileno()])

    def take_back(self, number: int) -> None:
        """End what `lend` has begun."""
        with suppress(OSError):
            self._channel.send(number.to_bytes(NUMBER_BYTES))

    @property
    def serves(self) -> bool:
        return self.is_ready and self.is_running

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    @property
    def status(self) -> int | None:
        return self._process.returncode

    def end(self, seconds: float) -> None:
        """Ask the process to end. `look` kills it after ``seconds``."""
        self._kill_at = time.monotonic() + seconds
        if self.is_running:
            self._process.terminate()

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        """Forget a process that has ended."""
        self._process.wait()
        self._channel.close()
