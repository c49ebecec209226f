"""``python -m benchmarks``: measures on both databases, prints the results and writes them beside this file."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.figures import Results
from benchmarks.progress import say
from benchmarks.report import report
from scripts.postgres import running_postgres

_FILE = Path(__file__).with_name("RESULTS.md")
_DATABASES = ("PostgreSQL", "SQLite")
# What is measured are the defaults, whatever is set in this shell.
_CONFIGURATION = (
    "COMPILED_EXECUTION",
    "DATABASE_POOL_SIZE",
    "DEBUG",
    "FIRST_ACADEMIC_YEAR",
    "HTTPS",
    "LAST_ACADEMIC_YEAR",
    "MAX_CELLS_PER_OPERATION",
    "REDIS_URL",
    "SCHOOL_TIME_ZONE",
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds, and nothing is written")
    parser.add_argument("--database", choices=_DATABASES, help="only this one; nothing is written")
    options = parser.parse_args()
    databases = (options.database,) if options.database else _DATABASES
    start, results = time.monotonic(), {}
    for database in databases:
        say(f"{database}:")
        try:
            results[database] = _measure(database, quick=options.quick)
        except subprocess.CalledProcessError:
            return 1
    text = report(results, quick=options.quick)
    say(f"\n{text}\n{(time.monotonic() - start) / 60:.1f} minutes")
    if not options.quick and databases == _DATABASES:
        _FILE.write_text(text)
        say(f"Written to {_FILE}")
    return 0


def _measure(database: str, *, quick: bool) -> Results:
    with tempfile.TemporaryDirectory(prefix="primepath-benchmark-") as folder:
        file = Path(folder) / "results.json"
        environment = {
            name: value for name, value in os.environ.items() if name not in _CONFIGURATION
        }
        command = [sys.executable, "-m", "benchmarks.one_database", str(file)]
        with _database(database, Path(folder)) as url:
            subprocess.run(  # noqa: S603
                [*command, "--quick"] if quick else command,
                env={**environment, "DATABASE_URL": url, "PRIMEPATH_VAR_DIR": folder},
                check=True,
            )
        results: Results = json.loads(file.read_text())
        return results


@contextmanager
def _database(name: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database, which is gone afterwards."""
    if name == "PostgreSQL":
        # As it is in production: a commit waits for the disk.
        with running_postgres(durable=True) as url:
            yield url
    else:
        yield f"sqlite:///{folder / 'school.sqlite3'}"


if __name__ == "__main__":
    sys.exit(main())
