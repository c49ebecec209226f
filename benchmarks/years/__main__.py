"""``python -m benchmarks.years``: measure `matrixCells` with one and with ten years, and print the ratios."""

from __future__ import annotations

import argparse
import subprocess
import sys

from benchmarks.isolated import DATABASES, measure_on
from benchmarks.progress import say

_LIMIT = 2.0


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.years",
        description="Measure matrixCells with one and with ten years of 600 classes, and print the ratios.",
    )
    parser.add_argument("--quick", action="store_true", help="few rounds")
    parser.add_argument("--database", choices=DATABASES, help="only this one")
    options = parser.parse_args()
    largest = 0.0
    for database in [options.database] if options.database else DATABASES:
        say(f"{database}:")
        try:
            results = measure_on(database, "benchmarks.years.measure", quick=options.quick)
        except subprocess.CalledProcessError:
            return 1
        say(f"{'':<44} one year  ten years  ratio")
        for title, (one, ten) in results["times"].items():
            say(f"{title:<44} {one:5.1f} ms   {ten:5.1f} ms  {ten / one:4.2f}x")
            largest = max(largest, ten / one)
    verdict = "under" if largest < _LIMIT else "NOT UNDER"
    say(f"\nLargest ratio: {largest:.2f}x, {verdict} {_LIMIT:.0f}x.")
    return 0 if largest < _LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
