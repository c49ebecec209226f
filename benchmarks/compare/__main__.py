"""``python -m benchmarks.compare OTHER_CHECKOUT``: compare the speed of two checkouts."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from benchmarks.compare.checkouts import prepared_sides, python_of
from benchmarks.compare.report import report
from benchmarks.compare.run import FULL, QUICK, Comparison, Measured
from benchmarks.isolated import DATABASES
from benchmarks.progress import say
from scripts.server import ROOT


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.compare",
        description="Compare the speed of this checkout with another one, in turns on one machine.",
    )
    parser.add_argument("other", metavar="OTHER_CHECKOUT", type=Path)
    parser.add_argument("--runs", type=int, help="number of runs, each with new server processes")
    parser.add_argument("--quick", action="store_true", help="about one minute: a rough estimate")
    parser.add_argument("--database", choices=DATABASES, help="only this one")
    options = parser.parse_args()
    other: Path = options.other.resolve()
    if not (other / "manage.py").exists():
        parser.error(f"{other} is not a checkout of PrimePath: it has no manage.py.")
    if options.runs is not None and options.runs < 1:
        parser.error("--runs must be at least 1.")
    budget = QUICK if options.quick else FULL
    start, load_before = time.monotonic(), os.getloadavg()[0]
    for title, folder in (("ours", ROOT), ("theirs", other)):
        say(f"{title}: {_commit(folder)}, {python_of(folder)}")
    measured: dict[str, list[Measured]] = {
        database: [] for database in ([options.database] if options.database else DATABASES)
    }
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="primepath-compare-")))
        try:
            comparisons = {}
            for database in measured:
                say(f"creating the data on {database}")
                sides = stack.enter_context(prepared_sides(database, root / database, other))
                comparisons[database] = Comparison(sides, budget)
            for number in range(options.runs or budget.runs):
                for database, comparison in comparisons.items():
                    say(f"run {number + 1} on {database}")
                    measured[database].append(comparison.run(number))
        except (RuntimeError, subprocess.CalledProcessError) as error:
            say(str(error))
            return 1
    for database, runs in measured.items():
        say("\n" + "\n".join(report(database, runs)))
    say("\nBelow 1, ours is faster. For throughput, ours is faster above 1.")
    say(
        f"Load average {load_before:.1f} before, {os.getloadavg()[0]:.1f} after;"
        f" {(time.monotonic() - start) / 60:.1f} minutes"
    )
    return 0


def _commit(folder: Path) -> str:
    """Return the folder and the commit that it has checked out."""
    command = ["git", "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=7"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return f"{folder} at {run.stdout.strip() or 'an unknown commit'}"


if __name__ == "__main__":
    sys.exit(main())
