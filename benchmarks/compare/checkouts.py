"""Prepares both checkouts with databases that contain the same rows."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.isolated import default_environment, temporary_database
from scripts.server import ROOT, Checkout

_USERNAME = "head"
# Years without cells are needed for each request of the figure "missing cells".
_SETTINGS = {"LAST_ACADEMIC_YEAR": "9999"}


@dataclass(frozen=True, slots=True)
class Side:
    """A checkout with its database, the token of a head teacher, and the log of its server."""

    title: str
    checkout: Checkout
    token: str
    log: Path


@contextmanager
def prepared_sides(database: str, folder: Path, other: Path) -> Iterator[tuple[Side, Side]]:
    """Yield this checkout and the other one, each with its own database of this kind."""
    folder.mkdir()
    with temporary_database(database, folder) as url:
        theirs = _checkout(other, url, folder / "theirs")
        theirs.manage("migrate", "--verbosity=0")
        theirs.manage("seed_demo", "--verbosity=0")
        ours = _checkout(ROOT, _copy(url), folder / "ours")
        ours.manage("migrate", "--verbosity=0")
        for checkout in (ours, theirs):
            _analyze(checkout.environment["DATABASE_URL"])
        yield _side("ours", ours), _side("theirs", theirs)


def python_of(folder: Path) -> str:
    """Return the Python of the checkout's virtual environment, or the current one if it has none."""
    python = folder / ".venv" / "bin" / "python"
    return str(python) if python.exists() else sys.executable


def _checkout(folder: Path, url: str, var: Path) -> Checkout:
    var.mkdir()
    environment = {
        **default_environment(),
        **_SETTINGS,
        "DATABASE_URL": url,
        "PRIMEPATH_VAR_DIR": str(var),
    }
    return Checkout(folder, python_of(folder), environment)


def _side(title: str, checkout: Checkout) -> Side:
    log = Path(checkout.environment["PRIMEPATH_VAR_DIR"]) / "server.log"
    return Side(title, checkout, checkout.create_token(_USERNAME), log)


def _copy(url: str) -> str:
    """Copy the database and return the URL of the copy."""
    copy = f"{url}_ours"
    if url.startswith("sqlite"):
        # Only for its owner, like the database: the product warns of others.
        Path(copy.removeprefix("sqlite:///")).touch(mode=0o600)
        with _sqlite(url) as source, _sqlite(copy) as target:
            source.backup(target)
    else:
        server, _, name = url.rpartition("/")
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}_ours" TEMPLATE "{name}"')
    return copy


def _analyze(url: str) -> None:
    if url.startswith("sqlite"):
        with _sqlite(url) as connection:
            connection.execute("ANALYZE")
    else:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")


def _sqlite(url: str) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(url.removeprefix("sqlite:///")))
