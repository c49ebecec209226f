"""A real server in a process of its own, with the data of the demo."""

from __future__ import annotations

import datetime
import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from primepath.demo.accounts import HEAD_TEACHER
from tests.databases import own_database
from tests.processes import PATIENCE, product_process


@dataclass(frozen=True, slots=True)
class Server:
    """Where it is reached, ``http://127.0.0.1:PORT``; a token of each account of the demo; its database; what it has logged."""

    port: int
    tokens: dict[str, str]
    database_url: str
    log: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def token(self) -> str:
        """The head teacher's, who sees and changes all classes."""
        return self.tokens[HEAD_TEACHER]


@contextmanager
def running_server(
    folder: Path, *, today: datetime.date | None = None, **environment: str
) -> Iterator[Server]:
    """A server of uvicorn's with a database of its own, and its files in ``folder``; stopped when the block is left.

    ``environment`` holds settings, as the README lists them. Filling the database takes three seconds or so: where a
    test leaves the school as it was, the fixture `demo_server` is for it. ``today`` takes the place of the day that it is.
    """
    log = folder / "log"
    with (
        own_database(folder) as database_url,
        log.open("wb") as errors,
        product_process(
            "-m",
            "tests.serve_demo",
            *([] if today is None else [today.isoformat()]),
            database_url=database_url,
            errors=errors,
            environment={"PRIMEPATH_VAR_DIR": str(folder), **environment},
        ) as process,
    ):
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, log.read_text()
        yield Server(database_url=database_url, log=log, **json.loads(line))
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
