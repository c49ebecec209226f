"""Servers with and without the cache, on one database and with one clock."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from tests.databases import demo_template, own_database, run_sql
from tests.log_lines import request_facts
from tests.processes import PATIENCE, product_process

# They differ in each response, or in each way of compressing it.
_VARYING = {"date", "x-request-id", "content-length", "server"}
_SYNC_TOKEN = re.compile(rb'"syncToken":"[^"]*"')


class Response(NamedTuple):
    """A response as a client sees it, without what differs each time."""

    status: int
    headers: dict[str, str]
    content: bytes


@dataclass
class Server:
    """A running server."""

    client: httpx.Client
    log: Path
    last_id: str = ""

    def ask(self, query: str, *, method: str = "POST", **options: Any) -> Response:
        """Send a query. ``options``: ``token``, ``variables``, ``headers`` and further members of the request."""
        headers = dict(options.pop("headers", {}))
        if token := options.pop("token", None):
            headers["Authorization"] = f"Bearer {token}"
        content = {"query": query, **options}
        if method == "POST":
            response = self.client.post("/graphql", json=content, headers=headers)
        else:
            parameters = {
                key: value if isinstance(value, str) else json.dumps(value)
                for key, value in content.items()
            }
            response = self.client.request(method, "/graphql", params=parameters, headers=headers)
        self.last_id = response.headers["x-request-id"]
        return Response(
            response.status_code,
            {key: value for key, value in response.headers.items() if key not in _VARYING},
            _SYNC_TOKEN.sub(b"", response.content),
        )

    def statements(self) -> int:
        """Return the number of statements of the last request."""
        return int(request_facts(self.log, self.last_id)[self.last_id]["statements"])

    def answers(self) -> dict[str, float]:
        """Return the numbers of answers by result."""
        return self.counts("primepath_answers_total", "result")

    def counts(self, metric: str, label: str) -> dict[str, float]:
        """Return the values of a metric by its only label."""
        text = self.client.get("/metrics").text
        found = re.findall(rf'^{metric}{{{label}="(\w+)"}} (\S+)', text, re.M)
        return {value: float(number) for value, number in found}

    def metrics(self, operation: str) -> dict[str, float]:
        """Return all series of an operation."""
        lines = self.client.get("/metrics").text.splitlines()
        found = (line.rsplit(" ", 1) for line in lines if f'operation="{operation}"' in line)
        return {name: float(value) for name, value in found}

    def memory(self) -> float:
        return float(
            re.findall(
                r"^primepath_answer_cache_bytes (\S+)", self.client.get("/metrics").text, re.M
            )[0]
        )


@dataclass
class Servers:
    """Two servers with a cache and one without, on one database with one clock."""

    cached: Server
    other: Server
    uncached: Server
    tokens: dict[str, str]
    database_url: str
    clock: Path
    ahead: float = 0.0
    database: Any = field(default=None)

    def move_clock(self, seconds: float) -> None:
        self.ahead += seconds
        _write_clock(self.clock, self.ahead)

    def replace_file(self, copy: Path) -> None:
        """Replace the file of SQLite while the servers run, as a restore does."""
        file = self.database_url.removeprefix("sqlite:///")
        for suffix in ("-wal", "-shm"):
            Path(f"{file}{suffix}").unlink(missing_ok=True)
        copy.replace(file)

    def wait_until_normal(self) -> None:
        """Wait until all servers use the database, after it was away."""
        deadline = time.monotonic() + PATIENCE
        for server in (self.cached, self.other, self.uncached):
            while server.ask("{ viewer { username } }", token=self.tokens["admin"]).status != 200:
                assert time.monotonic() < deadline, server.log.read_text()
                time.sleep(0.05)

    def sql(self, statement: str, *values: Any) -> list[Any]:
        """Run a statement as a program does that is not part of PrimePath."""
        return run_sql(self.database_url, statement, *values)


def _write_clock(file: Path, ahead: float) -> None:
    new = file.with_suffix(".new")
    new.write_text(str(ahead))
    new.replace(file)


@contextmanager
def running_servers(
    folder: Path, url: str | None = None, pooled: str | None = None, **environment: str
) -> Iterator[Servers]:
    """Run the servers with a database that has the demo school, by default a new copy of it.

    ``pooled``: its address at a pooler, for the servers with a cache.
    """
    template = demo_template()
    clock = folder / "clock"
    _write_clock(clock, 0)
    with ExitStack() as stack:
        url = url or stack.enter_context(own_database(folder, template))
        pooled = pooled or url
        cached, other, uncached = (
            stack.enter_context(running_server(folder, address, name, clock, **settings))
            for name, address, settings in (
                ("cached", pooled, environment),
                ("other", pooled, environment),
                ("uncached", url, {**environment, "ANSWER_CACHE_BYTES": "0", "READ_AHEAD": "0"}),
            )
        )
        tokens = dict(template.tokens)
        # The first request for the matrix stores missing cells.
        uncached.ask("{ scheduleMatrix { rows { cells { id } } } }", token=tokens["head"])
        yield Servers(cached, other, uncached, tokens, url, clock)


@contextmanager
def running_server(
    folder: Path, url: str, name: str, clock: Path, **environment: str
) -> Iterator[Server]:
    """Run one server with the database at ``url`` and the clock of the file."""
    log = folder / f"{name}.log"
    with (
        log.open("wb") as errors,
        product_process(
            *("-m", "tests.answer_cache.serve"),
            database_url=url,
            errors=errors,
            environment={
                "PRIMEPATH_VAR_DIR": str(folder),
                "CLOCK_FILE": str(clock),
                "LOG_FORMAT": "json",
                **environment,
            },
        ) as process,
    ):
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        assert port, log.read_text()
        address = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=address, timeout=PATIENCE) as client:
            yield Server(client, log)
