"""``python -m benchmarks.answers``: measure hits and misses, print the ratios and write ANSWERS.md."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.answers.report import report
from benchmarks.isolated import DATABASES, measure_on
from benchmarks.peers.postgraphile import VERSIONS
from benchmarks.progress import say

_FILE = Path(__file__).parent.with_name("ANSWERS.md")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.answers",
        description="Measure hits and misses, print the ratios and write ANSWERS.md.",
    )
    parser.add_argument("--quick", action="store_true", help="few rounds; writes no file")
    parser.add_argument("--database", choices=DATABASES, help="only this one; writes no file")
    options = parser.parse_args()
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        say("PostGraphile needs Node and npm, which are not on the PATH. Nothing was measured.")
        return 1
    databases = (options.database,) if options.database else DATABASES
    results = {}
    try:
        for version in VERSIONS:
            version.install(npm)
        for database in databases:
            say(f"{database}:")
            results[database] = measure_on(
                database, "benchmarks.answers.measure", quick=options.quick
            )
    except subprocess.CalledProcessError:
        return 1
    text = report(results, quick=options.quick)
    say(f"\n{text}")
    if not options.quick and databases == DATABASES:
        _FILE.write_text(text)
        say(f"Wrote {_FILE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
