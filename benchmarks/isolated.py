"""Runs a measurement in a separate process, on a temporary database."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django

from benchmarks.budget import FULL, QUICK, Budget
from benchmarks.progress import say
from scripts.postgres import running_postgres

DATABASES = ("PostgreSQL", "SQLite")
# Settings of this shell that would change the results. The benchmarks measure the defaults.
_CONFIGURATION = (
    "ANSWER_CACHE_BYTES",
    "COMPILED_EXECUTION",
    "CORS_ALLOWED_ORIGINS",
    "DATABASE_POOL_SIZE",
    "DATABASE_PREPARED_STATEMENTS",
    "DEBUG",
    "DJANGO_SETTINGS_MODULE",
    "EXPLORER",
    "FIELD_SUGGESTIONS",
    "FIRST_ACADEMIC_YEAR",
    "HTTPS",
    "INTROSPECTION",
    "LAST_ACADEMIC_YEAR",
    "OPERATION_SECONDS",
    "PERSISTED_QUERIES",
    "READ_AHEAD",
    "REDIS_URL",
    "REQUEST_THREADS",
    "SCHOOL_TIME_ZONE",
    "STATEMENT_SECONDS",
)


def measure_on(database: str, module: str, *, quick: bool) -> dict[str, Any]:
    """Run ``module`` with ``DATABASE_URL`` set to an empty database, and return what it writes to its file.

    Raises `CalledProcessError` if it fails. The process has then printed the reason.
    """
    with tempfile.TemporaryDirectory(prefix="primepath-benchmark-") as folder:
        file = Path(folder) / "results.json"
        command = [sys.executable, "-m", module, str(file)]
        with temporary_database(database, Path(folder)) as url:
            subprocess.run(  # noqa: S603
                [*command, "--quick"] if quick else command,
                env={**default_environment(), "DATABASE_URL": url, "PRIMEPATH_VAR_DIR": folder},
                check=True,
            )
        results: dict[str, Any] = json.loads(file.read_text())
        return results


def measure_each(package: str, description: str, *, quick: str) -> Iterator[Any]:
    """Read the command line of ``package``, and yield what its module ``measure`` returns, for each database.

    ``quick``: the help of ``--quick``. Exits with status 1 if a measurement fails.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {package}", description=description)
    parser.add_argument("--quick", action="store_true", help=quick)
    parser.add_argument("--database", choices=DATABASES, help="only this one")
    options = parser.parse_args()
    for database in [options.database] if options.database else DATABASES:
        say(f"{database}:")
        try:
            yield measure_on(database, f"{package}.measure", quick=options.quick)
        except subprocess.CalledProcessError:
            sys.exit(1)


def run_measured(module: str, measure: Callable[[Budget, Path], dict[str, Any]]) -> None:
    """Run ``measure`` in the process of `measure_on` and write its results to the file.

    ``measure`` keeps its logs in the folder of the file.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {module}")
    parser.add_argument("file", type=Path)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()
    folder: Path = options.file.parent
    try:
        results = measure(QUICK if options.quick else FULL, folder)
    except Exception:
        for log in folder.glob("*.log"):
            say(log.read_text()[-4_000:])
        raise
    options.file.write_text(json.dumps(results))


def default_environment() -> dict[str, str]:
    """Return the environment of this process without the product's settings."""
    return {
        name: value
        for name, value in os.environ.items()
        if name not in _CONFIGURATION and not name.startswith("MAX_")
    }


@contextmanager
def temporary_database(name: str, folder: Path) -> Iterator[str]:
    """Yield the URL of an empty database and delete the database afterwards."""
    if name == "PostgreSQL":
        # A commit waits for the disk, as in production.
        with running_postgres(durable=True) as url:
            yield url
    else:
        yield f"sqlite:///{folder / 'school.sqlite3'}"
