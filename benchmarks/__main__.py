"""``python -m benchmarks``: measure on both databases, print the results and write RESULTS.md."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.isolated import DATABASES, measure_on
from benchmarks.progress import say
from benchmarks.report import report

_FILE = Path(__file__).with_name("RESULTS.md")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure on both databases, print the results and write RESULTS.md.",
    )
    parser.add_argument("--quick", action="store_true", help="few rounds; writes no file")
    parser.add_argument("--database", choices=DATABASES, help="only this one; writes no file")
    options = parser.parse_args()
    databases = (options.database,) if options.database else DATABASES
    start, results = time.monotonic(), {}
    for database in databases:
        say(f"{database}:")
        try:
            results[database] = measure_on(database, "benchmarks.run_database", quick=options.quick)
        except subprocess.CalledProcessError:
            return 1
    text = report(results, quick=options.quick)
    say(f"\n{text}\n{(time.monotonic() - start) / 60:.1f} minutes")
    if not options.quick and databases == DATABASES:
        _FILE.write_text(text)
        say(f"Wrote {_FILE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
