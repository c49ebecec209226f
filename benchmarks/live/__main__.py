"""Measure live updates on one database or both, and print the results next to their targets."""

from __future__ import annotations

import argparse
import subprocess
import sys

from benchmarks.isolated import DATABASES, measure_on
from benchmarks.progress import say

_TARGETS = {
    "99% of events within (s)": 1.0,
    "events missing": 0.0,
    "memory of a listener (kB)": 20.0,
    "others' 95th percentile, during / before": 1.5,
}


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.live", description="Measure 2,000 listeners of live updates."
    )
    parser.add_argument("--quick", action="store_true", help="200 listeners for a short time")
    parser.add_argument("--database", choices=DATABASES, help="only this one")
    options = parser.parse_args()
    missed = 0
    for database in [options.database] if options.database else DATABASES:
        say(f"{database}:")
        try:
            results = measure_on(database, "benchmarks.live.measure", quick=options.quick)
        except subprocess.CalledProcessError:
            return 1
        for title, value in results.items():
            target = _TARGETS.get(title)
            verdict = ""
            if target is not None:
                missed += value > target
                verdict = f"  (wanted: {target:g}{'' if value <= target else ', MISSED'})"
            say(f"  {title:<44} {value:9.3f}{verdict}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
