"""Measure live updates on one database or both, and print the results next to their targets."""

from __future__ import annotations

import sys

from benchmarks.isolated import measure_each
from benchmarks.progress import say

_TARGETS = {
    "99% of events within (s)": 1.0,
    "events missing": 0.0,
    "memory of a listener above it (kB)": 20.0,
    "others' 95th percentile, during / before": 1.5,
}


def main() -> int:
    description = "Measure 2,000 listeners of live updates."
    missed = 0
    for results in measure_each(
        "benchmarks.live", description, quick="200 listeners for a short time"
    ):
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
