"""Line-based communication between a test and its child process, through the child's standard input and output."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

TIMEOUT_SECONDS = 240


def send_to_parent(line: str) -> None:
    """Send a line from the child process to the test."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def read_from_parent() -> str:
    """Return the next line from the test. Empty if the test has ended."""
    return sys.stdin.readline().rstrip("\n")


def send(process: subprocess.Popen[str], line: str) -> None:
    """Send a line from the test to a child process."""
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


def read_line(process: subprocess.Popen[str]) -> str:
    """Return the next line from a child process. Empty if it has ended."""
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")


@contextmanager
def kill_after_timeout(processes: Sequence[subprocess.Popen[str]]) -> Iterator[None]:
    """Kill the processes if the block takes too long, so that it reads the end of their output instead of hanging."""

    def end() -> None:
        for process in processes:
            process.kill()

    watchdog = threading.Timer(TIMEOUT_SECONDS, end)
    watchdog.start()
    try:
        yield
    finally:
        watchdog.cancel()
