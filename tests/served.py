"""``manage.py serve`` with a copy of the demo database."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from tests.databases import demo_template, own_database
from tests.processes import PATIENCE, product_process


@dataclass(frozen=True, slots=True)
class Served:
    """A running command: its process, its log, the folder of its files, and a token of the head teacher."""

    process: subprocess.Popen[str]
    log: Path
    folder: Path
    token: str

    @property
    def ports(self) -> tuple[int, ...]:
        line = self.lines("PrimePath serves on")[0]
        return tuple(int(port) for port in re.findall(r"http://127\.0\.0\.1:(\d+)", line))

    def lines(self, text: str) -> list[str]:
        return [line for line in self.log.read_text().splitlines() if text in line]

    def workers(self) -> list[psutil.Process]:
        return list(psutil.Process(self.process.pid).children())

    def wait_until(self, condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)


@contextmanager
def served(folder: Path, *options: str, **environment: str) -> Iterator[Served]:
    """Run the command until the block ends. ``environment`` has settings."""
    log, template = folder / "log", demo_template()
    with (
        own_database(folder, template) as database_url,
        log.open("wb") as errors,
        product_process(
            *("manage.py", "serve", *options),
            database_url=database_url,
            errors=errors,
            environment={"PRIMEPATH_VAR_DIR": str(folder), **environment},
        ) as process,
    ):
        running = Served(process, log, folder, template.tokens["head"])
        running.wait_until(
            lambda: process.poll() is not None or running.lines("PrimePath serves on")
        )
        assert process.poll() is None, log.read_text()
        try:
            yield running
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(PATIENCE)
