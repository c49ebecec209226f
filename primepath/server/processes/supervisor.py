"""Starts the processes of ``manage.py serve``, watches them and replaces them.

uvicorn has a supervisor too. On a busy machine it gives up a restart after five seconds. It waits forever for a process
that does not end, and ignores signals meanwhile.
"""

from __future__ import annotations

import logging
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from socket import socket
from types import FrameType

from primepath.server.processes.systemd import notify_systemd
from primepath.server.processes.worker_process import WorkerProcess

_PERIOD_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 30

logger = logging.getLogger("primepath.serve")


class _Slot:
    """A listening socket, the process that serves it, and the one that will replace it."""

    def __init__(self, listener: socket) -> None:
        self.listener = listener
        self.process: WorkerProcess | None = None
        self.replacement: WorkerProcess | None = None
        # A process of another slot that serves the listener too while this one has no process that does.
        self.helper: WorkerProcess | None = None
        self.failures = 0
        self.start_at = 0.0


class Supervisor:
    """Runs one process for each listener until SIGTERM or SIGINT. SIGHUP replaces all processes, one after another.

    A process has ``end_seconds`` to end, and is then killed. ``on_end`` is called with the id of each process that ended.
    """

    def __init__(
        self,
        listeners: Sequence[socket],
        *,
        end_seconds: float,
        on_ready: Callable[[], None],
        on_end: Callable[[int], None],
    ) -> None:
        self._slots = [_Slot(listener) for listener in listeners]
        self._end_seconds = end_seconds
        self._on_ready = on_ready
        self._on_end = on_end
        self._ending: list[WorkerProcess] = []
        self._to_replace: deque[_Slot] = deque()
        self._signals: deque[int] = deque()
        self._has_served = False
        self._is_stopping = False
        self._has_failed = False

    def run(self) -> bool:
        """Serve. Return False if the processes could not start."""
        with self._noting_signals():
            while not self._is_stopping or self._ending:
                self._look()
                while self._signals:
                    self._handle(self._signals.popleft())
                if not self._is_stopping:
                    for slot in self._slots:
                        self._keep_alive(slot)
                    self._continue_restart()
                    for number, slot in enumerate(self._slots):
                        self._find_help(number, slot)
                    self._announce()
                time.sleep(_PERIOD_SECONDS)
        return not self._has_failed

    def _look(self) -> None:
        for slot in self._slots:
            for process in filter(None, (slot.process, slot.replacement)):
                process.look()
        for process in list(self._ending):
            process.look()
            if not process.is_running:
                self._ending.remove(process)
                self._forget(process)

    def _keep_alive(self, slot: _Slot) -> None:
        process = slot.process
        if process is not None:
            if process.is_running:
                return
            if not self._has_served:
                logger.error("Process %d did not start. The server stops.", process.id)
                self._has_failed = True
                self._stop()
                return
            slot.failures = 0 if process.is_ready else slot.failures + 1
            pause = min(2**slot.failures - 1, _LONGEST_PAUSE_SECONDS)
            logger.error(
                "Process %d ended with status %s. Another one starts in %d seconds.",
                *(process.id, process.status, pause),
            )
            slot.start_at = time.monotonic() + pause
            slot.process = None
            self._forget(process)
        # A replacement that is starting will do.
        if slot.replacement is None and time.monotonic() >= slot.start_at and not self._is_stopping:
            slot.process = WorkerProcess(slot.listener)

    def _continue_restart(self) -> None:
        if not self._to_replace or self._is_stopping:
            return
        slot = self._to_replace[0]
        new = slot.replacement
        if new is None:
            slot.replacement = WorkerProcess(slot.listener)
        elif new.is_ready:
            if slot.process is not None:
                self._end(slot.process)
            slot.process, slot.replacement = new, None
            self._to_replace.popleft()
            if not self._to_replace:
                logger.info("All processes are replaced.")
        elif not new.is_running:
            logger.error("Process %d did not start. The others are not replaced.", new.id)
            slot.replacement = None
            self._forget(new)
            self._to_replace.clear()

    def _find_help(self, number: int, slot: _Slot) -> None:
        """Let another process serve the listener of a process that has died, until its replacement does.

        A new process takes some seconds to start, and all connections to its listener would wait for it.
        """
        if slot.process is not None and slot.process.serves:
            if slot.helper is not None:
                slot.helper.take_back(number)
                slot.helper = None
        elif self._has_served:
            others = [
                each.process
                for each in self._slots
                # With a Unix socket, all processes have the same one.
                if each.listener is not slot.listener and each.process and each.process.serves
            ]
            if slot.helper not in others:
                slot.helper = others[0] if others else None
                if slot.helper is not None:
                    slot.helper.lend(number, slot.listener)

    def _announce(self) -> None:
        if self._has_served or not all(
            slot.process is not None and slot.process.is_ready for slot in self._slots
        ):
            return
        self._has_served = True
        self._on_ready()
        notify_systemd("READY=1")

    def _handle(self, number: int) -> None:
        if number == signal.SIGHUP:
            # A second signal during a restart can mean new code, so the processes are replaced once more.
            if not self._is_stopping and len(self._to_replace) <= len(self._slots):
                logger.info("All processes are being replaced.")
                self._to_replace.extend(self._slots)
        elif self._is_stopping:
            for process in self._ending:
                process.kill()
        else:
            notify_systemd("STOPPING=1")
            self._stop()

    def _stop(self) -> None:
        self._is_stopping = True
        for slot in self._slots:
            for process in filter(None, (slot.process, slot.replacement)):
                self._end(process)
            slot.process = slot.replacement = None

    def _end(self, process: WorkerProcess) -> None:
        process.end(self._end_seconds)
        self._ending.append(process)

    def _forget(self, process: WorkerProcess) -> None:
        process.close()
        self._on_end(process.id)

    @contextmanager
    def _noting_signals(self) -> Iterator[None]:
        def note(number: int, _: FrameType | None) -> None:
            self._signals.append(number)

        previous = {}
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            # Under nohup, SIGHUP is ignored.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                previous[number] = signal.signal(number, note)
        try:
            yield
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)
