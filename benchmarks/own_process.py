"""Measuring in a process of its own, on a database that is gone afterwards."""

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

from benchmarks.effort import FULL, QUICK, Effort
from benchmarks.progress import say
from scripts.postgres import running_postgres

DATABASES = ("PostgreSQL", "SQLite")
# What is measured are the defaults, whatever is set in this shell.
_CONFIGURATION = (
    "COMPILED_EXECUTION",
    "CORS_ALLOWED_ORIGINS",
    "DATABASE_POOL_SIZE",
    "DEBUG",
    "EXPLORER",
    "FIELD_SUGGESTIONS",
    "FIRST_ACADEMIC_YEAR",
    "HTTPS",
    "INTROSPECTION",
    "LAST_ACADEMIC_YEAR",
    "OPERATION_SECONDS",
    "PERSISTED_QUERIES",
    "REDIS_URL",
    "REQUEST_THREADS",
    "SCHOOL_TIME_ZONE",
    "STATEMENT_SECONDS",
)


def measure_on(database: str, module: str, *, quick: bool) -> dict[str, Any]:
    """What ``module`` writes to the file it is given, run with ``DATABASE_URL`` naming an empty database.

    Raises `CalledProcessError` where it fails; it has then said why.
    """
    with tempfile.TemporaryDirectory(prefix="primepath-benchmark-") as folder:
        file = Path(folder) / "results.json"
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in _CONFIGURATION and not name.startswith("MAX_")
        }
        command = [sys.executable, "-m", module, str(file)]
        with _database(database, Path(folder)) as url:
            subprocess.run(  # noqa: S603
                [*command, "--quick"] if quick else command,
                env={**environment, "DATABASE_URL": url, "PRIMEPATH_VAR_DIR": folder},
                check=True,
            )
        results: dict[str, Any] = json.loads(file.read_text())
        return results


def run_measured(module: str, measure: Callable[[Effort, Path], dict[str, Any]]) -> None:
    """The other side of `measure_on`, run by ``module``: writes what ``measure`` finds, which keeps its logs in a folder."""
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


@contextmanager
def _database(name: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database, which is gone afterwards."""
    if name == "PostgreSQL":
        # As it is in production: a commit waits for the disk.
        with running_postgres(durable=True) as url:
            yield url
    else:
        yield f"sqlite:///{folder / 'school.sqlite3'}"
