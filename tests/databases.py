"""Databases that tests share with other processes."""

from __future__ import annotations

import json
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, LiteralString
from urllib.parse import quote, urlencode

import dj_database_url
import psycopg
from django.apps import apps
from django.db import connection, connections
from psycopg import sql

from tests.processes import PATIENCE, product_process
from tests.run_folder import lock, run_folder

_PREFIX = "test_primepath"


@dataclass(frozen=True, slots=True)
class DemoTemplate:
    """A database with the demo school, for copies: its name on PostgreSQL or its file on SQLite, and a token for each account."""

    database: str
    tokens: dict[str, str]


def postgresql_url(name: str) -> str:
    """Return the URL of a database on the server that the tests use."""
    settings = connection.settings_dict
    user = ":".join(quote(str(settings[key]), safe="") for key in ("USER", "PASSWORD"))
    options = {key: value for key, value in settings["OPTIONS"].items() if isinstance(value, str)}
    address = f"{settings['HOST'] or 'localhost'}:{settings['PORT'] or 5432}"
    return f"postgresql://{user}@{address}/{quote(name)}?{urlencode(options)}"


def _on_server(statement: LiteralString, *names: str) -> None:
    with psycopg.connect(postgresql_url("postgres"), autocommit=True) as server:
        server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextmanager
def own_database(folder: Path, template: DemoTemplate | None = None) -> Iterator[str]:
    """Create a database of the kind that the tests use, and yield its URL. It is deleted when the block ends.

    Without a ``template`` it is empty and has no tables.
    """
    if connection.vendor == "sqlite":
        file = folder / "database.sqlite3"
        if template is not None:
            # With its mode, which is for its owner only.
            shutil.copy(template.database, file)
        yield f"sqlite:///{file}"
        return
    name = f"{_PREFIX}_{secrets.token_hex(6)}"
    if template is None:
        _on_server("CREATE DATABASE {}", name)
    else:
        _on_server("CREATE DATABASE {} TEMPLATE {}", name, template.database)
    try:
        yield postgresql_url(name)
    finally:
        _on_server("DROP DATABASE {} WITH (FORCE)", name)


def run_sql(url: str, statement: str, *values: Any) -> list[Any]:
    """Run a statement in the database as a program does that is not part of PrimePath, and return its rows."""
    if url.startswith("sqlite"):
        file = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=PATIENCE)
        with closing(file), file:
            return file.execute(statement.replace("%s", "?"), values).fetchall()
    with psycopg.connect(url, autocommit=True) as session:
        result = session.execute(statement.encode(), values)
        return result.fetchall() if result.description else []


@contextmanager
def connected_to(url: str) -> Iterator[None]:
    """Use this database in the block."""
    usual = connections["default"]
    options = {key: value for key, value in usual.settings_dict["OPTIONS"].items() if key != "pool"}
    name = dj_database_url.parse(url)["NAME"]
    settings = {**usual.settings_dict, "NAME": name, "OPTIONS": options}
    connections["default"] = type(usual)(settings, "default")
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = usual


def count_rows() -> None:
    """Let PostgreSQL count the rows of the product for its plans, as it does in production.

    Otherwise it takes tables for empty that were filled in the same transaction, and some queries take seconds.
    """
    if connection.vendor == "postgresql":
        tables = [model._meta.db_table for model in apps.get_app_config("primepath").get_models()]
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(tables)}")


def demo_template() -> DemoTemplate:
    """Return the template of this run. The first process that calls this creates it."""
    description = _description()
    with lock("demo"):
        if not description.exists():
            description.write_text(json.dumps(asdict(_create_demo_template(run_folder()))))
    return DemoTemplate(**json.loads(description.read_text()))


def drop_demo_template() -> None:
    """Remove the template of this run, if it has one."""
    if _description().exists() and connection.vendor == "postgresql":
        _on_server("DROP DATABASE {} WITH (FORCE)", demo_template().database)


def _description() -> Path:
    return run_folder() / f"demo-{connection.vendor}.json"


def _create_demo_template(folder: Path) -> DemoTemplate:
    if connection.vendor == "sqlite":
        database = str(folder / "demo.sqlite3")
        url = f"sqlite:///{database}"
    else:
        database = f"{_PREFIX}_demo_{secrets.token_hex(6)}"
        _on_server("CREATE DATABASE {}", database)
        url = postgresql_url(database)
    log = folder / "demo.log"
    with (
        log.open("wb") as errors,
        product_process(
            *("-m", "tests.fill_demo"),
            database_url=url,
            errors=errors,
            environment={"PRIMEPATH_VAR_DIR": str(folder)},
        ) as process,
    ):
        tokens, _ = process.communicate()
    assert process.returncode == 0, log.read_text()
    # A copy of the file would lack the rows in a write-ahead log.
    assert not Path(f"{database}-wal").exists()
    return DemoTemplate(database, json.loads(tokens))
