"""A real server in a process of its own, with the data of the demo."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
from django.db import connection
from psycopg import sql

from tests.concurrency.processes import product_process


@dataclass(frozen=True, slots=True)
class Server:
    """Where it is reached, on this machine, and tokens by the name of the account."""

    port: int
    tokens: dict[str, str]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def running_server(folder: Path) -> Iterator[Server]:
    """A server with a new database of the kind that the tests use, ended when the block is left."""
    log = folder / "log"
    with (
        _own_database(folder) as database_url,
        log.open("wb") as errors,
        product_process(
            "-m", "tests.browser.serve", database_url=database_url, errors=errors
        ) as process,
    ):
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, log.read_text()
        yield Server(**json.loads(line))


@contextmanager
def _own_database(folder: Path) -> Iterator[str]:
    if connection.vendor == "sqlite":
        yield f"sqlite:///{folder / 'database.sqlite3'}"
        return
    name = f"test_primepath_{secrets.token_hex(6)}"
    quoted = sql.Identifier(name)
    with psycopg.connect(_postgresql_url("postgres"), autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(quoted))
        try:
            yield _postgresql_url(name)
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(quoted))


def _postgresql_url(name: str) -> str:
    settings = connection.settings_dict
    user = ":".join(quote(str(settings[key]), safe="") for key in ("USER", "PASSWORD"))
    options = {key: value for key, value in settings["OPTIONS"].items() if isinstance(value, str)}
    address = f"{settings['HOST'] or 'localhost'}:{settings['PORT'] or 5432}"
    return f"postgresql://{user}@{address}/{quote(name)}?{urlencode(options)}"
