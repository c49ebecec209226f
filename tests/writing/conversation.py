"""How a test and a process it started talk: a line at a time, on the standard input and output of the process."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

PATIENCE = 240


def say(line: str) -> None:
    """Says something to the test."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def hear() -> str:
    """The next line of the test; empty when it has gone."""
    return sys.stdin.readline().rstrip("\n")


def tell(process: subprocess.Popen[str], line: str) -> None:
    """Says something to a process."""
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


def answer_of(process: subprocess.Popen[str]) -> str:
    """The next line of a process; empty when it has ended."""
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")


@contextmanager
def patience(processes: Sequence[subprocess.Popen[str]]) -> Iterator[None]:
    """Ends processes that the block waits for too long, so that it reads the end of what they say."""

    def end() -> None:
        for process in processes:
            process.kill()

    watchdog = threading.Timer(PATIENCE, end)
    watchdog.start()
    try:
        yield
    finally:
        watchdog.cancel()
