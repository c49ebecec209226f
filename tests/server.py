"""A real server in a separate process, with demo data."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from primepath.demo.accounts import HEAD_TEACHER
from tests.databases import demo_template, own_database
from tests.processes import PATIENCE, product_process


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its port, a token for each demo account, its database, log and process."""

    port: int
    tokens: dict[str, str]
    database_url: str
    log: Path
    process_id: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def token(self) -> str:
        """Token of the head teacher, who can see and change all classes."""
        return self.tokens[HEAD_TEACHER]


@contextmanager
def running_server(
    folder: Path,
    *,
    module: str = "tests.serve_demo",
    database_url: str | None = None,
    **environment: str,
) -> Iterator[Server]:
    """Run uvicorn with a copy of the demo database and with its files in ``folder``. Stop it when the block ends.

    ``module`` runs the server and prints its port. ``database_url`` is a copy that the caller has made. ``environment`` has settings. The server's date is `demo_day.DAY`. A test that does not change
    the school uses the fixture `demo_server`, which is started once.
    """
    log = folder / "log"
    template = demo_template()
    with (
        nullcontext(database_url) if database_url else own_database(folder, template) as url,
        log.open("wb") as errors,
        product_process(
            *("-m", module),
            database_url=url,
            errors=errors,
            environment={"PRIMEPATH_VAR_DIR": str(folder), **environment},
        ) as process,
    ):
        assert process.stdout is not None
        port = process.stdout.readline()
        assert port, log.read_text()
        yield Server(int(port), template.tokens, url, log, process.pid)
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
