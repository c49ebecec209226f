"""Processes that read at the same time."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple

from tests.concurrency.reader import Job, Reading
from tests.processes import PATIENCE, ROOT, product_process


class Pipes(NamedTuple):
    """The input and the output of a process."""

    input: IO[str]
    output: IO[str]


class Readers:
    """A group of processes that start together and wait for each other at given points."""

    def __init__(self, ids: Sequence[int], pipes: Sequence[Pipes], log: Path) -> None:
        self._ids = ids
        self._pipes = pipes
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
        for id in self._ids:
            with suppress(ProcessLookupError):
                os.kill(id, signal.SIGKILL)

    def _send(self, lines: Sequence[str]) -> None:
        for pipes, line in zip(self._pipes, lines, strict=True):
            pipes.input.write(f"{line}\n")
            pipes.input.flush()

    def _receive(self) -> list[str]:
        return [pipes.output.readline().strip() for pipes in self._pipes]


@contextmanager
def started_readers(
    number: int, *, database_url: str, log: Path, folder: Path = ROOT
) -> Iterator[Readers]:
    """Start this number of processes. They end when the block ends, because their input ends."""
    with ExitStack() as stack:
        errors = stack.enter_context(log.open("wb"))
        pipes: list[Pipes] = []
        theirs: list[int] = []
        for _ in range(number):
            (their_input, input), (output, their_output) = os.pipe(), os.pipe()
            theirs += [their_input, their_output]
            files = os.fdopen(input, "w"), os.fdopen(output)
            pipes.append(Pipes(*map(stack.enter_context, files)))
        process = stack.enter_context(
            product_process(
                *("-m", "tests.concurrency.reader", *map(str, theirs)),
                database_url=database_url,
                errors=errors,
                folder=folder,
                descriptors=theirs,
            )
        )
        for each in theirs:
            os.close(each)
        assert process.stdout is not None
        ids = process.stdout.readline()
        assert ids, log.read_text()
        yield Readers(json.loads(ids), pipes, log)
