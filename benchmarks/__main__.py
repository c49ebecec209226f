"""``python -m benchmarks``: measures on both databases, prints the results and writes them beside this file."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.own_process import DATABASES, measure_on
from benchmarks.progress import say
from benchmarks.report import report

_FILE = Path(__file__).with_name("RESULTS.md")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds, and nothing is written")
    parser.add_argument("--database", choices=DATABASES, help="only this one; nothing is written")
    options = parser.parse_args()
    databases = (options.database,) if options.database else DATABASES
    start, results = time.monotonic(), {}
    for database in databases:
        say(f"{database}:")
        try:
            results[database] = measure_on(database, "benchmarks.one_database", quick=options.quick)
        except subprocess.CalledProcessError:
            return 1
    text = report(results, quick=options.quick)
    say(f"\n{text}\n{(time.monotonic() - start) / 60:.1f} minutes")
    if not options.quick and databases == DATABASES:
        _FILE.write_text(text)
        say(f"Written to {_FILE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
