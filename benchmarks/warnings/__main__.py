"""``python -m benchmarks.warnings``: measure the full matrix with and without warnings, and print the ratio."""

from __future__ import annotations

import argparse
import subprocess
import sys

from benchmarks.isolated import DATABASES, measure_on
from benchmarks.progress import say


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.warnings",
        description="Measure the full matrix with and without warnings, and print the ratio.",
    )
    parser.add_argument("--quick", action="store_true", help="few rounds")
    parser.add_argument("--database", choices=DATABASES, help="only this one")
    options = parser.parse_args()
    for database in [options.database] if options.database else DATABASES:
        say(f"{database}:")
        try:
            results = measure_on(database, "benchmarks.warnings.measure", quick=options.quick)
        except subprocess.CalledProcessError:
            return 1
        without, with_warnings = results["times"]
        say(
            f"  without {without:.1f} ms, with warnings {with_warnings:.1f} ms: "
            f"{with_warnings / without:.2f}x"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
